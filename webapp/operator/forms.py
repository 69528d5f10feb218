"""The form of a payment."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from webapp.people import LONGEST_NAME, is_shown_name


class PaymentForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """The payment's own name: what the bank calls it."""

    reference = StringField(
        _l("Payment reference"),
        [
            DataRequired(_l("Fill in this field.")),
            Length(max=LONGEST_NAME, message=_l("This is too long.")),
        ],
        filters=[lambda text: (text or "").strip()],
    )

    def validate_reference(self, field: StringField) -> None:
        """Text on one line, as it is shown again in lists."""
        if not is_shown_name(field.data or ""):
            raise ValidationError(_("There are characters here that can not be shown."))
