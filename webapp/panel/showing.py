"""An invoice file as `panel/invoice.html` shows it, in the reader's language."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from webapp.i18n import day, language, money, number
from webapp.panel.fatturapa import (
    DOCUMENT_KINDS,
    NATURES,
    PAYMENT_METHODS,
    Document,
    InvoiceFile,
    Line,
    Party,
    Payment,
    Problem,
    VatSummary,
    label,
    normalise,
    to_cents,
)
from webapp.panel.fields import spaced
from webapp.panel.vat import shown

_CENTS = Decimal(100)


def cents(amount: Decimal) -> int:
    """As stored."""
    return int(to_cents(amount) * _CENTS)


def from_cents(amount: int, currency: str) -> str:
    """As read."""
    return money(Decimal(amount) / _CENTS, currency)


def kind_of(code: str) -> str:
    """`Fattura (TD01)`."""
    return f"{label(DOCUMENT_KINDS, code, language())} ({code})"


def described(
    invoice: InvoiceFile, position: int, *, paid_by_us: bool = False
) -> dict[str, Any]:
    """Parties, lines, sums and payment of one document of a file."""
    document = invoice.documents[position]
    currency = document.currency
    return {
        "parties": [
            _party(_("Supplier"), invoice.seller),
            _party(_("Customer"), invoice.buyer),
        ],
        "details": _details(document),
        "lines": [_line(line, currency) for line in document.lines],
        "sums": [
            row for summary in document.summaries for row in _sums(summary, currency)
        ],
        "total_label": _("Total"),
        "total": money(document.total, currency),
        "payment": _payment(document, paid_by_us=paid_by_us is not document.is_credit),
    }


def warnings_of(problems: Iterable[Problem]) -> list[str]:
    """What the file could have better, as sentences."""
    return [sentence(problem) for problem in problems if not problem.is_error]


def sentence(problem: Problem) -> str:
    """A problem with its line and its element."""
    places = [_("line %(number)s", number=problem.line)] if problem.line else []
    places += [problem.element] if problem.element else []
    return ": ".join(filter(None, (", ".join(places), problem.message(language()))))


def _party(title: str, party: Party) -> dict[str, Any]:
    lines = []
    if party.address is not None:
        street = " ".join(filter(None, (party.address.street, party.address.number)))
        place = f"{party.address.postcode} {party.address.city}".strip()
        province = f" ({party.address.province})" if party.address.province else ""
        lines.append(", ".join(filter(None, (street, place + province))))
    if party.vat:
        lines.append(_("VAT no. %(number)s", number=party.vat))
    if party.tax_code and party.tax_code != (party.vat or "").removeprefix("IT"):
        lines.append(_("Tax code %(number)s", number=party.tax_code))
    return {
        "label": title,
        "name": party.name,
        "lines": [line for line in lines if line],
    }


def _details(document: Document) -> list[tuple[str, str]]:
    dated = _(
        "%(kind)s of %(date)s", kind=kind_of(document.kind), date=day(document.date)
    )
    details = [(_("Document"), dated)]
    if document.causes:
        details.append((_("Cause"), " ".join(document.causes)))
    return details


def _line(line: Line, currency: str) -> dict[str, str]:
    quantity = "" if line.quantity is None else f"{line.quantity.normalize():f}"
    return {
        "description": line.description,
        "quantity": quantity.replace(".", ",") if language() == "it" else quantity,
        "price": _fine(line.unit_price, currency),
        "vat": shown(line.vat_rate, line.nature),
        "amount": money(line.total, currency),
    }


def _fine(price: Decimal, currency: str) -> str:
    """A unit price with the decimals it has, two at least."""
    exponent = price.normalize().as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    return money(price, currency).replace(number(price), number(price, places))


def _sums(summary: VatSummary, currency: str) -> list[tuple[str, str]]:
    taxable = money(summary.taxable, currency)
    if summary.nature and not summary.rate:
        words = label(NATURES, summary.nature, language())
        return [(f"{words} ({summary.nature})", taxable)]
    rate = shown(summary.rate, None)
    return [
        (_("Taxable %(rate)s", rate=rate), taxable),
        (_("VAT %(rate)s", rate=rate), money(summary.tax, currency)),
    ]


def _payment(document: Document, *, paid_by_us: bool) -> dict[str, Any] | None:
    if not document.payments:
        return None
    dues = sorted(each.due_date for each in document.payments if each.due_date)
    total = sum((each.amount for each in document.payments), Decimal(0))
    ibans = dict.fromkeys(
        normalise(each.iban) for each in document.payments if each.iban
    )
    rows = [_row(each, document) for each in document.payments]
    return {
        "title": _("To pay") if paid_by_us else _("To collect"),
        "amount": money(total, document.currency),
        "due": _("by %(date)s", date=day(dues[0])) if dues else None,
        "rows": rows,
        "account": ", ".join(spaced(iban) for iban in ibans) or None,
        "account_differs": False,
    }


def _row(payment: Payment, document: Document) -> tuple[str, str]:
    method = label(PAYMENT_METHODS, payment.method, language())
    method = f"{method} ({payment.method})"
    if len(document.payments) == 1:
        return _("Method"), method
    amount = money(payment.amount, document.currency)
    if payment.due_date:
        amount = _("%(amount)s by %(date)s", amount=amount, date=day(payment.due_date))
    return amount, method
