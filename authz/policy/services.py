"""What was bought, as dated `g2` rows: which services run in an account and when.

The table in design.md section 4 is the specification; the reasons are facts of the
field: 90 days of looking after the end, add-on modules that hang on the base.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from authz.engine import Row
from authz.policy.dated import DatedRow, end_of_day

GRACE_DAYS = 90
ADD_ONS = ("documents", "payments", "orders", "woocommerce")

#: Every service there is; an action that names another one could never be done.
SERVICES = (
    "account:open",
    *(
        f"{part}:{right}"
        for part in ("reception", "invoicing", *ADD_ONS)
        for right in ("view", "change")
    ),
)


class Edition(StrEnum):
    """FE: Fatturazione Elettronica, sends and receives. SR: Solo Ricezione."""

    FE = "FE"
    SR = "SR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What an account has bought.

    Attributes:
        activated_at: when the service began, UTC.
        ends_on: the last paid day, Europe/Rome.
        modules: add-on module -> its last paid day; only FE has any.
        space_full: nothing may change while the space is used up.
    """

    edition: Edition
    activated_at: datetime
    ends_on: date
    modules: Mapping[str, date] = field(default_factory=dict)
    space_full: bool = False

    @property
    def closes_at(self) -> datetime:
        """The end of day 90: nothing can be read after it."""
        return end_of_day(self.ends_on + timedelta(days=GRACE_DAYS))

    def view_until(self, paid_until: date) -> datetime:
        """How long what was paid to that day can be looked at.

        Whatever was paid at least to the base's end lasts to day 90 with it; what ended
        earlier gives nothing more. Seats follow the same rule.
        """
        if paid_until >= self.ends_on:
            return self.closes_at
        return end_of_day(paid_until)


def service_rows(account: str, contract: Contract) -> tuple[DatedRow, ...]:
    """Every service the contract gives, dated; those past or future included."""
    return tuple(
        DatedRow(Row("g2", (account, service)), contract.activated_at, until)
        for service, until in _services(contract)
        if until > contract.activated_at
    )


def _services(contract: Contract) -> Iterator[tuple[str, datetime]]:
    bases = ["reception"]
    if contract.edition is Edition.FE:
        bases.append("invoicing")
    yield "account:open", contract.closes_at
    for base in bases:
        yield f"{base}:view", contract.closes_at
        if not contract.space_full:
            yield f"{base}:change", end_of_day(contract.ends_on)
    if contract.edition is Edition.FE:
        for module in ADD_ONS:
            yield from _add_on(module, contract)


def _add_on(module: str, contract: Contract) -> Iterator[tuple[str, datetime]]:
    paid = contract.modules.get(module)
    if module == "woocommerce" and paid is not None:
        # INVARIANT: the shop plug-in never runs without Documenti
        documents = contract.modules.get("documents")
        paid = None if documents is None else min(paid, documents)
    if paid is None:
        return
    yield f"{module}:view", contract.view_until(paid)
    if not contract.space_full:
        yield f"{module}:change", end_of_day(min(paid, contract.ends_on))
