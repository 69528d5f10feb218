"""What the home page shows of drafts and received invoices, and what to look at."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.i18n import day
from webapp.panel.invoices.listed import (
    address,
    detail,
    differing,
    known_ibans_of,
    state_of,
    total,
)
from webapp.panel.records import names_of
from webapp.panel.showing import from_cents
from webapp.panel.tables import Draft, Invoice

SHOWN = 4
_WATCHED = 100


def drafts_box(session: Session, account: str) -> dict[str, Any]:
    """The latest drafts."""
    query = select(Draft).where(Draft.account_id == account)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    latest = query.order_by(Draft.updated_at.desc(), Draft.id).limit(SHOWN)
    found = list(session.scalars(latest))
    names = names_of(session, {draft.updated_by for draft in found})
    return {
        "all_url": url_for("drafts.index", account=account),
        "all_label": ngettext("The draft", "All %(num)d drafts", count),
        "items_list": [
            {
                "name": draft.customer,
                "url": url_for("drafts.view", account=account, draft=draft.id),
                "detail": _detail(draft, names),
                "date": day(draft.issued_on),
                "total": from_cents(draft.total_cents, draft.currency),
            }
            for draft in found
        ],
    }


def received_box(session: Session, account: str) -> dict[str, Any]:
    """The latest received invoices."""
    found = list(session.scalars(_received(account).limit(SHOWN)))
    known = known_ibans_of(session, found)
    items = []
    for invoice in found:
        kind, text = state_of(invoice, known)
        items.append(
            {
                "name": invoice.counterparty,
                "url": address(invoice),
                "detail": detail(invoice),
                "status": {"kind": kind, "text": text},
                "date": day(invoice.issued_on),
                "total": total(invoice),
            }
        )
    return {"all_url": url_for("received.index", account=account), "items_list": items}


def watch_list(session: Session, account: str) -> list[dict[str, Any]]:
    """Unread invoices that ask for money on an IBAN not on record."""
    unread = _received(account).where(Invoice.read_at.is_(None)).limit(_WATCHED)
    found = list(session.scalars(unread))
    known = known_ibans_of(session, found)
    return [
        {
            "kind": "warn",
            "initials": "",
            "title": _("%(name)s has another IBAN", name=invoice.counterparty),
            "text": _(
                "%(invoice)s, %(total)s. Check before paying.",
                invoice=detail(invoice),
                total=total(invoice),
            ),
            "label": _("Check"),
            "url": address(invoice),
        }
        for invoice in found
        if differing(invoice, known)
    ][:SHOWN]


def _received(account: str) -> Any:
    query = select(Invoice).where(
        Invoice.account_id == account, Invoice.direction == "received"
    )
    return query.order_by(Invoice.created_at.desc(), Invoice.id)


def _detail(draft: Draft, names: dict[str, str]) -> str:
    words = _("Draft %(number)s", number=draft.number)
    name = names.get(draft.updated_by)
    return _("%(draft)s, by %(name)s", draft=words, name=name) if name else words
