"""The forms of additional users; permissions come as a list of names beside them."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from webapp.people import LONGEST_NAME, USER_NAME, is_shown_name, normal_email

_NEEDED = InputRequired(_l("Fill in this field."))


class CreateUserForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Who the user is, and how the first sign-in goes."""

    name = StringField(
        _l("Name and surname"),
        [
            DataRequired(_l("Fill in this field.")),
            Length(max=LONGEST_NAME, message=_l("This is too long.")),
        ],
    )
    email = StringField(_l("E-mail"), [_NEEDED, Length(max=254)])
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

    def validate_email(self, field: StringField) -> None:
        """An address that could be written to; nothing is looked up."""
        found = normal_email(field.data or "")
        if found is None:
            raise ValidationError(_("This is not an e-mail address."))
        field.data = found

    def validate_name(self, field: StringField) -> None:
        """Text on one line: no control characters, no invisible direction marks."""
        if not is_shown_name(field.data or ""):
            raise ValidationError(_("There are characters here that can not be shown."))


class PermissionsForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Carries the CSRF token; the boxes are read by name."""
