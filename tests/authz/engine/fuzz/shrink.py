"""Shortening a counterexample: whatever can go and still differ, goes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from authz.engine import Row
from tests.authz.engine.fuzz.case import ALLOW, Case, Node, Shape
from tests.authz.engine.fuzz.compare import Difference

Judge = Callable[[Case], Difference | None]


def shrink(case: Case, judge: Judge) -> Case:
    """The smallest case found that still differs; asks once for each try."""
    found = judge(case)
    if found is not None and found.request is not None:
        alone = case.but(requests=[found.request])
        case = alone if judge(alone) else case
    while True:
        smaller = next((c for c in _smaller(case) if judge(c)), None)
        if smaller is None:
            return case
        case = smaller


def _smaller(case: Case) -> Iterator[Case]:
    yield from _fewer_rows(case)
    yield from _shorter_matcher(case)
    yield from _plainer_model(case)
    yield from _fewer_columns(case)
    yield from _plainer_words(case)


def _fewer_rows(case: Case) -> Iterator[Case]:
    rows = case.rows
    if len(rows) > 3:
        half = len(rows) // 2
        yield case.but(rows=rows[:half])
        yield case.but(rows=rows[half:])
    for index in range(len(rows)):
        yield case.but(rows=rows[:index] + rows[index + 1 :])


def _shorter_matcher(case: Case) -> Iterator[Case]:
    if case.shape.second:
        yield case.but(shape=_with(case, second=""))
    for node in _shorter(case.shape.matcher):
        yield case.but(shape=_with(case, matcher=node))
    for node in _shorter(case.shape.second):
        yield case.but(shape=_with(case, second=node))


def _shorter(node: Node) -> Iterator[Node]:
    """A part alone, all but one part, or a part made shorter in its place."""
    if isinstance(node, str):
        return
    kind, parts = node
    yield from parts
    if len(parts) > 2:
        for index in range(len(parts)):
            yield (kind, parts[:index] + parts[index + 1 :])
    for index, part in enumerate(parts):
        for shorter in _shorter(part):
            yield (kind, (*parts[:index], shorter, *parts[index + 1 :]))


def _plainer_model(case: Case) -> Iterator[Case]:
    shape = case.shape
    if shape.effect != ALLOW:
        yield case.but(shape=_with(case, effect=ALLOW))
    for index in range(len(shape.links)):
        left = shape.links[:index] + shape.links[index + 1 :]
        known = {ptype for ptype, _width in left} | {"p", "p2"}
        rows = [row for row in case.rows if row.ptype in known]
        yield case.but(shape=_with(case, links=left), rows=rows)


def _fewer_columns(case: Case) -> Iterator[Case]:
    shape = case.shape
    text = shape.text
    for index, name in enumerate(shape.policy):
        if len(shape.policy) > 1 and f"p.{name}" not in text:
            policy = shape.policy[:index] + shape.policy[index + 1 :]
            rows = [
                Row(r.ptype, _without(r.values, index)) if r.ptype[0] == "p" else r
                for r in case.rows
            ]
            yield case.but(shape=_with(case, policy=policy), rows=rows)
    for index, name in enumerate(shape.request):
        if len(shape.request) > 1 and f"r.{name}" not in text and not shape.second:
            request = shape.request[:index] + shape.request[index + 1 :]
            asked = [_without(values, index) for values in case.requests]
            yield case.but(shape=_with(case, request=request), requests=asked)


def _plainer_words(case: Case) -> Iterator[Case]:
    """Every word that is neither plain yet nor a pattern becomes `a`, `b` …, everywhere."""
    words = {value for row in case.rows for value in row.values}
    words |= {v for request in case.requests for v in request if isinstance(v, str)}
    text = case.shape.text
    keep = {"", "allow", "deny", "-", "*", *"abcdefgh"}
    free = iter(sorted(set("abcdefgh") - words))
    for word in sorted(words - keep):
        new = next(free, None)
        if new is not None and word.isalnum() and word not in text:
            yield _renamed(case, {word: new})


def _renamed(case: Case, names: dict[str, str]) -> Case:
    rows = [Row(r.ptype, tuple(names.get(v, v) for v in r.values)) for r in case.rows]
    requests = [
        tuple(names.get(v, v) if isinstance(v, str) else v for v in request)
        for request in case.requests
    ]
    return case.but(rows=rows, requests=requests)


def _with(case: Case, **changes: Any) -> Shape:
    return replace(case.shape, **changes)


def _without(values: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return values[:index] + values[index + 1 :]
