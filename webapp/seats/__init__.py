"""The customer area: what was bought, orders, seats, modules, renewals, reminders."""

from flask_babel import lazy_gettext as _l

from webapp.frame import Entry
from webapp.seats import buying, renewing
from webapp.seats.views import blueprint

BLUEPRINTS = (blueprint,)
ENTRIES = (
    Entry(
        menu=_l("Customer area"),
        label=_l("Customer area"),
        endpoint="seats.area",
        action="purchase.list",
    ),
)

__all__ = ["BLUEPRINTS", "ENTRIES", "buying", "renewing"]
