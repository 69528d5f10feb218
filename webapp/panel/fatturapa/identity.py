"""Who a party is: VAT numbers, tax codes and IBANs, compared and verified."""

import re

from webapp.panel.fatturapa.values import InvoiceFile, Party

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_IBAN_LENGTHS = {"IT": 27, "SM": 27}
_VAT_IT = re.compile(r"[0-9]{11}")
_SPACES = re.compile(r"\s+")


def normalise(code: str) -> str:
    """The code in capitals and without spaces."""
    return _SPACES.sub("", code).upper()


def ibans(invoice: InvoiceFile) -> frozenset[str]:
    """Every IBAN that asks for money in the file, normalised for comparing."""
    return frozenset(
        normalise(payment.iban)
        for document in invoice.documents
        for payment in document.payments
        if payment.iban
    )


def is_iban(value: str) -> bool:
    """Whether length and check digits (ISO 13616, modulo 97) hold."""
    iban = normalise(value)
    if not _IBAN.fullmatch(iban) or len(iban) != _IBAN_LENGTHS.get(iban[:2], len(iban)):
        return False
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(digits) % 97 == 1


def is_italian_vat(value: str) -> bool:
    """Whether eleven digits without country carry the right check digit."""
    if not _VAT_IT.fullmatch(value):
        return False
    total = 0
    for position, character in enumerate(value):
        digit = int(character)
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0


def vat_identity(party: Party) -> frozenset[str]:
    """The codes this party answers to.

    An Italian VAT number counts with and without `IT`; a foreign one only with its
    country, since the same digits belong to somebody else elsewhere. The tax code
    counts too: members of a VAT group share the group's number.
    """
    codes = set()
    if party.vat:
        vat = normalise(party.vat)
        codes.add(vat)
        codes.add(_without_country(vat))
    if party.tax_code:
        codes.add(normalise(party.tax_code))
    return frozenset(codes)


def is_party(party: Party, *codes: str | None) -> bool:
    """Whether any of an account's VAT number or tax code names this party."""
    known = vat_identity(party)
    return any(
        normalise(code) in known or _without_country(normalise(code)) in known
        for code in codes
        if code
    )


def _without_country(vat: str) -> str:
    bare = vat.removeprefix("IT")
    return bare if _VAT_IT.fullmatch(bare) else vat
