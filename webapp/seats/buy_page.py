"""What seats/buy.html shows, for the cart and for the renewal."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from authz import ADD_ONS
from webapp.i18n import day, today
from webapp.seats.area_page import service
from webapp.seats.cart import Bought, extended_end
from webapp.seats.forms import BuyForm
from webapp.seats.order_pages import sums, trail
from webapp.seats.orders import RENEWAL, Wish, bought
from webapp.seats.words import module_name
from webapp.tables import Account


def offered(there: Bought) -> list[str]:
    """The modules there is something to buy of."""
    return [name for name in ADD_ONS if there.offers(name)]


def buy_page(
    session: Session, account: Account, form: BuyForm, kind: str, wish: Wish | None
) -> dict[str, Any]:
    """The form, what it would give, and what it would cost."""
    there = bought(session, account)
    renewal = kind == RENEWAL
    return {
        "trail": trail(account.id),
        "form": form,
        "title": _("Renew the service") if renewal else _("Add seats and modules"),
        "lead": service(account)["until"],
        "extend_text": None if renewal else _extend_text(there),
        "extend_forced": not renewal and there.has_ended(today()),
        "seats_text": _seats_text(there, renewal=renewal),
        "users_url": url_for("team.index", account=account.id),
        "sums": sums(wish.lines, wish.net_cents, wish.vat_cents, account.edition)
        if wish
        else None,
        "until": day(max(line.ends_on for line in wish.lines))
        if wish and wish.lines
        else None,
        "cancel_url": url_for("seats.area", account=account.id),
    }


def _extend_text(there: Bought) -> str:
    end = day(extended_end(there, today()))
    if there.has_ended(today()):
        return _("The service has expired: it starts again, to %(day)s.", day=end)
    text = _(
        "The service, its modules and all seats go on together to %(day)s. Without it,"
        " what you add ends with the service, on %(end)s.",
        day=end,
        end=day(there.ends_on),
    )
    running = {name for name in there.modules if there.runs(name, today())}
    left = [module_name(name) for name in sorted(running - there.goes_on(today()))]
    if left:
        text += " " + _("Not renewed: %(names)s.", names=", ".join(left))
    return text


def _seats_text(there: Bought, *, renewal: bool) -> str:
    users = ngettext("%(num)d user", "%(num)d users", there.users)
    seats = ngettext("%(num)d seat", "%(num)d seats", len(there.seats))
    if renewal:
        return _(
            "Today: %(seats)s, %(users)s. Never fewer seats than users. If you renew"
            " fewer, from now on there can not be more users than that; the other seats"
            " stay until %(day)s.",
            seats=seats,
            users=users,
            day=day(there.ends_on),
        )
    return _("Today: %(seats)s, %(users)s. How many more?", seats=seats, users=users)
