"""Which service asks: its key is read from the database at every request."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, g, request
from sqlalchemy import Row, select
from werkzeug.exceptions import Forbidden, Unauthorized

from webapp.decisions.keys import Key, read_key
from webapp.extensions import reading
from webapp.tables import Credential, CredentialAccount

SCOPES = ("decide",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """An authenticated service; `accounts` is None when it may ask about all."""

    id: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None

    def may_ask_about(self, account: str) -> bool:
        """Whether decisions about that account are given to it."""
        return self.accounts is None or account in self.accounts


def init_app(app: Flask) -> None:
    """Let the guard authenticate callers."""
    app.extensions["delega_callers"] = authenticate


def authenticate(scope: str) -> None:
    """Put the caller on `g`; 401 without a live key, 403 without the scope."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = read_key(token.strip()) if scheme.lower() == "bearer" else None
    caller = _caller(key) if key else None
    if caller is None:
        raise Unauthorized("send a live key as `Authorization: Bearer dlg_live_…`")
    if scope not in caller.scopes:
        raise Forbidden(f"this key lacks the scope `{scope}`")
    g.caller = caller


def _caller(key: Key) -> Caller | None:
    identity = f"k_{key.id}"
    with reading() as connection:
        found = connection.execute(
            select(
                Credential.secret_hash,
                Credential.scopes,
                Credential.every_account,
                Credential.expires_at,
                Credential.revoked_at,
            ).where(Credential.id == identity)
        ).one_or_none()
        bound = connection.scalars(
            select(CredentialAccount.account_id).where(
                CredentialAccount.credential_id == identity
            )
        ).all()
    if found is None or not _is_live(found, key):
        return None
    return Caller(
        id=identity,
        scopes=frozenset(found.scopes.split()),
        accounts=None if found.every_account else frozenset(bound),
    )


def _is_live(found: Row, key: Key) -> bool:  # type: ignore[type-arg]
    ended = found.expires_at is not None and found.expires_at <= datetime.now(UTC)
    same = hmac.compare_digest(bytes(found.secret_hash), key.secret_hash)
    return same and not ended and found.revoked_at is None
