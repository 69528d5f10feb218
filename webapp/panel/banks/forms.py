"""The forms of a bank: as a whole, its name and SWIFT, its IBAN."""

from flask_babel import lazy_gettext as _l

from webapp.panel.fields import NEEDED, VersionedForm, code, iban_field, text
from webapp.panel.tables import Bank


class BankDetailsForm(VersionedForm):
    """What may be written without touching where money goes."""

    name = text(_l("Name of the bank"), 80, NEEDED)
    swift = code(
        _l("SWIFT code (BIC)"),
        r"(?:[A-Z0-9]{8}|[A-Z0-9]{11})\Z",
        _l("8 or 11 letters and digits."),
    )

    def fill(self, bank: Bank) -> None:
        """Write what was typed into the record."""
        bank.name = self.name.data or ""
        bank.swift = self.swift.data or ""


class IbanForm(VersionedForm):
    """The IBAN alone."""

    iban = iban_field(_l("IBAN"), NEEDED)


class BankForm(BankDetailsForm):
    """A new bank."""

    iban = iban_field(_l("IBAN"), NEEDED)
