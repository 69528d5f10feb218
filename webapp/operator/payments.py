"""What the operator's pages ask about payments; `create_app` says who answers."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from flask import current_app

Row = Any


class Payments(Protocol):
    """Orders and their payments; a row has the members that the templates name."""

    def waiting(self, start: int, most: int) -> Sequence[Row]:
        """Orders to be paid, oldest first, from a place on."""
        ...

    def count_waiting(self) -> int:
        """How many are to be paid in all."""
        ...

    def registered(self, most: int) -> Sequence[Row]:
        """Paid orders, the payment registered last first."""
        ...

    def find(self, number: int) -> Row | None:
        """Any order."""
        ...

    def register(self, number: int, *, reference: str, actor: str) -> str:
        """`registered`, or what stood in the way; a whole transaction."""
        ...


def payments() -> Payments:
    """Those of this application."""
    return cast(Payments, current_app.extensions["delega_payments"])
