"""The form of a customer or a supplier."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Email, Length
from wtforms.validators import Optional as MayBeEmpty

from webapp.i18n import today
from webapp.panel.fields import (
    NEEDED,
    VersionedForm,
    code,
    iban_field,
    text,
    vat_rule,
    with_country,
)
from webapp.panel.records import fold
from webapp.panel.tables import Contact

_MAIL = [
    MayBeEmpty(),
    Length(max=256, message=_l("This is too long.")),
    Email(message=_l("This is not an e-mail address.")),
]


class ContactForm(VersionedForm):
    """Whom to invoice, or who invoices."""

    name = text(_l("Name"), 80, NEEDED)
    vat = code(
        _l("VAT number"),
        r"[A-Z0-9]{2,30}\Z",
        _l("Letters and digits, with the country: IT02561470390."),
    )
    tax_code = code(
        _l("Tax code"),
        r"(?:[0-9]{11}|[A-Z0-9]{16})\Z",
        _l("A tax code has 11 digits, or 16 letters and digits."),
    )
    street = text(_l("Address"), 60)
    postcode = code(_l("Postcode"), r"[A-Z0-9]{3,10}\Z", _l("Write for example 48018."))
    town = text(_l("Town"), 60)
    province = code(_l("Province"), r"[A-Z]{2}\Z", _l("Two letters, for example RA."))
    country = code(
        _l("Country"), r"[A-Z]{2}\Z", _l("Two letters, for example IT."), default="IT"
    )
    recipient_code = code(
        _l("Recipient code"),
        r"[A-Z0-9]{6,7}\Z",
        _l("7 letters and digits; 6 for a public body."),
    )
    pec = StringField(_l("Certified e-mail (PEC)"), _MAIL)
    email = StringField(_l("E-mail"), _MAIL)
    iban = iban_field(_l("IBAN on record"))

    def validate_vat(self, field: StringField) -> None:
        """An Italian number carries a check digit."""
        vat_rule(self, field)

    def fill(self, contact: Contact) -> None:
        """Write what was typed into the record; its IBAN apart."""
        for name in (
            "name", "tax_code", "street", "postcode", "town", "province",
            "recipient_code", "pec", "email",
        ):  # fmt: skip
            setattr(contact, name, self[name].data or "")
        contact.vat = with_country(self.vat.data or "")
        contact.country = self.country.data or "IT"
        contact.folded = fold(contact.name, contact.vat, contact.tax_code)

    def fill_iban(self, contact: Contact) -> None:
        """The IBAN, and since when it is known."""
        contact.iban = self.iban.data or ""
        contact.iban_since = today() if contact.iban else None
