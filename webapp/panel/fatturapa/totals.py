"""Sums of an invoice: what lines, VAT summaries and totals ought to be."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from webapp.panel.fatturapa.values import Discount, Fund, Line, VatSummary

CENT = Decimal("0.01")
ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_FINEST = Decimal("0.00000001")


def to_cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two decimals, as Italian tax law rounds."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def after_discounts(price: Decimal, discounts: Iterable[Discount]) -> Decimal:
    """The price once each discount or surcharge was applied, in their order."""
    for discount in discounts:
        change = discount.amount
        if change is None:
            change = price * (discount.percentage or ZERO) / _HUNDRED
        price += change if discount.kind == "MG" else -change
    return price


def line_total(
    quantity: Decimal | None, unit_price: Decimal, discounts: Iterable[Discount] = ()
) -> Decimal:
    """The total of a line without VAT, to eight decimals as the exchange computes."""
    price = after_discounts(unit_price, discounts)
    total = price if quantity is None else price * quantity
    return total.quantize(_FINEST, ROUND_HALF_UP)


def tax_of(taxable: Decimal, rate: Decimal) -> Decimal:
    """The tax on a taxable sum."""
    return to_cents(taxable * rate / _HUNDRED)


def tax_inside(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax contained in an amount that already includes it."""
    return to_cents(gross * rate / (_HUNDRED + rate))


def taxable_by_rate(
    lines: Iterable[Line], funds: Iterable[Fund] = ()
) -> dict[tuple[Decimal, str | None], Decimal]:
    """The sum of lines and fund contributions for each rate and nature."""
    sums: dict[tuple[Decimal, str | None], Decimal] = {}
    for line in lines:
        key = (line.vat_rate, line.nature)
        sums[key] = sums.get(key, ZERO) + line.total
    for fund in funds:
        key = (fund.vat_rate, fund.nature)
        sums[key] = sums.get(key, ZERO) + fund.amount
    return sums


def summarise(
    lines: Iterable[Line], funds: Iterable[Fund] = (), *, due: str | None = None
) -> tuple[VatSummary, ...]:
    """The VAT summaries of a draft, in the order its rates first appear."""
    return tuple(
        VatSummary(
            rate=rate,
            nature=nature,
            taxable=to_cents(taxable),
            tax=tax_of(to_cents(taxable), rate),
            due=due if nature is None else None,
        )
        for (rate, nature), taxable in taxable_by_rate(lines, funds).items()
    )


def computed_total(
    summaries: Iterable[VatSummary],
    discounts: Iterable[Discount] = (),
    rounding: Decimal | None = None,
) -> Decimal:
    """Taxable sums and taxes, less the document's discounts, plus its rounding.

    Withholdings do not lower a document's total, and stamp duty does not raise it
    unless it is charged as a line.
    """
    amount = sum((each.taxable + each.tax for each in summaries), ZERO)
    return to_cents(after_discounts(amount, discounts) + (rounding or ZERO))
