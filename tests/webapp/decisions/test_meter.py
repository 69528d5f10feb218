"""The meter: decisions are counted, not requests, and the rate holds over time."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.pdp.limits import MAX_ITEMS
from webapp.decisions.meter import BURST_SECONDS, Meter

PER_SECOND = 10
FULL = PER_SECOND * BURST_SECONDS


def a_meter() -> Meter:
    return Meter(PER_SECOND * 60)


def test_after_a_quiet_time_a_burst_is_free_and_the_next_one_waits() -> None:
    meter = a_meter()
    assert [meter.take("k_1", 1, 0.0) for _ in range(FULL)] == [0] * FULL
    assert meter.take("k_1", 1, 0.0) == 1
    assert meter.take("k_1", 1, 0.1) == 0


def test_a_batch_of_fifty_costs_fifty() -> None:
    meter = a_meter()
    assert meter.take("k_1", 50, 0.0) == meter.take("k_1", 50, 0.0) == 0
    assert meter.take("k_1", 50, 0.0) == 5
    assert meter.take("k_1", 50, 4.0) == 1
    assert meter.take("k_1", 50, 5.0) == 0


def test_what_is_refused_costs_nothing() -> None:
    meter = a_meter()
    meter.take("k_1", FULL - 1, 0.0)
    assert meter.take("k_1", 2, 0.0) == 1
    assert meter.take("k_1", 1, 0.0) == 0


def test_a_batch_larger_than_the_bucket_is_taken_once_and_paid_off() -> None:
    meter = a_meter()
    assert meter.take("k_1", 3 * FULL, 0.0) == 0
    assert meter.take("k_1", 1, 0.0) == 2 * BURST_SECONDS + 1
    assert meter.take("k_1", 1, 2 * BURST_SECONDS + 0.1) == 0
    assert meter.take("k_1", 3 * FULL, 25.0) > 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    meter = a_meter()
    meter.take("k_1", 1, 0.0)
    assert meter.take("k_1", FULL, 1e6) == 0
    assert meter.take("k_1", 1, 1e6) == 1


def test_one_keys_haste_costs_another_nothing() -> None:
    meter = a_meter()
    meter.take("k_1", FULL, 0.0)
    assert meter.take("k_2", FULL, 0.0) == 0


def test_no_limit_is_no_limit() -> None:
    meter = Meter(0)
    assert meter.take("k_1", 10**9, 0.0) == meter.take("k_1", 10**9, 0.0) == 0


@pytest.mark.parametrize("per_minute", [1, 6, 60, 599])
@pytest.mark.parametrize("items", [2, 100, MAX_ITEMS])
def test_a_batch_that_the_door_counted_one_of_is_taken_by_a_full_bucket(
    per_minute: int, items: int
) -> None:
    meter = Meter(per_minute)
    assert meter.take("k_1", 1, 0.0) == 0
    assert meter.take("k_1", items - 1, 0.0, held=1) == 0
    wait = meter.take("k_1", 1, 0.0)
    full = max(per_minute * BURST_SECONDS / 60, 1)
    assert wait >= (items - full) * 60 / per_minute
    assert meter.take("k_1", 1, wait) == 0


def test_a_batch_that_is_refused_costs_what_the_door_counted() -> None:
    meter = a_meter()
    meter.take("k_1", FULL - 5, 0.0)
    for _ in range(5):
        assert meter.take("k_1", 1, 0.0) == 0
        assert meter.take("k_1", 49, 0.0, held=1) > 0
    assert meter.take("k_1", 1, 0.0) == 1
    assert meter.take("k_1", 50, 4.9) == 1
    assert meter.take("k_1", 50, 5.0) == 0


@dataclass
class Bucket:
    """What a meter should be: exact, and no more than the rule."""

    rate: Fraction
    left: Fraction
    at: Fraction = Fraction(0)

    @property
    def most(self) -> Fraction:
        return max(self.rate * BURST_SECONDS, Fraction(1))

    def flows(self, now: Fraction) -> Fraction:
        """What is left by now."""
        self.left = min(self.left + (now - self.at) * self.rate, self.most)
        self.at = now
        return self.left

    def asks(self, decisions: int, now: Fraction) -> Fraction:
        """The seconds that are missing; 0: taken."""
        self.flows(now)
        needed = min(Fraction(decisions), self.most)
        if needed > self.left:
            if decisions > 1 and self.left >= 1:
                self.left -= 1  # it was read
            return (needed - self.left) / self.rate
        self.left -= decisions
        return Fraction(0)


def request(meter: Meter, decisions: int, now: float) -> int:
    """The door takes one, and the batch the others."""
    wait = meter.take("k_1", 1, now)
    if wait or decisions == 1:
        return wait
    return meter.take("k_1", decisions - 1, now, held=1)


QUARTERS = st.integers(0, 400).map(lambda number: Fraction(number, 4))
ASKS = st.lists(
    st.tuples(QUARTERS, st.integers(1, MAX_ITEMS) | st.integers(1, 3)), max_size=30
)


@given(per_minute=st.integers(1, 6000), asks=ASKS)
def test_a_meter_is_the_simple_bucket(
    per_minute: int, asks: list[tuple[Fraction, int]]
) -> None:
    rate = Fraction(per_minute, 60)
    meter, model = Meter(per_minute), Bucket(rate, max(rate * BURST_SECONDS, 1))  # type: ignore[type-var]
    now, given_away = Fraction(0), []
    for later, decisions in asks:
        now += later
        has_one = model.flows(now) >= 1
        missing = model.asks(decisions, now)
        wait = request(meter, decisions, float(now))
        assert bool(wait) is bool(missing)
        if not wait:
            given_away.append((now, decisions))
        elif decisions == 1 or has_one:
            assert wait == pytest.approx(ceil(missing), abs=1)
    for start, _ in given_away:
        held = [(at, many) for at, many in given_away if at >= start]
        for end, last in held:
            inside = sum(many for at, many in held if at <= end)
            # INVARIANT: a full bucket and what flowed in since, and one last batch
            assert inside <= model.most + rate * (end - start) + max(
                last, *(many for _, many in held)
            )


@given(
    per_minute=st.integers(1, 6000),
    first=st.integers(1, MAX_ITEMS),
    second=st.integers(1, MAX_ITEMS),
    start=st.floats(0, 1e6),
)
def test_who_waits_as_long_as_he_was_told_is_let_in(
    per_minute: int, first: int, second: int, start: float
) -> None:
    meter = Meter(per_minute)
    meter.take("k_1", first, start)
    wait = request(meter, second, start)
    if wait and second > 1:  # the door may have told for the first one alone
        start += wait
        wait = request(meter, second, start)
    assert not wait or request(meter, second, start + wait) == 0
