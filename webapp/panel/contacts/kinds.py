"""What tells a customer from a supplier: its action names and its words."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One registry.

    Attributes:
        resource: the catalogue's noun, also `Contact.kind`.
        blueprint: name and address of its pages.
        has_iban: whether an IBAN is kept, to compare with what they ask for.
    """

    resource: str
    blueprint: str
    has_iban: bool
    plural: Any
    add: Any
    added: Any
    delete: Any
    empty: Any
    empty_text: Any


CUSTOMERS = Kind(
    resource="customer",
    blueprint="customers",
    has_iban=False,
    plural=_l("Customers"),
    add=_l("Add a customer"),
    added=_l("The customer is in the registry."),
    delete=_l("Delete the customer"),
    empty=_l("No customers"),
    empty_text=_l("Whom you invoice often: you choose them while writing an invoice."),
)

SUPPLIERS = Kind(
    resource="supplier",
    blueprint="suppliers",
    has_iban=True,
    plural=_l("Suppliers"),
    add=_l("Add a supplier"),
    added=_l("The supplier is in the registry."),
    delete=_l("Delete the supplier"),
    empty=_l("No suppliers"),
    empty_text=_l(
        "Keep their IBAN here: when an invoice asks for another, you see it."
    ),
)
