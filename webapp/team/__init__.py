"""Additional users: the list, creating them, and what each may do."""

from flask_babel import lazy_gettext as _l

from webapp.frame import Entry
from webapp.team import access_views, create_views, details_views
from webapp.team.views import blueprint

BLUEPRINTS = (blueprint,)
ENTRIES = (
    Entry(
        menu=_l("Settings"),
        label=_l("Additional users"),
        endpoint="team.index",
        action="subuser.list",
    ),
)

__all__ = ["BLUEPRINTS", "ENTRIES", "access_views", "create_views", "details_views"]
