"""The form of an invoice; works without script: more rows come from the server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, Form, FormField, SelectField, TextAreaField
from wtforms.validators import Optional as MayBeEmpty
from wtforms.validators import ValidationError

from webapp.i18n import language, today
from webapp.panel.contacts.forms import ContactForm
from webapp.panel.drafts.content import KINDS, ONE, Content, Customer, Row
from webapp.panel.fatturapa import (
    DOCUMENT_KINDS,
    PAYMENT_METHODS,
    PAYMENT_TERMS,
    label,
)
from webapp.panel.fields import (
    NEEDED,
    Carried,
    DecimalText,
    iban_field,
    spaced,
    text,
    with_country,
)
from webapp.panel.tables import Bank, Contact, Product
from webapp.panel.vat import choices

ROWS = 5
MOST_ROWS = 300
#: The largest amount that a FatturaPA file carries.
MOST = Decimal("99999999999.99")
_CUSTOMER = tuple(Customer.__dataclass_fields__)
_NO_DATE = _l("This is not a date.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Registries:
    """What the form lets choose from."""

    customers: Sequence[Contact] = ()
    products: Sequence[Product] = ()
    banks: Sequence[Bank] = ()


class RowForm(Form):
    """One line of the invoice."""

    product = SelectField(_l("Product"), default="", validate_choice=False)
    description = text(_l("Description"), 1000)
    quantity = DecimalText(_l("Quantity"), places=8)
    price = DecimalText(_l("Price"), places=8)
    vat = SelectField(_l("VAT"), default="22")

    def validate_quantity(self, field: DecimalText) -> None:
        """The file counts upwards alone; a negative price is how one subtracts."""
        if field.number is not None and field.number <= 0:
            raise ValidationError(_("Above zero; write the price with a minus."))

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in it."""
        return not (self.description.data or "").strip() and not self.price.data

    def take(self, product: Product) -> None:
        """Fill what was left empty from a stored product."""
        if not self.is_blank:
            return
        self.description.data = product.name
        self.price.data = Decimal(product.price_cents).scaleb(-2)
        self.vat.data = product.vat

    def value(self) -> Row:
        """The line as typed."""
        return Row(
            description=(self.description.data or "").strip(),
            quantity=ONE if self.quantity.number is None else self.quantity.number,
            price=self.price.number or Decimal(0),
            vat=self.vat.data,
        )


