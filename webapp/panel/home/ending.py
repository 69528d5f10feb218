"""The line of *Da guardare* about the service's end: soon, or past."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from authz import Edition
from webapp.guard import can
from webapp.i18n import day, distance, today
from webapp.panel.home.service import WARNS_BEFORE
from webapp.tables import Account


def ending(session: Session, account: str) -> list[dict[str, Any]]:
    """One thing to look at, or none; the button is for who may renew."""
    found = session.get_one(Account, account)
    if found.ends_on - today() > WARNS_BEFORE:
        return []
    has_ended = found.ends_on < today()
    renews = bool(can("service.renew"))
    return [
        {
            "kind": "warn",
            "initials": "",
            "title": _ended(found) if has_ended else _ends(found),
            "text": _now(found) if has_ended else _then(found),
            "label": _("Reactivate") if has_ended else _("Renew"),
            "url": url_for("seats.renew", account=account) if renews else None,
        }
    ]


def _ends(account: Account) -> str:
    end = account.ends_on
    return _(
        "The service expires on %(date)s, %(distance)s",
        date=day(end),
        distance=distance(end),
    )


def _ended(account: Account) -> str:
    end = account.ends_on
    return _(
        "The service expired on %(date)s, %(distance)s",
        date=day(end),
        distance=distance(end),
    )


def _then(account: Account) -> str:
    until = _last_day(account)
    if account.edition == Edition.FE:
        return _(
            "Then, until %(date)s, you can look and download; invoices still arrive.",
            date=until,
        )
    return _(
        "Then, until %(date)s, you can look and download; no invoice arrives.",
        date=until,
    )


def _now(account: Account) -> str:
    until = _last_day(account)
    if account.edition == Edition.FE:
        return _(
            "Until %(date)s you can look and download, and invoices still arrive."
            " After that everything is deleted.",
            date=until,
        )
    return _(
        "Until %(date)s you can look and download; no invoice arrives. After that"
        " everything is deleted.",
        date=until,
    )


def _last_day(account: Account) -> str:
    """Day 90; the instant at which everything closes is the midnight after it."""
    return day(account.contract().closes_at - timedelta(seconds=1))
