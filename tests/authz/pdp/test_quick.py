"""The quick way reads what the strict way reads, or leaves it alone."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.pdp import BadRequestError, quick
from authz.pdp.messages import Evaluation
from authz.pdp.reading import Batch, read_many, read_one
from tests.authz.pdp import strategies
from tests.authz.pdp.library import READ, body_of


def strictly(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> tuple[Evaluation | None, Any]:
    """What both kinds of request are without the quick way; None: refused."""
    found: list[Any] = []
    with monkeypatch.context() as patch:
        patch.setattr(quick, "read_one", lambda _: None)
        patch.setattr(quick, "read_many", lambda _: None)
        for read in (read_one, read_many):
            try:
                found.append(read(body))
            except BadRequestError:
                found.append(None)
    return found[0], found[1]


def plain(question: Any) -> str:
    """As text, where 1, 1.0 and True differ; an unread item is its own error."""
    if not isinstance(question, Evaluation):
        return repr(question)
    parts = (question.subject, question.action, question.resource)
    whole = [msgspec.structs.astuple(part) for part in parts]
    return json.dumps([*whole, question.context], sort_keys=True)


@given(strategies.bodies | strategies.torn())
def test_what_is_read_quickly_is_what_is_read_strictly(body: bytes) -> None:
    quick_one, quick_many = quick.read_one(body), quick.read_many(body)
    with pytest.MonkeyPatch.context() as monkeypatch:
        one, many = strictly(monkeypatch, body)
    if quick_one is not None:
        assert plain(quick_one) == plain(one)
    if quick_many is not None and many is not None:  # None: an unknown semantic
        assert isinstance(many, Batch)
        assert [*map(plain, quick_many[0])] == [*map(plain, many.items)]


@given(st.lists(strategies.item, min_size=1, max_size=3), strategies.question)
def test_most_plain_requests_are_read_quickly(
    items: list[dict[str, Any]], defaults: dict[str, Any]
) -> None:
    """Else the property above would say nothing."""
    simple = [
        {name: {k: v for k, v in e.items() if k in ("type", "id", "name")}}
        for item in items
        for name, e in item.items()
        if name != "context"
    ]
    simple_defaults = {
        name: {k: v for k, v in e.items() if k in ("type", "id", "name")}
        for name, e in defaults.items()
        if name != "context"
    }
    assert quick.read_one(body_of(simple_defaults)) is not None
    batch = {**simple_defaults, "evaluations": simple or [{}]}
    assert quick.read_many(body_of(batch)) is not None


@pytest.mark.parametrize(
    "change",
    [
        (b'"ada"', rb'"\u0061da"'),
        (b'"ada"', b'"ada", "id": "ada"'),
        (b'"ada"', b'"ada", "odd": 1'),
        (b'"ada"', b'"ada", "properties": {}'),
        (b'"ada"', b'"ada", "properties": {"a": {"b": 1}}'),
        (b'"ada"', b'"ada", "properties": {"a": 9007199254740993}'),
        (b'"ada"', b'"a\xffda"'),
        (b'"ada"', b'"ada", "x": ' + b"[" * 100_000),
        (b'"ada"', b'"' + b"a" * 1025 + b'"'),
        (b'"ada"', b'"' + "è".encode() * 513 + b'"'),
        (b'"ada"', b"null"),
    ],
)
def test_what_is_not_plain_is_left_to_the_strict_way(
    change: tuple[bytes, bytes],
) -> None:
    body = body_of(READ)
    assert quick.read_one(body) is not None
    assert quick.read_one(body.replace(*change)) is None


@pytest.mark.parametrize(
    "extra", [{}, {"evaluations": []}, {"evaluations": [{}] * 1001}]
)
def test_a_batch_without_items_or_with_too_many_is_left_to_it_too(
    extra: dict[str, Any],
) -> None:
    assert quick.read_many(body_of({**READ, **extra})) is None


def test_a_batch_with_an_entity_missing_is_left_to_it_too() -> None:
    rest = {name: each for name, each in READ.items() if name != "action"}
    assert quick.read_many(body_of({**rest, "evaluations": [{}]})) is None