class DraftForm(ContactForm):
    """An invoice: customer, document, lines, payment."""

    email = None  # type: ignore[assignment]
    iban = None  # type: ignore[assignment]
    customer = SelectField(_l("Customer"), default="")
    kind = SelectField(_l("Document"), default="TD01")
    date = DateField(_l("Date"), [NEEDED], default=today)
    cause = TextAreaField(_l("Cause"), [Carried(2000, lines=True)])
    rows = FieldList(FormField(RowForm), min_entries=ROWS, max_entries=MOST_ROWS)
    method = SelectField(_l("Payment method"), default="")
    term = SelectField(_l("Payment terms"), default="TP02")
    due_date = DateField(_l("Due date"), [MayBeEmpty()])
    bank = SelectField(_l("IBAN"), default="")
    new_bank_name = text(_l("Name of the new bank"), 80)
    new_iban = iban_field(_l("IBAN of the new bank"))

    def __init__(self, registries: Registries, content: Content | None = None) -> None:
        super().__init__(data=_data(content) if content else None)
        self._registries = registries
        self._offer(content)

    def add_rows(self) -> None:
        """Room for more lines."""
        for _place in range(min(ROWS, MOST_ROWS - len(self.rows))):
            self.rows.append_entry()
        self._offer_in_rows()

    def take_chosen(self) -> None:
        """Copy the chosen customer and products into what was left to type."""
        contacts = {each.id: each for each in self._registries.customers}
        contact = contacts.get(self.customer.data)
        if contact is not None:
            for name in _CUSTOMER:
                self[name].data = getattr(contact, name)
        products = {each.id: each for each in self._registries.products}
        for row in self._row_forms():
            if row.product.data in products:
                row.take(products[row.product.data])

    def validate(self, extra_validators: Any = None) -> bool:
        """Field by field, then the lines together."""
        fits = super().validate(extra_validators)
        return self._lines_are_whole() and bool(fits)

    def content(self) -> Content:
        """The draft as typed; only after `validate`."""
        names = {bank.iban: bank.name for bank in self._registries.banks}
        new = self.new_iban.data or ""
        iban = new or self.bank.data
        name = (self.new_bank_name.data or "").strip() if new else names.get(iban, "")
        return Content(
            customer=Customer(**self._customer()),
            kind=self.kind.data,
            date=self.date.data or today(),
            cause=self.cause.data or "",
            rows=tuple(row.value() for row in self._row_forms() if not row.is_blank),
            method=self.method.data,
            term=self.term.data,
            due_date=self.due_date.data,
            iban=iban,
            bank_name=name,
        )

    def complaints(self) -> list[tuple[str, str]]:
        """Every error with the field it belongs to, rows included."""
        named = [(field, "") for field in self if field.type != "FieldList"]
        for place, row in enumerate(self._row_forms(), 1):
            named += [(field, _("Line %(number)s, ", number=place)) for field in row]
        return [
            (f"{before}{field.label.text}: {error}", f"#{field.id}")
            for field, before in named
            for error in field.errors
        ]

    def _customer(self) -> dict[str, str]:
        typed = {name: self[name].data or "" for name in _CUSTOMER}
        country = typed["country"] or "IT"
        return {**typed, "vat": with_country(typed["vat"]), "country": country}

    def _row_forms(self) -> Iterator[RowForm]:
        for entry in self.rows.entries:
            yield entry.form

    def _lines_are_whole(self) -> bool:
        rows = [row for row in self._row_forms() if not row.is_blank]
        for row in rows:
            for field in (row.description, row.price):
                if not str("" if field.data is None else field.data).strip():
                    field.errors = [*field.errors, _("Fill in this field.")]
            if not row.errors and abs(row.value().price * row.value().quantity) > MOST:
                message = _("The amount of the line is too large.")
                row.price.errors = [*row.price.errors, message]
        if not rows:
            first = next(self._row_forms()).description
            first.errors = [*first.errors, _("Write at least one line.")]
        return bool(rows) and not any(row.errors for row in rows)

    def _offer(self, content: Content | None) -> None:
        self.customer.choices = [("", _("Write it here"))] + [
            (each.id, each.name) for each in self._registries.customers
        ]
        self.kind.choices = [
            (kind, f"{label(DOCUMENT_KINDS, kind, language())} ({kind})")
            for kind in KINDS
        ]
        self.method.choices = [("", "-"), *_labelled(PAYMENT_METHODS)]
        self.term.choices = _labelled(PAYMENT_TERMS)
        self.bank.choices = [("", "-")] + [
            (bank.iban, f"{bank.name}, {spaced(bank.iban)}")
            for bank in self._registries.banks
        ]
        kept = content.iban if content else ""
        if kept not in [value for value, _label in self.bank.choices]:
            shown = _("%(iban)s, not among your banks", iban=spaced(kept))
            self.bank.choices.append((kept, shown))
        self._offer_in_rows()

    def _offer_in_rows(self) -> None:
        products = [(each.id, each.name[:60]) for each in self._registries.products]
        rates = choices()
        for row in self._row_forms():
            row.product.choices = [("", "-"), *products]
            row.vat.choices = rates


def _labelled(labels: Any) -> list[tuple[str, str]]:
    return [(name, f"{label(labels, name, language())} ({name})") for name in labels]


def _data(content: Content) -> dict[str, Any]:
    """The content as the form's first values."""
    facts = {name: getattr(content.customer, name) for name in _CUSTOMER}
    rows = [
        {
            name: getattr(row, name)
            for name in ("description", "quantity", "price", "vat")
        }
        for row in content.rows
    ]
    for name in ("kind", "date", "cause", "method", "term", "due_date"):
        facts[name] = getattr(content, name)
    return {**facts, "rows": rows, "bank": content.iban}
