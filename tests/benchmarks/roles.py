"""Roles of roles, and one account with 10,000 assignments or with 10,000 members."""

from collections.abc import Callable, Sequence
from typing import Any

from authz import Enforcer, State
from authz.engine import (
    FREE,
    Book,
    CompiledEvaluator,
    ReferenceEvaluator,
    Row,
    read_model,
    search,
)
from authz.policy import DatedRow
from authz.policy.facts import seat_rows, user_rows
from tests.benchmarks import domains
from tests.benchmarks.report import Cell, Part, Table, ratio
from tests.benchmarks.split import STEPS, split
from tests.benchmarks.stored import large
from tests.benchmarks.synthetic import (
    PRESETS,
    account_of,
    account_rows,
    synthetic,
    user_of,
)
from tests.benchmarks.timing import per_ask, timed

DEPTHS, QUICK_DEPTHS = range(1, 9), (1, 8)
MEMBERS, QUICK = 10_000, 200
ROLES = 100
DEPTH_COLUMNS = (
    *("depth", "allowed", "x pycasbin, allowed", "refused", "x pycasbin, refused"),
    "the first of a user",
)
ENGINE_COLUMNS = (
    *("members", "build, us a row", "the first ask", "the first of each"),
    *("who reaches what", "who may: first", "who may", "found"),
)


def run(*, quick: bool, sizes: Sequence[int] = ()) -> Part:
    """Depth, then width."""
    members = QUICK if quick else MEMBERS
    depths, equal = _by_depth(
        QUICK_DEPTHS if quick else DEPTHS, 100 if quick else 2_000
    )
    alone, found = _at_the_engine(members)
    return Part([depths, _in_one_account(members), alone], equal + found)


def _by_depth(depths: Sequence[int], users: int) -> tuple[Table, int]:
    """A chain of roles between each user and the permission."""
    model, lines, equal = read_model(domains.MODEL), [], 0
    for depth in depths:
        rows = _chain(depth, users)
        compiled = CompiledEvaluator(model, rows)
        reference = ReferenceEvaluator(model, rows)
        hits = [(f"user{n}", "d", "data", "read") for n in range(users)]
        misses = [(f"user{n}", "d", "data", "write") for n in range(users)]
        first = per_ask(compiled.decide, hits, 20)
        took = [per_ask(compiled.decide, some * 5) for some in (hits, misses)]
        slow = [per_ask(reference.decide, some[:20], 1) for some in (hits, misses)]
        for request in (*hits[:20], *misses[:20]):
            assert compiled.decide(request) == reference.decide(request)
            equal += 1
        ratios = [ratio(s, t) for s, t in zip(slow, took, strict=True)]
        lines.append((depth, took[0], ratios[0], took[1], ratios[1], first))
    return Table(
        title="roles: links between a user and what he may do, us a decision",
        columns=DEPTH_COLUMNS,
        lines=lines,
        notes=(f"{users:,} users of one domain, the reference beside it",),
    ), equal


def _chain(depth: int, users: int) -> list[Row]:
    rows = [Row("p", (f"role{depth}", "d", "data", "read", "allow"))]
    rows += [Row("g", (f"role{n}", f"role{n + 1}", "d")) for n in range(1, depth)]
    rows += [Row("g", (f"user{n}", "role1", "d")) for n in range(users)]
    return rows


def members_of(count: int) -> Callable[[int, int], tuple[DatedRow, ...]]:
    """An account with so many users beside its own, each in a seat with a role.

    With an odd number of changes the last of them has lost his seat.
    """
    account = account_of(0)
    some: list[DatedRow] = list(account_rows(0))
    for user in range(6, 6 + count):
        seat, role = f"s_0_{user}", f"role.{PRESETS[user % len(PRESETS)]}"
        some += seat_rows(seat, account, [role])
        some += user_rows(user_of(0, user), account, State.ACTIVE, seat=seat)
    rows = tuple(some)
    return lambda number, changes: rows[: len(rows) - changes % 2]


def _in_one_account(members: int) -> Table:
    """The account of so many assignments, and that of so many members."""
    each = len(members_of(1)(0, 0)) - len(account_rows(0))
    sizes = (("assignments", members // each), ("members", members))
    lines: list[Sequence[Cell]] = []
    for what, users in sizes:
        rows_of = members_of(users)
        with synthetic(10, rows_of) as (store, enforcer):
            after = _after_changes(store.change, enforcer, user_of(0, 5 + users))
            took = split(store, [account_of(0)] * 3)
        with large(rows_of) as (change, enforcer):
            stored = _after_changes(change, enforcer, user_of(0, 5 + users))
        steps = [figure / 1e3 for figure in took.values()]
        assignments = len(rows_of(0, 0))
        line = f"{members:,} {what}", users, assignments, *steps, after, stored
        lines.append(line)
    return Table(
        title="roles: first ask after a change of one large account, ms",
        columns=("account of", "users", "rows", *STEPS, "after a change", "of SQLite"),
        lines=lines,
        notes=(
            "the steps of reading it whole, then a decision after a change of one row;"
            " goal: 10 ms at 10,000 assignments",
            "store: none, the rows are there; of SQLite: the rows are in a database",
        ),
    )


def _after_changes(change: Any, enforcer: Enforcer, user: str) -> float:
    """Milliseconds of the first decision after each of some changes; the least."""
    asked = (user, account_of(0), "draft", "view")
    before = enforcer.decide(*asked).allowed
    took = []
    for _ in range(4):
        change(account_of(0))
        given, microseconds = timed(lambda: enforcer.decide(*asked))
        assert given.allowed != before
        before = given.allowed
        took.append(microseconds / 1e3)
    return min(took)


def _at_the_engine(members: int) -> tuple[Table, int]:
    """As many links of one domain in a hundred roles: built, asked, and who may."""
    model = read_model(domains.MODEL)
    rows = [
        Row("p", (f"role{n}", "d", f"data{n}", "read", "allow")) for n in range(ROLES)
    ]
    rows += [Row("g", (f"user{n}", f"role{n % ROLES}", "d")) for n in range(members)]
    CompiledEvaluator(model, ())
    compiled, built = timed(lambda: CompiledEvaluator(model, rows))
    asked = [(f"user{n}", "d", f"data{n % ROLES}", "read") for n in range(members)]
    _, first = timed(lambda: compiled.decide(asked[0]))
    each_first = per_ask(compiled.decide, asked[1:])
    assert all(compiled.decide(request) for request in asked)
    graph_asks = [(f"user{n}", f"role{n % ROLES}") for n in range(members)]
    reached = per_ask(lambda names: compiled.reaches(*names, "d"), graph_asks)
    book = Book(model, rows, compiled)
    _, posted = timed(lambda: list(search(book, (FREE, "d", "data0", "read"))))
    found, who = timed(lambda: list(search(book, (FREE, "d", "data1", "read"))))
    assert len(found) == members // ROLES + 1  # the role itself, too
    figures = (built / len(rows), first, each_first, reached, posted, who)
    return Table(
        title="roles: the engine alone, all members in one domain, us",
        columns=ENGINE_COLUMNS,
        lines=[(members, *figures, len(found))],
    ), len(asked)
