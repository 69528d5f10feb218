"""The forms of the cart and of the renewal."""

from typing import Any

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
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.seats.cart import MOST_SEATS, MOST_YEARS
from webapp.seats.words import module_name

_COUNT = [
    InputRequired(_l("Write a whole number.")),
    NumberRange(0, MOST_SEATS, _l("Write a number from 0 to 500.")),
]


class _Boxes(SelectMultipleField):
    """Several boxes of which any may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


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

    seats = _Whole(_l("Seats"), _COUNT)
    modules = _Boxes(_l("Modules"))
    total = HiddenField()

    def offer_modules(self, names: list[str]) -> None:
        """The modules that have a box; any other name is a forged form."""
        self.modules.choices = [SelectChoice(name, module_name(name)) for name in names]

    @property
    def chosen(self) -> frozenset[str]:
        """The modules that are ticked."""
        return frozenset(self.modules.data or ())

    def step(self, by: int) -> None:
        """One seat more or less, when − or + was pressed."""
        now = self.seats.data if isinstance(self.seats.data, int) else 0
        self.seats.data = min(max(now + by, 0), MOST_SEATS)
        self.seats.raw_data = [str(self.seats.data)]


class CartForm(BuyForm):
    """More seats and modules."""

    extend = BooleanField(_l("Extend active services"), default=True)


class RenewalForm(BuyForm):
    """Everything for longer."""

    years = SelectField(_l("For how long"), coerce=int, default=1)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.years.choices = [
            SelectChoice(number, str(number)) for number in range(1, MOST_YEARS + 1)
        ]
