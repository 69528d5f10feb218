"""Made-up names by the million: users, companies and actions that nobody has."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.benchmarks.http.client import Connection, connected
from tests.benchmarks.http.doors import LANE, both, many, one, size
from tests.benchmarks.http.load import Load
from tests.benchmarks.http.measuring import compared, right_of
from tests.benchmarks.http.world import BATCH, World, world
from tests.benchmarks.report import Part, Table
from tests.benchmarks.synthetic import account_of, user_of
from tests.webapp.decisions.asking import MANY, ONE, question

COUNT, QUICK = 500_000, 1_000
#: Requests of one decision for each batch.
_SINGLES = 5
_ROUND = BATCH + _SINGLES
#: When memory is looked at; what is filled once is full by the first of them.
_LOOKS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
_MIB = 1024 * 1024


def run(*, quick: bool, count: int = 0) -> Part:
    """What the worker holds before, on the way, and after."""
    seen: list[tuple[int, float]] = []
    with (
        world(*size(quick)) as (made, folder),
        both(made, folder, made.single(), one, view=False) as (door,),
        connected(door.server.port) as connection,
    ):
        equal = compared(door, right_of(made.questions))
        asked = 0
        for share in _LOOKS:
            while asked < share * (count or (QUICK if quick else COUNT)):
                _round(connection, made)
                asked += _ROUND
            seen.append((asked, door.server.memory() / _MIB))
    return Part([_table(seen)], equal)


def _table(seen: Sequence[tuple[int, float]]) -> Table:
    (_, before), (begun, first), *_others, (asked, last) = seen
    each = (last - first) * _MIB / max(1, asked - begun)
    return Table(
        title="http: decisions about names that nobody has, memory of the worker",
        columns=("decisions", "MiB", "more than before"),
        lines=[(asked, held, held - before) for asked, held in seen],
        notes=(
            f"through {LANE}; after the first tenth it grew by {last - first:.2f} MiB:"
            f" {each:.2f} bytes a decision",
        ),
    )


def _round(connection: Connection, made: World) -> None:
    """A batch and a few single ones, each with another unknown name in it."""
    items = [_unknown(made) for _ in range(BATCH)]
    load = Load(path=MANY, bodies=[_json({"evaluations": items})], key=made.key)
    status, body = connection.ask(load.raw()[0])
    assert status == 200
    assert not any(many(body))
    for _ in range(_SINGLES):
        asked = replace(load, path=ONE, bodies=[_json(_unknown(made))])
        status, body = connection.ask(asked.raw()[0])
        assert status == 403 or not one(body)[0]


def _unknown(made: World) -> object:
    number = random.choice(made.numbers)  # noqa: S311  (no secret)
    user, account = user_of(number, 1), account_of(number)
    made_up = f"{random.getrandbits(100):x}"
    return random.choice(_KINDS)(user, account, made_up)  # noqa: S311  (no secret)


_KINDS: tuple[Callable[[str, str, str], object], ...] = (
    lambda _, account, made_up: question(f"u_{made_up}", account),
    lambda user, _, made_up: question(user, f"a_{made_up}"),
    lambda user, account, made_up: question(user, account, made_up),
    lambda user, account, made_up: question(user, account, "draft", made_up),
)


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
