"""Whatever an owner does, in whatever order: decisions are what the facts say."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.authz.accounts.acts import OwnerActs, OwnerActsInSql

#: A run is some hundred decisions after each of its acts, so there are fewer of them.
ALL = settings.default.max_examples
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def how_many(examples: int) -> settings:
    return settings(
        max_examples=max(examples, 2),
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=SLOW,
    )


def test_whatever_is_done_decisions_are_what_the_facts_say() -> None:
    run_state_machine_as_test(OwnerActs, settings=how_many(ALL // 12))


def test_the_same_holds_over_a_database() -> None:
    run_state_machine_as_test(OwnerActsInSql, settings=how_many(ALL // 60))
