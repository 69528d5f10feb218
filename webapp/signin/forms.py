"""The forms of sign-in and passwords."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from webapp.passwords import complaints, normal

_NEEDED = InputRequired(_l("Fill in this field."))
_SHORT = Length(max=200, message=_l("This is too long."))


class SignInForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """User name and password; neither says which of them was wrong."""

    user_name = StringField(
        _l("User name"),
        [_NEEDED, _SHORT],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("Password"),
        [_NEEDED, Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )


class ConfirmForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """The password once more, before what costs money."""

    password = PasswordField(
        _l("Password"),
        [_NEEDED, Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )


class ForgotForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Asks for a reset link by user name: an e-mail identifies nobody."""

    user_name = StringField(
        _l("User name"),
        [_NEEDED, _SHORT],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """A new password, twice."""

    new = PasswordField(
        _l("New password"),
        [_NEEDED, Length(max=1024)],
        render_kw={"autocomplete": "new-password"},
    )
    repeat = PasswordField(
        _l("The new password again"),
        [_NEEDED, Length(max=1024)],
        render_kw={"autocomplete": "new-password"},
    )

    #: user name, e-mail, company: what must not stand in the password
    about: tuple[str, ...] = ()

    def validate_new(self, field: PasswordField) -> None:
        """The policy's complaints, next to the field."""
        for complaint in complaints(field.data or "", self.about):
            raise ValidationError(complaint)

    def validate_repeat(self, field: PasswordField) -> None:
        """Typed twice, equal up to how the keyboard composes accents."""
        if normal(field.data or "") != normal(self.new.data or ""):
            raise ValidationError(_("The two passwords differ."))


class ChangePasswordForm(NewPasswordForm):
    """The current password, then the new one twice."""

    current = PasswordField(
        _l("Current password"),
        [_NEEDED, Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
