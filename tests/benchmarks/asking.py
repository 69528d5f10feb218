"""Questions about synthetic accounts, those that are allowed and those that are refused."""

import random
from collections.abc import Sequence
from functools import cache

from authz import Enforcer
from authz.engine import ReferenceEvaluator
from tests.benchmarks.synthetic import (
    RELEASE,
    USERS,
    VARIANTS,
    account_of,
    synthetic,
    user_of,
)

Question = tuple[str, str, str, str]
Names = list[tuple[str, str]]
ACTIONS: Names = sorted(
    {(row.values[3], row.values[4]) for row in RELEASE.rows if row.ptype == "p"}
)


@cache
def told_apart(variant: int) -> list[tuple[Names, Names]]:
    """Of each user of such an account what is allowed and what is refused."""
    account = account_of(variant)
    with synthetic(VARIANTS) as (_, enforcer):
        found = []
        for user in range(USERS + 1):
            given = enforcer.decide_many(user_of(variant, user), account, ACTIONS)
            pairs = list(zip(ACTIONS, given, strict=True))
            allowed = [name for name, decision in pairs if decision.allowed]
            refused = [name for name, decision in pairs if not decision.allowed]
            found.append((allowed, refused))
    return found


def questions(numbers: Sequence[int], *, allowed: bool) -> list[Question]:
    """One about each of the accounts, its user and action drawn at random."""
    made = []
    for number in numbers:
        user = random.randint(1, USERS)  # noqa: S311
        names = told_apart(number % VARIANTS)[user][0 if allowed else 1]
        asked = random.choice(names)  # noqa: S311
        made.append((user_of(number, user), account_of(number), *asked))
    return made


def compared(enforcer: Enforcer, some: Sequence[Question]) -> int:
    """How many of these the enforcer answers as casbin does: all of them."""
    casbin: dict[str, ReferenceEvaluator] = {}
    for question in some:
        account = question[1]
        if account not in casbin:
            rows = enforcer.rows(account)
            casbin[account] = ReferenceEvaluator(RELEASE.model, rows)
        given = enforcer.decide(*question).allowed
        assert given == casbin[account].decide(question), question
    return len(some)
