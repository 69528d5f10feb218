"""Microseconds of a decision by the compiled evaluator, beside casbin's two enforcers.

    python -m tests.benchmarks.engine [--rows 100 1000 10000]

RBAC with domains: one role per ten permissions, a user in each role; then the shipped
model with one account of five users. Prints medians of processor time; the figures to
hold are the ratios within one run and that the compiled ones do not grow with the rows.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import casbin
from casbin.persist import Adapter

from authz.engine import CompiledEvaluator, ReferenceEvaluator, Row, read_model
from tests.authz.oracle import Account, Person
from tests.authz.world import RELEASE, policy_of

DOMAINS_MODEL = """[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act
"""
Ask = Callable[[Sequence[str]], Any]


class Rows(Adapter):
    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def load_policy(self, model: Any) -> None:
        for row in self._rows:
            policy = model.model[row.ptype[0]][row.ptype].policy
            policy.append(list(row.values))


def fast_enforcer(rows: Sequence[Row]) -> casbin.FastEnforcer:
    """casbin's own answer to slowness: p rows looked up by the columns named."""
    columns = [1, 2, 3]
    model = casbin.FastModel(columns)
    model.load_model_from_text(DOMAINS_MODEL)
    return casbin.FastEnforcer(model, Rows(rows), cache_key_order=columns)


def domain_rows(count: int) -> list[Row]:
    """As many p rows, ten to a role, a hundred roles at most to a domain."""
    rows = []
    for number in range(count):
        role, domain = number // 10, f"d{number // 1_000}"
        values = (f"role{role}", domain, f"data{number}", "read")
        rows.append(Row("p", values))
    for role in range(count // 10):
        values = (f"user{role}", f"role{role}", f"d{role // 100}")
        rows.append(Row("g", values))
    return rows


def domain_requests(count: int, asks: int) -> tuple[list[Any], list[Any]]:
    """Requests that the last thousand rows allow, and the same for another's data."""
    hits, misses = [], []
    for _ in range(asks):
        number = random.randrange(max(0, count - 1_000), count)  # noqa: S311
        user, domain = f"user{number // 10}", f"d{number // 1_000}"
        hits.append((user, domain, f"data{number}", "read"))
        misses.append((user, domain, f"data{number}", "write"))
    return hits, misses


def median(ask: Ask, requests: Sequence[Any], rounds: int) -> float:
    """Microseconds of one request: the median of some rounds through all of them."""
    took = []
    for _ in range(rounds):
        start = time.process_time()
        for request in requests:
            ask(request)
        took.append((time.process_time() - start) / len(requests) * 1e6)
    return statistics.median(took)


def line(name: str, took: Sequence[float], base: Sequence[float]) -> None:
    ratios = "  ".join(
        f"{slow / fast:9,.0f}x" for slow, fast in zip(took, base, strict=True)
    )
    figures = "  ".join(f"{figure:12,.2f}" for figure in took)
    print(f"  {name:<24}{figures}   {ratios}")  # noqa: T201


def compare(name: str, evaluators: dict[str, tuple[Ask, int]], pairs: Any) -> None:
    """The first evaluator is the one that the others are measured against."""
    print(f"{name}: us a hit, a miss; times the first")  # noqa: T201
    base: list[float] = []
    for title, (ask, asks) in evaluators.items():
        fast = asks > 1_000
        took = [
            median(ask, (list(requests) * asks)[:asks], 7 if fast else 3)
            for requests in pairs
        ]
        base = base or took
        line(title, took, base)


def with_domains(count: int) -> None:
    model, rows = read_model(DOMAINS_MODEL), domain_rows(count)
    CompiledEvaluator(model, ())  # the plan is made once per model
    start = time.process_time()
    compiled = CompiledEvaluator(model, rows)
    built = (time.process_time() - start) / len(rows) * 1e6
    reference = ReferenceEvaluator(model, rows)
    fast = fast_enforcer(rows)
    hits, misses = domain_requests(count, 500)
    for request in (*hits[:20], *misses[:20]):
        answers = (compiled.decide(request), reference.decide(request))
        assert answers == (fast.enforce(*request),) * 2
    asks = max(5, 20_000 // count)
    compare(
        f"RBAC with domains, {count:,} p rows, built in {built:.1f} us a row",
        {
            "compiled": (compiled.decide, 20_000),
            "casbin": (reference.decide, asks),
            "casbin, FastEnforcer": (lambda q: fast.enforce(*q), 200),
        },
        (hits, misses),
    )


def shipped() -> None:
    people = {
        f"user{number}": Person(permissions=frozenset({"role.bookkeeper"}))
        for number in range(5)
    }
    rows = policy_of(people, Account()).rows
    start = time.process_time()
    for _ in range(20):
        compiled = CompiledEvaluator(RELEASE.model, rows)
    built = (time.process_time() - start) / 20 / len(rows) * 1e6
    reference = ReferenceEvaluator(RELEASE.model, rows)
    actions = [row.values[3:] for row in rows if row.ptype == "p"]
    asked = [(f"u_user{n}", "a_1", *action) for n in range(5) for action in actions]
    hits = [request for request in asked if compiled.decide(request)]
    misses = [request for request in asked if not compiled.decide(request)]
    random.shuffle(hits)
    random.shuffle(misses)
    compare(
        f"the shipped model, {len(rows)} rows, built in {built:.1f} us a row",
        {"compiled": (compiled.decide, 20_000), "casbin": (reference.decide, 100)},
        (hits, misses),
    )
    assert compiled.fallbacks == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", type=int, default=[100, 1_000, 10_000])
    random.seed(1)
    for count in parser.parse_args().rows:
        with_domains(count)
    shipped()


if __name__ == "__main__":
    main()
