"""The frame round every sample."""

from types import SimpleNamespace as It
from typing import Any

Sample = dict[str, Any]
HERE = "#content"
OWNER = It(
    name="Marta Bellandi",
    initials="MB",
    line="Titolare, Ceramiche Bellandi",
    profile_url="/profile",
    tone="brand",
)
READER = It(
    name="Luca Ferri",
    initials="LF",
    line="Sola lettura, Ceramiche Bellandi",
    profile_url=None,
    tone="warn",
)
MENUS = (
    "Home",
    "Fatture",
    "Anagrafiche",
    "Documenti",
    "Incassi e pagamenti",
    "Ordini",
    "Impostazioni",
)
SETTINGS = (
    "Utenti aggiuntivi",
    "Ruoli",
    "Commercialisti",
    "Revisione accessi",
    "Perché?",
)
TRAIL = [("Impostazioni", HERE), ("Collaborazioni", HERE)]


def links(labels: tuple[str, ...], current: str) -> list[It]:
    """Return menu entries, one of them current."""
    return [It(label=x, url=HERE, current=x == current) for x in labels]


def frame(
    current: str,
    *,
    pages: tuple[str, ...] = (),
    page: str = "",
    person: It = OWNER,
    menus: tuple[str, ...] = MENUS,
) -> It:
    """Return what frame.html wants."""
    return It(
        language="it",
        other_language="en",
        other_language_url="/en",
        home_url="/",
        menus=links(menus, current),
        pages=links(pages, page),
        person=person,
        account=It(name="Ceramiche Bellandi S.r.l.", vat="02561470390"),
        revision="1.284",
        signout_url="/signout",
        csrf="token",
        notes=[],
        help_url=HERE,
        accessibility_url=HERE,
        privacy_url=HERE,
    )


def action(label: str, reason: str | None = None, icon: str | None = None) -> It:
    """Return one action of a page."""
    return It(label=label, url=HERE, reason=reason, icon=icon)
