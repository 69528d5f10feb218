"""The forms of additional users; permissions come as a list of names beside them."""

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)

from webapp.i18n import today
from webapp.people import LONGEST_NAME, USER_NAME, is_shown_name, normal_email
from webapp.team.once import new_word

LONGEST_NOTE = 500
#: Far enough for everybody, near enough for every calendar.
FARTHEST_END = timedelta(days=36_500)
_NEEDED = InputRequired(_l("Fill in this field."))


class DayField(DateField):  # type: ignore[misc,unused-ignore]
    """A day from the browser's own picker, refused in our words."""

    @override
    def process_formdata(self, valuelist: list[str]) -> None:
        """As sent: 2026-11-24."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is not a date.")) from None


class PersonForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Who a user is, and until when he is let in."""

    #: An end that stands already may stay, also when it is past.
    kept_end: date | None = None

    name = StringField(
        _l("Name and surname"),
        [
            DataRequired(_l("Fill in this field.")),
            Length(max=LONGEST_NAME, message=_l("This is too long.")),
        ],
    )
    email = StringField(_l("E-mail"), [_NEEDED, Length(max=254)])
    access_until = DayField(_l("Last day of access"), [Optional()])
    note = TextAreaField(_l("Note"))

    def validate_name(self, field: StringField) -> None:
        """Text on one line: no control characters, no invisible direction marks."""
        if not is_shown_name(field.data or ""):
            raise ValidationError(_("There are characters here that can not be shown."))

    def validate_email(self, field: StringField) -> None:
        """An address that could be written to; nothing is looked up."""
        found = normal_email(field.data or "")
        if found is None:
            raise ValidationError(_("This is not an e-mail address."))
        field.data = found

    def validate_access_until(self, field: DayField) -> None:
        """Today or later, unless it is what stands there already."""
        end = field.data
        if end is None or end == self.kept_end:
            return
        if end < today():
            raise ValidationError(_("Choose today or a later day, or leave it empty."))
        if end > today() + FARTHEST_END:
            raise ValidationError(_("This day is too far away: leave it empty."))

    def validate_note(self, field: TextAreaField) -> None:
        """Lines of text that can be shown; line ends as one character, tabs as blanks."""
        lines = (field.data or "").replace("\t", " ").splitlines()
        field.data = "\n".join(line.rstrip() for line in lines).strip()
        if len(field.data) > LONGEST_NOTE:
            raise ValidationError(_("At most 500 characters."))
        if not all(line.isprintable() for line in lines):
            raise ValidationError(_("There are characters here that can not be shown."))


class CreateUserForm(PersonForm):
    """A new user, and how the first sign-in goes."""

    once = HiddenField(default=new_word)
    user_name = StringField(_l("User name"), [_NEEDED])
    access = RadioField(
        _l("First sign-in"),
        choices=[
            SelectChoice("link", _l("Send an activation link by e-mail")),
            SelectChoice("temporary", _l("Show a temporary password to hand over")),
        ],
        default="link",
    )

    def validate_user_name(self, field: StringField) -> None:
        """8 to 64 ASCII letters and digits, blanks around them taken away."""
        field.data = (field.data or "").strip()
        if not USER_NAME.fullmatch(field.data):
            raise ValidationError(_("Use 8 to 64 letters and digits, nothing else."))


class PermissionsForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Carries the CSRF token; the boxes are read by name."""
