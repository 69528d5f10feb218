"""A day as an option of a command."""

from datetime import date, datetime

import click
from typing_extensions import override

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class Day(click.DateTime):
    """2027-03-14, and no year by a slip of the finger: what follows counts from it."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The day; a usage error when there is none such, or it is out of bounds."""
        found: datetime = super().convert(value, param, ctx)
        if not EARLIEST <= found.date() <= LATEST:
            self.fail(f"choose a day from {EARLIEST} to {LATEST}", param, ctx)
        return found
