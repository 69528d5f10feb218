"""Rows in time: half-open, and days that end in Rome."""

from datetime import UTC, date, datetime, timedelta

from authz.engine import Row
from authz.policy import DatedRow, end_of_day

ROW = Row("g", ("u_1", "s_1", "a_1"))
MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def test_a_row_holds_from_its_first_instant_up_to_its_last():
    row = DatedRow(ROW, MARCH, APRIL)
    instant = timedelta(microseconds=1)
    assert not row.in_force(MARCH - instant)
    assert row.in_force(MARCH)
    assert row.in_force(APRIL - instant)
    assert not row.in_force(APRIL)


def test_a_row_without_dates_always_holds():
    assert DatedRow(ROW).in_force(MARCH)
    assert DatedRow(ROW).next_change(MARCH) is None


def test_a_row_says_when_it_changes_next():
    row = DatedRow(ROW, MARCH, APRIL)
    assert row.next_change(MARCH - timedelta(days=1)) == MARCH
    assert row.next_change(MARCH) == APRIL
    assert row.next_change(APRIL) is None


def test_a_day_ends_at_midnight_in_rome_in_winter_and_in_summer():
    assert end_of_day(date(2026, 1, 31)) == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 7, 31)) == datetime(2026, 7, 31, 22, tzinfo=UTC)


def test_the_day_on_which_the_clock_changes_ends_in_summer_time():
    assert end_of_day(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)
