"""Making and revoking the keys of other services: each is a revision, like any policy."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from authz import UnknownNameError
from authz.storage import Change, SqlWriter
from webapp.decisions.callers import SCOPES
from webapp.decisions.keys import Key, new_key
from webapp.ids import new_id
from webapp.opening import SYSTEM
from webapp.tables import Account, Credential, CredentialAccount


def create_credential(
    session: Session,
    label: str,
    accounts: Sequence[str],
    *,
    scopes: Sequence[str] = SCOPES,
    expires_at: datetime | None = None,
) -> Key:
    """A new key; `accounts` empty: it may ask about every account. Not committed."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise UnknownNameError("scope", unknown[0], f"there is {', '.join(SCOPES)}")
    for account in sorted(accounts):  # before the revision: see begin_write
        session.get_one(Account, account, with_for_update={"key_share": True})
    SqlWriter(session).lock()
    identity = new_id("k")
    key = new_key(identity.removeprefix("k_"))
    session.add(
        Credential(
            id=identity,
            label=label,
            secret_hash=key.secret_hash,
            scopes=" ".join(scopes),
            every_account=not accounts,
            created_at=datetime.now(UTC),
            expires_at=expires_at,
        )
    )
    session.flush()
    session.add_all(
        CredentialAccount(credential_id=identity, account_id=account)
        for account in accounts
    )
    session.flush()
    _note(session, identity, "credential.created", [*scopes, *accounts])
    return key


def revoke_credential(session: Session, identity: str) -> None:
    """Dead at the next request, on every worker. Not committed."""
    found = session.get(Credential, identity)
    if found is None or found.revoked_at is not None:
        raise UnknownNameError("credential", identity, "see `delega credentials list`")
    found.revoked_at = datetime.now(UTC)
    _note(session, identity, "credential.revoked", [])


def _note(session: Session, identity: str, kind: str, after: Sequence[str]) -> None:
    """One revision under the credential's own name: no account loses its snapshot."""
    SqlWriter(session).apply(
        Change(account=identity, actor=SYSTEM, kind=kind, node=identity, after=after)
    )
