"""What the decisions of a process share: knows no request and no Flask."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from authz import Decision, Enforcer, NotReadyError, Reason
from authz.pdp import DENIALS, Head, Outcome
from authz.storage import PolicyStore
from webapp.decisions.callers import Callers
from webapp.tables import Account

_NEWEST = 2**62
_RELEASE_LETTERS = 16
#: Accounts known to exist; more than these are forgotten together.
_MOST_KNOWN = 100_000


class Panel:
    """The enforcer, who calls, and what is looked up once."""

    def __init__(
        self, enforcer: Enforcer, store: PolicyStore, engine: Engine, callers: Callers
    ) -> None:
        self.enforcer, self.store, self.engine = enforcer, store, engine
        self.callers = callers
        self._accounts: set[str] = set()
        self._kept: tuple[int, str, dict[Reason, Outcome]] = -1, "", {}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction.

        Raises:
            NotReadyError: the database does not answer.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            # its text would carry the names that were asked about into the log
            raise NotReadyError("names can not be read from the database") from error

    def has_account(self, account: str) -> bool:
        """Whether it exists: accounts come, and never go."""
        if account in self._accounts:
            return True
        query = select(Account.id).where(Account.id == account)
        with self.reading() as connection:
            # INVARIANT: a made-up name is never kept, and never costs a snapshot
            if connection.scalar(query) is None:
                return False
        if len(self._accounts) >= _MOST_KNOWN:
            self._accounts.clear()
        self._accounts.add(account)
        return True

    def outcome(self, decision: Decision) -> Outcome:
        """What a source says of a decision that was just made."""
        revision, release, outcomes = self._kept
        if revision == decision.revision:
            found = outcomes.get(decision.reason)
            if found is None:
                found = outcomes[decision.reason] = _outcome(decision, release)
            return found
        return _outcome(decision, self.release(decision.revision))

    def outcomes(self, decisions: Sequence[Decision]) -> list[Outcome]:
        """The same of several that were made at one revision."""
        first = {decision.reason: decision for decision in decisions}
        known = {reason: self.outcome(each) for reason, each in first.items()}
        return [known[decision.reason] for decision in decisions]

    def release(self, revision: int) -> str:
        """The release in force at the revision of an answer that was just given."""
        known, release, _ = self._kept
        if revision == known:
            return release
        before = self.store.changes(_NEWEST).revision
        release = self._release_now()
        if before == revision == self.store.changes(_NEWEST).revision:
            self._kept = revision, release, {}
        return release

    def head(self) -> Head:
        """Where the store stands, and whose revisions these are."""
        changes = self.store.changes(_NEWEST)
        self.enforcer.at_least(changes.revision)
        return Head(
            state=changes.database_id,
            revision=changes.revision,
            release=self.release(changes.revision),
        )

    def _release_now(self) -> str:
        return self.enforcer.release().hash[:_RELEASE_LETTERS]


def _outcome(decision: Decision, release: str) -> Outcome:
    return Outcome(
        allowed=decision.allowed,
        revision=decision.revision,
        release=release,
        context={} if decision.allowed else DENIALS[decision.reason],
    )
