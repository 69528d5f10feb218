"""Customers and suppliers: one piece of code, told apart by data."""

from webapp.panel.contacts.kinds import CUSTOMERS, SUPPLIERS
from webapp.panel.contacts.views import registry

BLUEPRINTS = (registry(CUSTOMERS), registry(SUPPLIERS))

__all__ = ["BLUEPRINTS"]
