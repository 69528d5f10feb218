"""The forms of the cart and of the renewal."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.seats.cart import MOST_SEATS, MOST_YEARS
from webapp.seats.words import module_name


class _Boxes(SelectMultipleField):
    """Several boxes of which any may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _years(text: object) -> int:
    """A number of years, 0 for anything else."""
    return int(str(text)) if re.fullmatch(r"[0-9]{1,2}", str(text)) else 0


class _Whole(IntegerField):
    """A whole number whose message is ours, in the reader's language."""

    @override
    def process_formdata(self, valuelist: list[str]) -> None:
        """Blanks around it do not count."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if text.isascii() and text.isdigit() and len(text) <= 6:
            self.data = int(text)
        elif text:
            raise ValueError(str(_l("Write a whole number.")))


class BuyForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """What cart and renewal share: how many seats, which modules, at what price.

    `total` carries the cents that were shown: nothing else is ever ordered.
    """

    seats = _Whole(_l("Seats"), [InputRequired(_l("Write a whole number."))])
    modules = _Boxes(_l("Modules"), validate_choice=False)
    total = HiddenField()
    most = MOST_SEATS
    names: tuple[str, ...] = ()

    def offer(self, names: list[str], most: int) -> None:
        """The modules that have a box, and how many seats can be asked for."""
        self.modules.choices = [SelectChoice(name, module_name(name)) for name in names]
        self.names, self.most = tuple(names), most

    def validate_modules(self, field: SelectMultipleField) -> None:
        """A module that went meanwhile, or never was."""
        if not set(self.names).issuperset(field.data or ()):
            raise ValidationError(_("This module is not to be had here any more."))

    def validate_seats(self, field: IntegerField) -> None:
        """From none to the most."""
        if field.data is None or field.data > self.most:
            raise ValidationError(
                _("Write a number from 0 to %(most)s.", most=self.most)
            )

    @property
    def chosen(self) -> frozenset[str]:
        """The modules that are ticked."""
        return frozenset(self.modules.data or ())

    def step(self, by: int) -> None:
        """One seat more or less, when − or + was pressed."""
        now = self.seats.data if isinstance(self.seats.data, int) else 0
        self.seats.data = min(max(now + by, 0), self.most)
        self.seats.raw_data = [str(self.seats.data)]


class CartForm(BuyForm):
    """More seats and modules."""

    extend = BooleanField(_l("Extend active services"), default=True)


class RenewalForm(BuyForm):
    """Everything for longer."""

    years = SelectField(
        _l("For how long"), coerce=_years, default=1, validate_choice=False
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.years.choices = [
            SelectChoice(number, str(number)) for number in range(1, MOST_YEARS + 1)
        ]

    def validate_years(self, field: SelectField) -> None:
        """As many as are offered."""
        if field.data not in range(1, MOST_YEARS + 1):
            raise ValidationError(_("Choose from 1 to 10 years."))
