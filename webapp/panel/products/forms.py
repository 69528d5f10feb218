"""The form of a product."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from webapp.panel.fields import NEEDED, DecimalText, VersionedForm, text
from webapp.panel.records import fold
from webapp.panel.tables import Product
from webapp.panel.vat import choices

_CENTS = Decimal(100)


class ProductForm(VersionedForm):
    """Name, price and VAT of a product."""

    name = text(_l("Name"), 1000, NEEDED)
    price = DecimalText(_l("Price without VAT"), validators=[NEEDED])
    vat = SelectField(_l("VAT"), default="22")

    def __init__(self, product: Product | None = None, **options: Any) -> None:
        if product is not None:
            options["obj"] = product
            options["price"] = Decimal(product.price_cents).scaleb(-2)
        super().__init__(**options)
        self.vat.choices = choices()

    def fill(self, product: Product) -> None:
        """Write what was typed into the record."""
        product.name = self.name.data or ""
        product.folded = fold(product.name)
        product.price_cents = int((self.price.number or Decimal(0)) * _CENTS)
        product.vat = self.vat.data
