"""The history of a draft or an invoice, and how it reads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.i18n import moment
from webapp.ids import new_id
from webapp.panel.records import names_of
from webapp.panel.tables import Event

WORDS: Mapping[str, Any] = MappingProxyType(
    {
        "created": _l("Created by %(name)s"),
        "changed": _l("Changed by %(name)s"),
        "uploaded": _l("Uploaded by %(name)s"),
        "imported": _l("Imported by %(name)s"),
        "sent": _l("Sent by %(name)s"),
        "ready": _l("Ready for the channel"),
        "read": _l("Read by %(name)s"),
    }
)


def note(session: Session, account: str, record: str, kind: str, actor: str) -> None:
    """Write down what happened, in the current transaction."""
    session.add(
        Event(
            account_id=account,
            id=new_id("ev"),
            record_id=record,
            kind=kind,
            actor=actor,
            at=datetime.now(UTC),
        )
    )


def follow(session: Session, account: str, before: str, after: str) -> None:
    """The history of a draft goes on as that of its invoice."""
    session.execute(
        update(Event)
        .where(Event.account_id == account, Event.record_id == before)
        .values(record_id=after)
    )


def history(session: Session, account: str, record: str) -> list[dict[str, str]]:
    """What happened, oldest first, in the reader's language."""
    query = select(Event).where(Event.account_id == account, Event.record_id == record)
    found = session.scalars(query.order_by(Event.at, Event.id)).all()
    names = names_of(session, {event.actor for event in found})
    nobody = _("a user who was removed")
    return [
        {
            "text": str(WORDS[event.kind]) % {"name": names.get(event.actor, nobody)},
            "when": moment(event.at),
        }
        for event in found
    ]
