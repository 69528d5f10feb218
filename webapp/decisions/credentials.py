"""Every change of a key of another service: each is a revision, like any policy.

A change stands under the key's own id, so that no account loses its snapshot for it.
Nothing here commits.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from authz import AuthzError, UnknownNameError
from authz.storage import Change, SqlWriter
from webapp.decisions.callers import SCOPES
from webapp.decisions.keys import Key, new_key
from webapp.ids import new_id
from webapp.opening import SYSTEM
from webapp.people import is_shown_name
from webapp.tables import Account, Credential, CredentialAccount

#: Working keys of one company; whoever runs Delega makes as many as are needed.
MOST_KEYS = 20
LONGEST_NOTE = 500


class UnfitKeyError(AuthzError):
    """A key can not be made or changed like that; says why."""


class TooManyKeysError(UnfitKeyError):
    """The company has as many working keys as it may have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCredential:
    """A key to make.

    Attributes:
        accounts: what it may be asked about; none: every account.
        account: the company that makes it; None: whoever runs Delega.
    """

    label: str
    accounts: Sequence[str]
    scopes: Sequence[str] = ("decide",)
    expires_at: datetime | None = None
    note: str = ""
    account: str | None = None


def create_credential(  # noqa: PLR0913  (the short form of the command line and tests)
    session: Session,
    label: str,
    accounts: Sequence[str],
    *,
    scopes: Sequence[str] = ("decide",),
    expires_at: datetime | None = None,
    actor: str = SYSTEM,
) -> Key:
    """A key of whoever runs Delega; `accounts` empty: it may ask about every account."""
    new = NewCredential(
        label=label, accounts=accounts, scopes=scopes, expires_at=expires_at
    )
    return create(session, new, actor)


def create(session: Session, new: NewCredential, actor: str) -> Key:
    """Make a key.

    Raises:
        UnknownNameError: there is no such scope.
        UnfitKeyError: the label can not be shown, there are too many keys, or it is
            for another company than the one that makes it.
    """
    _require_scopes(new.scopes)
    # INVARIANT: a company's key is for that company alone
    if new.account is not None and list(new.accounts) != [new.account]:
        raise UnfitKeyError("a company makes keys for itself alone")
    if not new.label.strip() or not is_shown_name(new.label):
        raise UnfitKeyError("the label needs 1 to 120 characters that can be shown")
    for account in sorted(new.accounts):  # before the revision: see begin_write
        session.get_one(Account, account, with_for_update={"key_share": True})
    SqlWriter(session).lock()
    if new.account is not None:
        _require_room(session, new.account)
    identity = new_id("k")
    key = new_key(identity.removeprefix("k_"))
    session.add(_row(identity, new, key))
    session.flush()
    session.add_all(
        CredentialAccount(credential_id=identity, account_id=account)
        for account in new.accounts
    )
    after = [*_in_order(new.scopes), *sorted(new.accounts)]
    _write(session, _change(identity, "credential.created", actor, after=after))
    return key


def rotate(
    session: Session, identity: str, keep_until: datetime | None, actor: str
) -> Key:
    """A new secret, valid at once; the old one works until then, or no longer.

    Whatever secret an earlier rotation still kept ends with this one.

    Raises:
        UnknownNameError: there is no such working key.
    """
    found = _working(session, identity)
    key = new_key(identity.removeprefix("k_"))
    found.previous_hash = found.secret_hash if keep_until else None
    found.previous_until = keep_until
    found.secret_hash = key.secret_hash
    after = [keep_until.astimezone(UTC).isoformat()] if keep_until else []
    _write(session, _change(identity, "credential.rotated", actor, after=after))
    return key


