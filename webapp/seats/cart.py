"""What an order would hold: pure functions from what there is and what is wished.

Two ways to buy. More, now: seats and modules, to the service's end, or with *Estensione
servizi attivi* everything carried to one new end. Longer: a renewal, with as many seats
and modules as are wished, which is the one way down.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from authz import AuthzError, Edition
from webapp.seats.prices import Prices, years_from

SERVICE = "service"
SEAT = "seat"
MOST_SEATS = 500
MOST_YEARS = 10
_DAY = timedelta(days=1)


class CartError(AuthzError):
    """A cart that can not become an order; `kind` says why.

    Attributes:
        kind: `empty`, `below_users`, `needs_documents`, `documents_end`.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"this can not be ordered: {kind}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """A module there is: its last paid day, and whether it goes on."""

    ends_on: date
    renews: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """What the account has.

    Attributes:
        seats: last paid day of each seat that counts, those sat in first.
        users: how many sit, which is the fewest seats there may be.
    """

    edition: Edition
    ends_on: date
    modules: Mapping[str, Module]
    seats: tuple[date, ...]
    users: int

    def has_ended(self, today: date) -> bool:
        """Whether the service is past its last paid day."""
        return self.ends_on < today

    def runs(self, module: str, today: date) -> bool:
        """Whether the module is paid for, today or, once it ended, to the end."""
        found = self.modules.get(module)
        return found is not None and found.ends_on >= min(today, self.ends_on)

    def offers(self, module: str) -> bool:
        """Whether there is something to buy: it lacks, or ends before the service."""
        if self.edition is not Edition.FE:
            return False
        found = self.modules.get(module)
        return found is None or found.ends_on < self.ends_on

    def goes_on(self, today: date) -> frozenset[str]:
        """The modules that an extension takes along; none hangs on one that stops."""
        names = {
            name
            for name, module in self.modules.items()
            if module.renews and self.runs(name, today)
        }
        if "documents" not in names:
            names.discard("woocommerce")
        return frozenset(names)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing of an order, from a day to a day; `adds` if it is new."""

    product: str
    adds: bool
    quantity: int
    starts_on: date
    ends_on: date
    net_cents: int


def extended_end(bought: Bought, today: date) -> date:
    """Where everything ends with *Estensione servizi attivi*: a year from now, or more."""
    return max(bought.ends_on, years_from(today, 1))


def renewed_end(bought: Bought, today: date, years: int) -> date:
    """Where a renewal of that many years ends; days without service are not paid."""
    return years_from(max(bought.ends_on + _DAY, today), years)


class Cart:
    """Lines for one account on one day by one price list."""

    def __init__(self, bought: Bought, prices: Prices, today: date) -> None:
        self._bought, self._prices, self._today = bought, prices, today

    def purchase(
        self, seats: int, modules: frozenset[str], *, extend: bool
    ) -> tuple[Line, ...]:
        """More seats and modules.

        Raises:
            CartError: nothing is wished, or WooCommerce without Documenti.
        """
        bought, today = self._bought, self._today
        if seats <= 0 and not modules:
            raise CartError("empty")
        extend = extend or bought.has_ended(today)
        lasting = {name for name in bought.modules if not bought.offers(name)}
        going_on = bought.goes_on(today) if extend else lasting
        if "documents" in lasting - going_on and "woocommerce" in modules:
            raise CartError("documents_end")
        _require_documents(modules, {*modules, *going_on})
        end = extended_end(bought, today) if extend else bought.ends_on
        lines = [self._line(SEAT, today, end, adds=True, quantity=seats)]
        lines += [self._module(name, end, adds=True) for name in sorted(modules)]
        if extend:
            others = bought.goes_on(today) - modules
            lines += self._longer(end, others, len(bought.seats))
        return _worth(lines)

    def renewal(
        self, years: int, seats: int, modules: frozenset[str]
    ) -> tuple[Line, ...]:
        """Everything for longer, with that many seats and those modules of the present.

        Raises:
            CartError: fewer seats than users, or WooCommerce without Documenti.
        """
        bought, today = self._bought, self._today
        if seats < bought.users:
            raise CartError("below_users")
        _require_documents(modules, modules)
        end = renewed_end(bought, today, years)
        lines = list(self._longer(end, modules, min(seats, len(bought.seats))))
        extra = seats - len(bought.seats)
        return _worth([*lines, self._line(SEAT, today, end, adds=True, quantity=extra)])

    def _longer(self, end: date, modules: frozenset[str], seats: int) -> Iterator[Line]:
        """What there is, to a new end: service, modules, the first of the seats."""
        bought = self._bought
        yield self._line(SERVICE, bought.ends_on + _DAY, end)
        for name in sorted(modules):
            yield self._module(name, end)
        paid = Counter(bought.seats[:seats])
        for until, count in sorted(paid.items()):
            yield self._line(SEAT, until + _DAY, end, quantity=count)

    def _module(self, name: str, end: date, *, adds: bool = False) -> Line:
        found = self._bought.modules.get(name)
        start = found.ends_on + _DAY if found else self._today
        return self._line(name, start, end, adds=adds)

    def _line(
        self,
        product: str,
        start: date,
        end: date,
        *,
        adds: bool = False,
        quantity: int = 1,
    ) -> Line:
        """INVARIANT: nobody pays for days that are over."""
        start = max(start, self._today)
        priced = self._bought.edition if product == SERVICE else product
        return Line(
            product=product,
            adds=adds,
            quantity=quantity,
            starts_on=start,
            ends_on=end,
            net_cents=quantity * self._prices.net(priced, start, end),
        )


def _require_documents(wanted: Collection[str], there: Collection[str]) -> None:
    if "woocommerce" in wanted and "documents" not in there:
        raise CartError("needs_documents")


def _worth(lines: list[Line]) -> tuple[Line, ...]:
    """Without those that give nothing."""
    return tuple(
        line for line in lines if line.quantity > 0 and line.starts_on <= line.ends_on
    )
