"""The meter: decisions are counted, not requests, and the rate holds over time."""

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