def narrow(
    session: Session,
    identity: str,
    scopes: Collection[str],
    accounts: Collection[str] | None,
    actor: str,
) -> None:
    """Leave a key these scopes and accounts of those it has; None: the accounts stay.

    Raises:
        UnknownNameError: there is no such working key.
        UnfitKeyError: it would get what it lacks, or nothing would be left of it.
    """
    found = _working(session, identity)
    had, bound = found.scopes.split(), accounts_of(session, identity)
    kept = bound if accounts is None else sorted(accounts)
    if not set(scopes) <= set(had) or not set(kept) <= set(bound):
        raise UnfitKeyError("a key can only lose; make another one for more")
    if not scopes or (bound and not kept):
        raise UnfitKeyError("nothing would be left of it; revoke it instead")
    if set(scopes) == set(had) and set(kept) == set(bound):
        return
    found.scopes = " ".join(_in_order(scopes))
    session.execute(
        update(CredentialAccount)
        .where(
            CredentialAccount.credential_id == identity,
            CredentialAccount.account_id.not_in(kept),
            CredentialAccount.ended_at.is_(None),
        )
        .values(ended_at=datetime.now(UTC))
    )
    before, after = [*had, *bound], [*_in_order(scopes), *kept]
    _write(session, _change(identity, "credential.narrowed", actor, before, after))


def revoke_credential(session: Session, identity: str, actor: str = SYSTEM) -> None:
    """Dead at the next request, on every worker.

    Raises:
        UnknownNameError: there is no such key, or it was revoked before.
    """
    found = _locked(session, identity)
    if found is None or found.revoked_at is not None:
        raise _unknown(identity)
    found.revoked_at = datetime.now(UTC)
    found.previous_hash = found.previous_until = None
    _write(session, _change(identity, "credential.revoked", actor))


def accounts_of(session: Session, identity: str) -> list[str]:
    """Those it may ask about now; none for a key that may ask about all."""
    query = select(CredentialAccount.account_id).where(
        CredentialAccount.credential_id == identity,
        CredentialAccount.ended_at.is_(None),
    )
    return sorted(session.scalars(query))


def works(found: Credential, now: datetime) -> bool:
    """Whether a key was neither revoked nor expired."""
    expired = found.expires_at is not None and found.expires_at <= now
    return found.revoked_at is None and not expired


def _row(identity: str, new: NewCredential, key: Key) -> Credential:
    return Credential(
        id=identity,
        account_id=new.account,
        label=new.label.strip(),
        note=new.note,
        secret_hash=key.secret_hash,
        scopes=" ".join(_in_order(new.scopes)),
        every_account=not new.accounts,
        created_at=datetime.now(UTC),
        expires_at=new.expires_at,
    )


def _require_scopes(scopes: Iterable[str]) -> None:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise UnknownNameError("scope", unknown[0], f"there is {', '.join(SCOPES)}")


def _require_room(session: Session, account: str) -> None:
    """INVARIANT: counted under the account's lock, so that two at once are not 21."""
    now = datetime.now(UTC)
    query = select(func.count()).where(
        Credential.account_id == account,
        Credential.revoked_at.is_(None),
        or_(Credential.expires_at.is_(None), Credential.expires_at > now),
    )
    if (session.scalar(query) or 0) >= MOST_KEYS:
        raise TooManyKeysError(f"{MOST_KEYS} keys work already; revoke one first")


def _in_order(scopes: Collection[str]) -> list[str]:
    return [scope for scope in SCOPES if scope in scopes]


def _working(session: Session, identity: str) -> Credential:
    found = _locked(session, identity)
    if found is None or not works(found, datetime.now(UTC)):
        raise _unknown(identity)
    return found


def _locked(session: Session, identity: str) -> Credential | None:
    """As it is under the lock of the revision, which every change of a key takes."""
    SqlWriter(session).lock()
    return session.get(Credential, identity, populate_existing=True)


def _unknown(identity: str) -> UnknownNameError:
    return UnknownNameError("credential", identity, "see `delega credentials list`")


def _change(
    identity: str,
    kind: str,
    actor: str,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> Change:
    return Change(
        account=identity,
        actor=actor,
        kind=kind,
        node=identity,
        before=before,
        after=after,
    )


def _write(session: Session, change: Change) -> None:
    session.flush()
    SqlWriter(session).apply(change)
