"""What people may type: the characters an invoice file can carry, codes, money, IBANs."""

import re
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Optional as MayBeEmpty
from wtforms.validators import Regexp, StopValidation, ValidationError

from webapp.i18n import language
from webapp.panel.fatturapa import (
    is_iban,
    is_italian_vat,
    normalise,
    text_problems,
)

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_TOO_MUCH = Decimal(10) ** 13
_ITALIAN_VAT = re.compile(r"(IT)?[0-9]{11}")


class Needed:
    """Refuses an empty field, wherever its value came from."""

    field_flags = MappingProxyType({"required": True})

    def __call__(self, _form: Any, field: Field) -> None:
        """Judge what is in the field."""
        if (
            not field.errors
            and not str("" if field.data is None else field.data).strip()
        ):
            raise StopValidation(_("Fill in this field."))


NEEDED = Needed()


class Carried:
    """Refuses what the file can not carry: length, controls, typographic quotes."""

    def __init__(self, limit: int, *, lines: bool = False) -> None:
        self._limit, self._lines = limit, lines

    def __call__(self, _form: Any, field: Field) -> None:
        """Judge what was typed in the field."""
        value = field.data or ""
        if self._lines:
            value = " ".join(value.splitlines())
        if not value.strip():
            return
        for found in text_problems(value, self._limit):
            raise ValidationError(found.message(language()))


def text(label: Any, limit: int, *more: Any, **options: Any) -> StringField:
    """A line of text as an invoice file takes it."""
    return StringField(label, [*more, Carried(limit)], filters=[_trimmed], **options)


def code(label: Any, pattern: str, message: Any, **options: Any) -> StringField:
    """A code in capitals and without spaces, or nothing."""
    rules = [MayBeEmpty(), Regexp(pattern, message=message)]
    return StringField(label, rules, filters=[_normal], **options)


def iban_rule(_form: Any, field: Field) -> None:
    """Length and check digits."""
    if field.data and not is_iban(field.data):
        raise ValidationError(_("The IBAN is wrong: check its length and digits."))


def vat_rule(_form: Any, field: Field) -> None:
    """An Italian VAT number carries its check digit."""
    value = field.data or ""
    if _ITALIAN_VAT.fullmatch(value) and not is_italian_vat(value.removeprefix("IT")):
        raise ValidationError(_("The VAT number is wrong: check its digits."))


def iban_field(label: Any, *rules: Any) -> StringField:
    """An IBAN, normalised."""
    return StringField(label, [*rules, iban_rule], filters=[_normal])


def with_country(vat: str) -> str:
    """An Italian VAT number with its country, as files carry it."""
    return f"IT{vat}" if _ITALIAN_VAT.fullmatch(vat) and vat[:2] != "IT" else vat


def spaced(iban: str) -> str:
    """In groups of four, for reading aloud."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


class DecimalText(StringField):
    """A number as people write it here: 1.234,56 or 1234.56; empty is None."""

    data: Any

    def __init__(self, label: Any, *, places: int = 2, **options: Any) -> None:
        self._places = places
        super().__init__(label, **options)

    def _value(self) -> str:
        if isinstance(self.data, Decimal):
            shown = f"{self.data:f}"
            return shown.replace(".", ",") if language() == "it" else shown
        return str(self.data or "")

    @property
    def number(self) -> Decimal | None:
        """The number typed, None when nothing was."""
        return self.data if isinstance(self.data, Decimal) else None

    @override
    def pre_validate(self, form: Any) -> None:
        """Turn the text into a number, or say why not."""
        typed = self.data if isinstance(self.data, str) else ""
        if not typed.strip():
            return
        number = parse_number(typed)
        if number is None or abs(number) >= _TOO_MUCH:
            raise ValidationError(_("This is not a number: write for example 1234,56."))
        if number != round(number, self._places):
            raise ValidationError(_("At most %(count)s decimals.", count=self._places))
        self.data = number


def parse_number(typed: str) -> Decimal | None:
    """1.234,56 or 1,234.56; what stands alone is read as the language writes it."""
    plain = "".join(typed.split()).removesuffix("€")
    point, thousands = (",", ".") if language() == "it" else (".", ",")
    if plain.rfind(thousands) > plain.rfind(point) and not _grouped(plain, thousands):
        point, thousands = thousands, point
    plain = plain.replace(thousands, "").replace(point, ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _grouped(plain: str, mark: str) -> bool:
    """Whether the mark stands between thousands, and nothing else does."""
    return bool(re.fullmatch(rf"-?[0-9]{{1,3}}(\{mark}[0-9]{{3}})+", plain))


class VersionedForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """A form that carries the version of what it edits."""

    version = HiddenField()


def _trimmed(value: str | None) -> str:
    return (value or "").strip()


def _normal(value: str | None) -> str:
    return normalise(value or "")
