"""What a key of another service may be for, each in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

#: In the order of the forms.
SCOPES: dict[str, Any] = {
    "decide": _l("Asks what each user may do"),
    "search": _l("Lists who may do something, and what a user may do"),
    "explain": _l("Reads why somebody may or may not do something"),
    "policy:read": _l("Downloads everybody’s permissions"),
}


def scope_in_words(name: str) -> str:
    """A scope as people read it; its code when it has no words."""
    return str(SCOPES.get(name, name))
