"""What the pages of keys show, in words; views decide, this only tells."""

import json
import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.decisions.credentials import accounts_of, works
from webapp.decisions.desk import Desk
from webapp.i18n import day, moment
from webapp.post import absolute
from webapp.scopes import scope_in_words
from webapp.tables import Account, Credential, CredentialAccount

PAGE = 50
SOON = timedelta(days=14)
#: Stands in the example for what only the service knows.
PLACEHOLDER = "dlg_live_…"
Fact = tuple[str, Any]


def list_page(session: Session, desk: Desk) -> dict[str, Any]:
    """The place's keys, those that work first."""
    mine = select(Credential).where(Credential.account_id == desk.account)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    page = min(max(request.args.get("page", 1, type=int), 1), -(-total // PAGE) or 1)
    now = datetime.now(UTC)
    ended = or_(Credential.revoked_at.is_not(None), Credential.expires_at <= now)
    found = session.scalars(
        mine.order_by(
            func.coalesce(ended, False), Credential.created_at.desc(), Credential.id
        )
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    return {
        "rows": [_row(session, desk, key) for key in found],
        "pager": _pager(desk, page, total),
        "example": example(desk.account),
        "foreign": [_foreign(key) for key in _foreign_keys(session, desk.account)],
    }


def key_page(session: Session, desk: Desk, key: Credential) -> dict[str, Any]:
    """One key: what it may do, for whom, until when, and when it was used."""
    return {
        "id": short(key),
        "label": key.label,
        "state": state(key),
        "note": key.note,
        "scopes": scopes(key),
        "facts": [fact for fact in _facts(session, desk, key) if fact[1]],
        "example": example(desk.account or _one_account(session, key)),
        "works": works(key, datetime.now(UTC)),
        "narrowable": len(key.scopes.split()) > 1
        or len(accounts_of(session, key.id)) > 1,
        "mine": key.account_id == desk.account,
    }


def shown_page(desk: Desk, key: Credential, text: str) -> dict[str, Any]:
    """The one page that carries the secret."""
    until = moment(key.previous_until, begins=False)
    return {
        "id": short(key),
        "label": key.label,
        "text": text,
        "old": _("The secret before it works until: %(when)s.", when=until)
        if until
        else "",
        "example": example(desk.account),
    }


def state(key: Credential) -> tuple[str, str]:
    """Kind and word of a chip."""
    now = datetime.now(UTC)
    if key.revoked_at is not None:
        return "bad", _("Revoked")
    if not works(key, now):
        return "bad", _("Has expired")
    if key.expires_at is not None and key.expires_at <= now + SOON:
        return "warn-clock", _("Expires soon")
    return "ok", _("Working")


def scopes(key: Credential) -> list[str]:
    """What it may do, in words."""
    return [scope_in_words(name) for name in key.scopes.split()]


def short(key: Credential) -> str:
    """The id as it stands inside the key."""
    return key.id.removeprefix("k_")


def companies_of(session: Session, key: Credential) -> list[tuple[str, str]]:
    """(id, name) of each it may ask about by name."""
    query = select(Account.id, Account.name).where(
        Account.id.in_(accounts_of(session, key.id))
    )
    return [(row.id, row.name) for row in session.execute(query.order_by(Account.name))]


def example(account: str | None) -> str:
    """A question that a service can send as it stands, but for its key."""
    body: dict[str, Any] = {
        "subject": {"type": "user_name", "id": "annaricci"},
        "action": {"name": "send"},
        "resource": {"type": "draft", "id": "1"},
    }
    path = f"/a/{account}/access/v1/evaluation" if account else "/access/v1/evaluation"
    if account is None:
        body["context"] = {"account": "a_…"}
    return as_curl(path, body)


def as_curl(path: str, body: dict[str, Any]) -> str:
    """A request for a shell; the key is left out, as it is shown nowhere."""
    lines = (
        f"curl {absolute(path)}",
        f"-H 'Authorization: Bearer {PLACEHOLDER}'",
        "-H 'Content-Type: application/json'",
        f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
    )
    return " \\\n  ".join(lines)


def _row(session: Session, desk: Desk, key: Credential) -> dict[str, Any]:
    return {
        "label": key.label,
        "about": _about(session, key) if desk.account is None else "",
        "scopes": scopes(key),
        "state": state(key),
        "until": day(_last_day(key.expires_at)),
        "used": _used(key),
        "url": desk.url("show", key=short(key)),
    }


def _foreign(key: Credential) -> dict[str, Any]:
    return {"label": key.label, "scopes": scopes(key), "used": _used(key)}


def _foreign_keys(session: Session, account: str | None) -> Sequence[Credential]:
    """Working keys of whoever runs Delega that may ask about this company by name."""
    if account is None:
        return ()
    bound = select(CredentialAccount.credential_id).where(
        CredentialAccount.account_id == account, CredentialAccount.ended_at.is_(None)
    )
    query = select(Credential).where(
        Credential.id.in_(bound), Credential.account_id.is_(None)
    )
    now = datetime.now(UTC)
    return [key for key in session.scalars(query) if works(key, now)]


def _facts(session: Session, desk: Desk, key: Credential) -> Iterable[Fact]:
    yield _("For"), _about(session, key) if desk.account is None else ""
    yield _("Expiry"), day(_last_day(key.expires_at)) or _("no expiry")
    yield _("Last use"), _used(key)
    yield _("Created"), moment(key.created_at)
    yield _("Revocation"), moment(key.revoked_at)
    old = key.previous_until
    if old is not None and old > datetime.now(UTC):
        yield _("The secret before it works until"), moment(old)
    yield _("Id"), short(key)


def _about(session: Session, key: Credential) -> str:
    if key.every_account:
        return _("All companies")
    names = [name for _id, name in companies_of(session, key)]
    if len(names) > 3:
        more = len(names) - 2
        words = ngettext("and one more", "and %(num)d more", more)
        names = [*names[:2], words]
    return ", ".join(names)


def _one_account(session: Session, key: Credential) -> str | None:
    bound = accounts_of(session, key.id)
    return bound[0] if len(bound) == 1 else None


def _used(key: Credential) -> str:
    """To the hour: it is written at most once in each."""
    return moment(key.last_used_at) or _("Never")


def _last_day(end: datetime | None) -> datetime | None:
    """A day ends as the next one begins."""
    return end - timedelta(microseconds=1) if end else None


def _pager(desk: Desk, page: int, total: int) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    last = min(page * PAGE, total)
    label = _("%(a)d-%(b)d of %(n)d", a=(page - 1) * PAGE + 1, b=last, n=total)
    return {
        "previous_url": desk.url("index", page=page - 1) if page > 1 else None,
        "next_url": desk.url("index", page=page + 1) if last < total else None,
        "label": label,
    }
