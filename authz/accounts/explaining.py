"""What stands behind an answer: its grant and links, and every row that has a say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from authz.accounts.snapshot import Details, Snapshot
from authz.decision import Decision, Reason
from authz.engine import (
    Book,
    Change,
    Deciding,
    Near,
    Row,
    changes_for,
    deciding,
    nearest,
)
from authz.policy import AccountPolicy, DatedRow, State, policy_at

#: Subject, account, resource, action: what the model is asked.
Request = tuple[str, str, str, str]
#: Stands where the caller puts the decision, which has a revision.
UNDECIDED = Decision(allowed=False, reason=Reason.NOT_A_MEMBER, revision=0)
#: As many rows, and sets of changes, are shown of a denial.
MOST_SHOWN = 5
#: Rows without dates are the same whenever one looks.
_ANY_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A decision with what stands behind it.

    Attributes:
        row: the grant that allowed it, or the one that would.
        path: the links from the user to each permission that is held.
        missing: the permissions of the grant that the user lacks.
        service: the service the grant needs, and whether it runs.
    """

    decision: Decision
    row: Row | None = None
    path: tuple[tuple[Row, ...], ...] = ()
    missing: tuple[str, ...] = ()
    service: str = ""
    service_runs: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """An answer with every row that has a say in it, all of one revision.

    Attributes:
        request: what was asked.
        explained: the answer, its grant and its links.
        state: what the user was; None: not a member.
        policy: the release, and the account's rows in force.
        dated: the account's rows, whatever their dates.
        deciding: of an allow, the rows that decided.
        near: of a denial, the rows that would have allowed it but for few parts of the
            matcher, first the one that grants what was asked.
        changes: of a denial, the smallest sets of rows that could be added and would
            allow it; none where no row may be given to that user.
    """

    request: Request
    explained: Explained
    state: State | None
    policy: AccountPolicy
    dated: tuple[DatedRow, ...]
    deciding: tuple[Deciding, ...] = ()
    near: tuple[Near, ...] = ()
    changes: tuple[tuple[Row, ...], ...] = ()


def explained(snapshot: Snapshot, details: Details, request: Request) -> Explained:
    """What stands behind the answer; the decision is filled in by the caller."""
    subject, account, resource, action = request
    known = snapshot.release.catalogue.find(resource, action)
    standing = snapshot.standing(subject)
    if known is None or standing is None:
        return Explained(decision=UNDECIDED)
    grant, evaluator = snapshot.release.grant_for(known), details.evaluator
    walks = (evaluator.path(subject, name, account) for name in grant.needs)
    return Explained(
        decision=UNDECIDED,
        row=evaluator.explain(request).row or _row_of(snapshot, grant.place),
        path=tuple(walk for walk in walks if walk),
        missing=standing.missing(grant.needs),
        service=grant.service,
        service_runs=grant.service in snapshot.running,
    )


def traced(
    snapshot: Snapshot, details: Details, request: Request, found: Explained
) -> Trace:
    """Everything that has a say in an answer, asked of the evaluator that gave it."""
    policy = details.policy
    standing = snapshot.standing(request[0])
    book = Book(policy.release.model, policy.rows, details.evaluator)
    is_allowed = found.decision.allowed
    return Trace(
        request=request,
        explained=found,
        state=standing.facts.state if standing else None,
        policy=policy,
        dated=details.dated,
        deciding=deciding(book, request) if is_allowed else (),
        near=() if is_allowed else tuple(_near(book, request))[:MOST_SHOWN],
        changes=() if is_allowed else tuple(_changes(book, policy, request)),
    )


def _row_of(snapshot: Snapshot, place: str) -> Row | None:
    return next((row for row in snapshot.release.rows if row.place == place), None)


def _near(book: Book, request: Request) -> Iterator[Near]:
    """What grants this action, however much it lacks; then what is on the resource."""
    grants = [r for r in book.rows if r.ptype != "p" or r.values[-2:] == request[2:]]
    granting = nearest(Book(book.model, grants), request)
    yield from granting
    shown = {near.row for near in granting}
    for near in nearest(book, request, len(book.rows)):
        if near.row not in shown and near.row.values[-2] == request[2]:
            yield near


def _changes(
    book: Book, policy: AccountPolicy, request: Request
) -> Iterator[tuple[Row, ...]]:
    """With the permissions that must come first; none that would not count."""

    def may_be_given(change: Change) -> bool:
        return change.kind == "add" and bool(_given(policy, [change.row]))

    for some in changes_for(book, request, MOST_SHOWN, may_be_given):
        # INVARIANT: what counts one by one counts together: unions of legal sets are
        yield _given(policy, [change.row for change in some])


def _given(policy: AccountPolicy, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows with their prerequisites, if all would count beside those in force."""
    added = tuple(dict.fromkeys(row for one in rows for row in _first(policy, one)))
    dated = [DatedRow(row) for row in (*policy.own, *added)]
    after = policy_at(policy.release, policy.account, dated, _ANY_INSTANT)
    return added if {*policy.own, *added} == set(after.own) else ()


def _first(policy: AccountPolicy, row: Row) -> Iterator[Row]:
    """The prerequisites that whoever gets the permission lacks, then the link."""
    node, goal = row.values[:2]
    permissions = policy.release.permissions
    if row.ptype == "g" and goal in permissions:
        held = {r.values[1] for r in policy.own if r.values[0] == node} | {goal}
        wanted = held & set(permissions)
        while missing := permissions.missing(wanted):
            wanted |= {name for names in missing.values() for name in names}
        for name in sorted(wanted - held):
            yield Row("g", (node, name, policy.account))
    yield row
