"""Decisions through the enforcer, with 1 to 1,000,000 accounts of five users each."""

import random
from collections.abc import Sequence
from typing import Any

from authz import Enforcer
from authz.engine import Layers, ReferenceEvaluator
from authz.storage import EVERY_ACCOUNT
from tests.benchmarks.apart import apart
from tests.benchmarks.asking import ACTIONS, Question, compared, questions
from tests.benchmarks.report import Part, Table, ratio
from tests.benchmarks.split import STEPS, split
from tests.benchmarks.stored import stored
from tests.benchmarks.synthetic import (
    RELEASE,
    USERS,
    VARIANTS,
    account_of,
    synthetic,
    user_of,
)
from tests.benchmarks.timing import per_ask, per_question, resident, timed

SIZES = (1, 100, 10_000, 1_000_000)
QUICK = (1, 50)
WARM = 1_000
KINDS = {"allowed": True, "refused": False}


def run(*, quick: bool, sizes: Sequence[int] = ()) -> Part:
    """Each size in a process of its own."""
    asks = 1_000 if quick else 100_000
    chosen = sizes or (QUICK if quick else SIZES)
    found = [apart(measured, count=count, asks=asks) for count in chosen]
    beside, equal = _beside_casbin(min(asks, 20_000))
    tables = [
        _sizes(found),
        beside,
        _first_ask(20 if quick else 500),
        stored(quick=quick),
    ]
    return Part(tables, equal + sum(size["equal"] for size in found))


def measured(*, count: int, asks: int) -> dict[str, Any]:
    """Everything about so many accounts."""
    # few enough that a processor's cache holds the questions, too
    near = _drawn(min(count, WARM), min(asks, 2 * WARM))
    anywhere = _drawn(count, asks)
    with synthetic(count + VARIANTS) as (_, enforcer):
        found = _filled(enforcer, count)
        for name in KINDS:
            per_question(enforcer.decide, near[name])
            often = near[name] * (asks // len(near[name]))
            found[f"warm {name}"] = per_question(enforcer.decide, often)
            found[f"any {name}"] = per_question(enforcer.decide, anywhere[name])
        some = [
            question for name in KINDS for question in near[name][: asks // 50][:100]
        ]
        return found | {"count": count, "equal": compared(enforcer, some)}


def _drawn(count: int, asks: int) -> dict[str, list[Question]]:
    """Questions about accounts drawn at random, those allowed and those refused."""
    numbers = [random.randrange(count) for _ in range(asks)]  # noqa: S311
    return {name: questions(numbers, allowed=a) for name, a in KINDS.items()}


def _filled(enforcer: Enforcer, count: int) -> dict[str, Any]:
    """Ask about every account once; microseconds and bytes of each."""

    def fill(start: int, end: int) -> None:
        for number in range(start, end):
            enforcer.decide(user_of(number, 0), account_of(number), "draft", "create")

    # other accounts that stand alike: what is shared by all is there already
    for number in range(count, count + VARIANTS):
        for user in range(USERS + 1):
            name, account = user_of(number, user), account_of(number)
            enforcer.decide_many(name, account, ACTIONS)
    empty, tenth = resident(), count // 10
    _, first = timed(lambda: fill(0, tenth))
    begun = resident()
    _, rest = timed(lambda: fill(tenth, count))
    full = resident()
    is_enough = count >= WARM
    return {
        "first": (first + rest) / count,
        "bytes": (full - empty) / count if is_enough else None,
        "own bytes": (full - begun) / (count - tenth) if is_enough else None,
    }


def _sizes(found: Sequence[dict[str, Any]]) -> Table:
    kinds = [f"{where} {name}" for where in ("warm", "any") for name in KINDS]
    keys = ("count", *kinds, "first", "bytes", "own bytes")
    return Table(
        title="accounts: through the enforcer, us a decision",
        columns=(
            "accounts",
            *(f"{name}, of 1,000" for name in KINDS),
            *(f"{name}, of all" for name in KINDS),
            "the first ask",
            "bytes each",
            "the last 9 in 10",
        ),
        lines=[tuple(size[key] for key in keys) for size in found],
        notes=(
            "freshness check and Decision included; of all: asked once each, at random",
            "bytes: memory of the process; goals: 0.7 us, 2 us of all, 1 KB",
        ),
    )


def _beside_casbin(asks: int) -> tuple[Table, int]:
    """One account asked of casbin, of the bare evaluator and of the enforcer."""
    some = {name: questions([1] * asks, allowed=a) for name, a in KINDS.items()}
    with synthetic(VARIANTS) as (_, enforcer):
        account = account_of(1)
        rows = enforcer.rows(account)
        own = rows[len(RELEASE.rows) :]
        reference = ReferenceEvaluator(RELEASE.model, rows)
        layers = Layers(RELEASE.model, RELEASE.rows, EVERY_ACCOUNT)
        bare = layers.evaluator(own, account)
        few = max(10, asks // 100)
        slow = {name: per_ask(reference.decide, some[name][:few], 1) for name in KINDS}
        equal = sum(compared(enforcer, some[name][:few]) for name in KINDS)
        for name in KINDS:
            per_question(enforcer.decide, some[name])
        took = {
            "casbin, the reference": slow,
            "the compiled rows": {n: per_ask(bare.decide, some[n]) for n in KINDS},
            "the enforcer": {n: per_question(enforcer.decide, some[n]) for n in KINDS},
        }
        for question in (*some["allowed"][:few], *some["refused"][:few]):
            assert bare.decide(question) == reference.decide(question)
    lines = []
    for who, figures in took.items():
        pairs = [(figures[name], slow[name]) for name in KINDS]
        pairs.append((sum(figures.values()) / 2, sum(slow.values()) / 2))
        lines.append((who, *(c for f, s in pairs for c in (f, ratio(s, f)))))
    columns = [
        text for name in (*KINDS, "half of each") for text in (name, f"x, {name}")
    ]
    return Table(
        title=f"accounts: one account of the shipped release, {len(rows)} rows, us",
        columns=("who answers", *columns),
        lines=lines,
        notes=("goal: the enforcer 500 times as fast as the reference",),
    ), equal


def _first_ask(accounts: int) -> Table:
    with synthetic(accounts) as (store, _):
        names = [account_of(number) for number in range(accounts)]
        took = split(store, names)
    return Table(
        title="accounts: the first ask of an account, us of each step",
        columns=(*STEPS, "all"),
        lines=[(*took.values(), sum(took.values()))],
        notes=("store: makes the rows, in place of a database",),
    )
