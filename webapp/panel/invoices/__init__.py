"""Sent and received invoices: one piece of code, told apart by data."""

from webapp.panel.invoices.received import add_received
from webapp.panel.invoices.views import archive
from webapp.panel.invoices.ways import RECEIVED, SENT

BLUEPRINTS = (archive(SENT), add_received(archive(RECEIVED)))

__all__ = ["BLUEPRINTS"]
