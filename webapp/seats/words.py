"""Orders in words: products, lines, states, amounts."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from authz import Edition
from webapp.extensions import enforcer
from webapp.i18n import day, language, money
from webapp.seats.cart import SEAT, SERVICE, Line
from webapp.seats.tables import OrderLine


def cents(amount: int) -> str:
    """1.234,56 €."""
    return money(Decimal(amount) / 100)


def edition_name(edition: str) -> str:
    """What the service is called."""
    if edition == Edition.SR:
        return _("Reception only")
    return _("Electronic invoicing")


def module_name(module: str) -> str:
    """What a module is called; the release knows those that have permissions."""
    modules = enforcer().release().permissions.modules
    if module in modules:
        return modules[module].text(language())
    return {"woocommerce": "WooCommerce"}[module]


def line_words(line: Line | OrderLine, edition: str) -> dict[str, Any]:
    """One line: what, from when to when, how much."""
    return {
        "what": _what(line, edition),
        "period": _(
            "from %(start)s to %(end)s",
            start=day(line.starts_on),
            end=day(line.ends_on),
        ),
        "net": cents(line.net_cents),
    }


def _what(line: Line | OrderLine, edition: str) -> str:
    if line.product == SERVICE:
        return edition_name(edition)
    if line.product != SEAT:
        return _("Module %(name)s", name=module_name(line.product))
    if line.adds:
        return ngettext("%(num)d new seat", "%(num)d new seats", line.quantity)
    return ngettext("%(num)d present seat", "%(num)d present seats", line.quantity)
