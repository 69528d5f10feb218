"""The keys of this process: each read once and kept while nothing changed it.

A key stands in `policy_change` under its own id, so freshness (design 7) covers it as
it covers an account: whoever asks gets what holds now, and one key's change costs
neither an account nor another key its snapshot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine, Row, and_, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from authz import AuthzError, Freshness, Loaded, NotReadyError, Watch
from authz.storage import Looks, PolicyRevision, PolicyStore
from webapp.tables import Credential, CredentialAccount

#: Keys kept in a process.
CAPACITY = 1024
#: One statement: a key as it is at a revision, a row for each account it is bound to.
_KEY = (
    select(
        PolicyRevision.revision,
        PolicyRevision.database_id,
        Credential.id,
        Credential.secret_hash,
        Credential.previous_hash,
        Credential.previous_until,
        Credential.scopes,
        Credential.every_account,
        Credential.expires_at,
        Credential.revoked_at,
        CredentialAccount.account_id,
    )
    .select_from(PolicyRevision)
    .outerjoin(Credential, Credential.id == bindparam("identity"))
    .outerjoin(
        CredentialAccount,
        and_(
            CredentialAccount.credential_id == Credential.id,
            CredentialAccount.ended_at.is_(None),
        ),
    )
)


class NoSuchKeyError(AuthzError):
    """There is no key of that id; never kept, or made-up ids would push out real ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """An authenticated service; `accounts` is None when it may ask about all."""

    id: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None

    def may_ask_about(self, account: str) -> bool:
        """Whether decisions about that account are given to it."""
        return self.accounts is None or account in self.accounts


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredKey:
    """A key as it is in the database; equal ones let the same secrets do the same.

    Attributes:
        hashes: of the secrets that work now; none once it was revoked or expired.
    """

    caller: Caller
    hashes: tuple[bytes, ...] = field(repr=False)


class Keyring:
    """Looks keys up by id; safe on every thread.

    Without a watch, as on PostgreSQL until leases come, every look reads the database:
    nothing is kept, so nothing can be old.
    """

    def __init__(
        self,
        engine: Engine,
        store: PolicyStore,
        watch: Watch | None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        clock = {} if now is None else {"now": now}  # its own clock costs less
        self._looks, self._now = Looks(engine), now or _utc_now
        self._fresh: Freshness[Loaded[StoredKey]] | None = None
        if watch is not None:
            self._fresh = Freshness(
                store, watch, self._load, capacity=CAPACITY, **clock
            )

    def get(self, identity: str) -> StoredKey:
        """The key as it is now; with a watch the same object until something changed it.

        Raises:
            NoSuchKeyError: there is none.
            NotReadyError: it can not be told now; never to be read as a yes.
        """
        if self._fresh is None:
            return self._load(identity).snapshot
        return self._fresh.ask(identity, _itself)[0]

    def _load(self, identity: str) -> Loaded[StoredKey]:
        instant = self._now()
        try:
            rows = self._looks.rows(_KEY, {"identity": identity})
        except SQLAlchemyError as error:
            raise NotReadyError(f"keys can not be read: {error}") from error
        if not rows:
            raise NotReadyError("the database has no revision row")
        found = rows[0]
        if found.id is None:
            raise NoSuchKeyError(f"there is no key {identity}")
        return Loaded(
            snapshot=_stored(rows, instant),
            revision=found.revision,
            database_id=found.database_id,
            valid_until=_next_end(found, instant),
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _itself(loaded: Loaded[StoredKey]) -> StoredKey:
    return loaded.snapshot


def _stored(rows: Sequence[Row], instant: datetime) -> StoredKey:  # type: ignore[type-arg]
    found = rows[0]
    bound = frozenset(row.account_id for row in rows if row.account_id is not None)
    caller = Caller(
        id=found.id,
        scopes=frozenset(found.scopes.split()),
        accounts=None if found.every_account else bound,
    )
    return StoredKey(caller=caller, hashes=_working(found, instant))


def _working(found: Row, instant: datetime) -> tuple[bytes, ...]:  # type: ignore[type-arg]
    if found.revoked_at is not None or _ended(found.expires_at, instant):
        return ()
    hashes = [bytes(found.secret_hash)]
    if found.previous_hash is not None and not _ended(found.previous_until, instant):
        hashes.append(bytes(found.previous_hash))
    return tuple(hashes)


def _ended(until: datetime | None, instant: datetime) -> bool:
    return until is not None and until <= instant


def _next_end(found: Row, instant: datetime) -> datetime | None:  # type: ignore[type-arg]
    ends = (found.expires_at, found.previous_until)
    return min((end for end in ends if end and not _ended(end, instant)), default=None)
