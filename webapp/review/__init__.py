"""Looking at decisions and at what changed them: why, what it means, the history."""

from flask_babel import lazy_gettext as _l

from webapp.frame import Entry
from webapp.review import history_views, views

BLUEPRINTS = (views.blueprint, history_views.blueprint)
ENTRIES = (
    Entry(
        menu=_l("Settings"),
        label=_l("Why?"),
        endpoint="review.choose",
        action="subuser.view",
    ),
    Entry(
        menu=_l("Settings"),
        label=_l("History"),
        endpoint="history.index",
        action="history.view",
    ),
)

__all__ = ["BLUEPRINTS", "ENTRIES"]
