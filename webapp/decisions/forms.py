"""The forms of keys: a new one, a new secret, fewer rights, an end."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import (
    DateField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from webapp.decisions.credentials import LONGEST_NOTE
from webapp.i18n import today
from webapp.people import LONGEST_NAME, is_shown_name
from webapp.scopes import SCOPES

#: A key that is never looked at again should not live for ever.
FARTHEST_END = timedelta(days=365 * 5)
EVERY, NAMED = "every", "named"
#: Hours that the old secret goes on -> in words.
KEEP = (
    (24, _l("For 24 hours: time to put the new one in place")),
    (168, _l("For 7 days")),
    (1, _l("For one hour")),
    (0, _l("No longer: it leaked, or nobody uses it")),
)


class DayField(DateField):  # type: ignore[misc,unused-ignore]
    """A day from the browser's own picker, refused in our words."""

    @override
    def process_formdata(self, valuelist: list[str]) -> None:
        """As sent: 2026-11-24."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is not a date.")) from None


class ScopesForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """What a key may do: boxes, of which one at least is ticked."""

    scopes = SelectMultipleField(
        _l("What it may do"),
        choices=[SelectChoice(name, words) for name, words in SCOPES.items()],
    )

    def offer(self, names: Sequence[str]) -> None:
        """Only these boxes."""
        self.scopes.choices = [
            SelectChoice(name, words) for name, words in SCOPES.items() if name in names
        ]

    def validate_scopes(self, field: SelectMultipleField) -> None:
        """A key for nothing is none."""
        if not field.data:
            raise ValidationError(_("Choose one at least."))


class KeyForm(ScopesForm):
    """A new key."""

    label = StringField(
        _l("Which service it is for"),
        [
            DataRequired(_l("Fill in this field.")),
            Length(max=LONGEST_NAME, message=_l("This is too long.")),
        ],
        filters=[lambda text: (text or "").strip()],
    )
    expires_on = DayField(_l("Last day it works"), [Optional()])
    note = TextAreaField(_l("Note"))

    def validate_label(self, field: StringField) -> None:
        """Text on one line, as it is shown again in lists."""
        if not is_shown_name(field.data or ""):
            raise ValidationError(_("There are characters here that can not be shown."))

    def validate_expires_on(self, field: DayField) -> None:
        """From today on, and not for ever."""
        end: date | None = field.data
        if end is not None and end < today():
            raise ValidationError(_("Choose today or a later day, or leave it empty."))
        if end is not None and end > today() + FARTHEST_END:
            raise ValidationError(_("Choose a day within five years."))

    def validate_note(self, field: TextAreaField) -> None:
        """Lines of text that can be shown."""
        lines = (field.data or "").replace("\t", " ").splitlines()
        field.data = "\n".join(line.rstrip() for line in lines).strip()
        if len(field.data) > LONGEST_NOTE:
            raise ValidationError(_("At most 500 characters."))
        if not all(line.isprintable() for line in lines):
            raise ValidationError(_("There are characters here that can not be shown."))


class PlatformKeyForm(KeyForm):
    """A new key of whoever runs Delega: for all companies, or for some."""

    about = RadioField(
        _l("Which companies it may ask about"),
        choices=[
            SelectChoice(NAMED, _l("Those named here")),
            SelectChoice(EVERY, _l("All of them, those to come too")),
        ],
        default=NAMED,
    )
    companies = TextAreaField(_l("Companies"))

    def validate_companies(self, field: TextAreaField) -> None:
        """Named exactly where they count."""
        named = self.names()
        if self.about.data == NAMED and not named:
            raise ValidationError(_("Name one company at least."))
        if self.about.data == EVERY and named:
            raise ValidationError(
                _("Leave this empty, or choose that the key is for those named here.")
            )

    def names(self) -> list[str]:
        """What was typed: ids or VAT numbers."""
        return list(dict.fromkeys((self.companies.data or "").split()))


class NarrowForm(ScopesForm):
    """What stays of a key; `companies` where it is for several."""

    companies = SelectMultipleField(_l("Which companies it may ask about"), choices=[])


class RotateForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """How long the old secret goes on."""

    keep = RadioField(
        _l("How long the secret of now still works"),
        choices=[SelectChoice(hours, words) for hours, words in KEEP],
        coerce=int,
        default=24,
    )


class RevokeForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Carries the CSRF token: the page is the question."""
