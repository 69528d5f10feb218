"""Rows with dates, and the half-open time in which each is in force."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from authz.engine import Row

ROME = ZoneInfo("Europe/Rome")


@dataclass(frozen=True, slots=True)
class DatedRow:
    """A policy row and when it holds: `not_before <= instant < not_after`, UTC."""

    row: Row
    not_before: datetime | None = None
    not_after: datetime | None = None

    def in_force(self, instant: datetime) -> bool:
        """Whether the row counts at that instant."""
        started = self.not_before is None or self.not_before <= instant
        return started and (self.not_after is None or instant < self.not_after)

    def next_change(self, instant: datetime) -> datetime | None:
        """The first later moment at which `in_force` may answer otherwise."""
        edges = [e for e in (self.not_before, self.not_after) if e and e > instant]
        return min(edges, default=None)


def end_of_day(day: date) -> datetime:
    """The instant an end date runs out: midnight after that day in Rome, as UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ROME).astimezone(UTC)
