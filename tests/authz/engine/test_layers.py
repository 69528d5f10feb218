"""Rows on top of shared rows are answered as all of them together."""

from itertools import product

import pytest

from authz.engine import (
    Changed,
    CompiledEvaluator,
    Layers,
    ReferenceEvaluator,
    Row,
    read_model,
)
from authz.errors import EvaluationError, RowsError
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.compare import difference, model_of
from tests.authz.engine.fuzz.rows import a_case

MANY = cases(ci=700, desk=300)
EVERYWHERE = "in every domain"
MODEL = read_model(
    """[request_definition]
r = sub, dom, obj
[policy_definition]
p = sub, obj
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && g(r.sub, p.sub, r.dom)
"""
)
SHARED = (
    Row("p", ("editor", "draft"), "grants:1"),
    Row("p", ("reader", "page"), "grants:2"),
    Row("g", ("editor", "reader", "*"), "presets:1"),
)
ANNA = Row("g", ("anna", "editor", "acme"), "row 1")


def split(model, rows):
    """Some rows as shared ones, a domain of theirs written as every domain."""
    shared, own = rows[: len(rows) * 2 // 3], rows[len(rows) * 2 // 3 :]
    with_domain = [r for r in shared if model.links.get(r.ptype, 0) > 2]
    domains = [value for row in with_domain for value in row.values[2:3]]
    domain = domains[0] if domains else "d1"
    return [hidden(model, row, domain) for row in shared], own, domain


def hidden(model, row, domain):
    has_domain = model.links.get(row.ptype, 0) > 2
    if has_domain and row.values[2:3] == (domain,):
        return Row(row.ptype, (*row.values[:2], EVERYWHERE, *row.values[3:]), row.place)
    return row


def layered(model, rows):
    shared, own, domain = split(model, rows)
    return Layers(model, shared, EVERYWHERE).evaluator(own, domain)


def test_layered_rows_are_answered_as_casbin_answers_all_of_them():
    shared_tables = 0
    for number in range(MANY):
        case = a_case(f"layers {SEED}", number)
        found = difference(layered, case)
        assert found is None, (case, found)
        try:
            evaluator = layered(model_of(case), case.rows)
        except (RowsError, AttributeError):
            continue
        table = evaluator._table
        shared_tables += table is not None and table.shared is not table
    assert shared_tables > MANY // 10


def test_who_stands_alike_is_answered_alike_whatever_rows_lie_on_top():
    alike = 0
    for number in range(MANY):
        case = a_case(f"standing {SEED}", number)
        model = model_of(case)
        if model is None:
            continue
        shared, own, domain = split(model, case.rows)
        layers = Layers(model, shared, EVERYWHERE)
        try:
            tops = [layers.evaluator(own[n:], domain) for n in range(min(3, len(own)))]
        except RowsError:
            continue
        alike += same_answers(tops, case.requests)
    assert alike > MANY


def same_answers(evaluators, requests):
    """How many answers were known already from another who stood alike."""
    known = {}
    seen = 0
    texts = [r for r in requests if r and {type(value) for value in r} == {str}]
    for evaluator, one, other in product(evaluators, texts, texts):
        for count in range(1, len(one)):
            first, rest = one[:count], other[count:]
            stands = evaluator.standing(first)
            if stands is None:
                continue
            key = (stands, rest)
            answer = asked(evaluator, (*first, *rest))
            seen += key in known
            assert known.setdefault(key, answer) == answer, (evaluator, first, rest)
    return seen


def asked(evaluator, request):
    try:
        return evaluator.decide(request)
    except EvaluationError:
        return "error"


@pytest.mark.parametrize("kind", [CompiledEvaluator, ReferenceEvaluator])
def test_a_shared_link_counts_in_the_domain_it_is_written_out_for(kind):
    layers = Layers(MODEL, SHARED, evaluator=kind)
    acme, other = layers.evaluator([ANNA], "acme"), layers.evaluator([ANNA], "other")
    assert acme.decide(("anna", "acme", "page"))
    assert not other.decide(("anna", "acme", "page"))
    assert other.decide(("editor", "other", "page"))
    assert not other.decide(("editor", "*", "page"))


def test_what_decided_is_named_by_its_place_in_either_layer():
    evaluator = Layers(MODEL, SHARED).evaluator([ANNA], "acme")
    explained = evaluator.explain(("anna", "acme", "page"))
    assert explained.row.place == "grants:2"
    assert [row.place for row in explained.paths[0]] == ["row 1", "presets:1"]


def test_shared_rows_are_indexed_once():
    layers = Layers(MODEL, SHARED)
    one, two = layers.evaluator([ANNA], "acme"), layers.evaluator([], "other")
    assert one._table._lanes is two._table._lanes
    assert one._table.shared is two._table.shared


def test_users_of_two_accounts_with_the_same_roles_stand_alike():
    layers = Layers(MODEL, SHARED)
    bea = Row("g", ("bea", "editor", "other"))
    acme, other = layers.evaluator([ANNA], "acme"), layers.evaluator([bea], "other")
    assert acme.standing(("anna", "acme")) == other.standing(("bea", "other"))
    assert acme.standing(("anna", "acme")) != acme.standing(("bea", "acme"))


def test_nobody_stands_alike_where_casbin_answers_or_rows_lie_on_top():
    bad = Layers(MODEL, [*SHARED, Row("p", ("editor",))]).evaluator([ANNA], "acme")
    assert bad.standing(("anna", "acme")) is None
    more = [ANNA, Row("p", ("anna", "draft"))]
    assert Layers(MODEL, SHARED).evaluator(more, "acme").standing(("anna",)) is None
    assert bad.reaches("anna", "reader", "acme")
    casbin = Layers(MODEL, SHARED, evaluator=ReferenceEvaluator)
    assert casbin.evaluator([ANNA], "acme").standing(("anna", "acme")) is None


@pytest.mark.parametrize("kind", [CompiledEvaluator, ReferenceEvaluator])
def test_a_name_reaches_what_links_of_either_layer_lead_to(kind):
    evaluator = Layers(MODEL, SHARED, evaluator=kind).evaluator([ANNA], "acme")
    assert evaluator.reaches("anna", "reader", "acme")
    assert not evaluator.reaches("anna", "reader", "other")
    assert not evaluator.reaches("reader", "anna", "acme")
    assert evaluator.reaches("anna", "anna", "other")


def test_nobody_stands_alike_where_a_constant_role_decides_for_free_values():
    text = MODEL.text.replace("g(r.sub, p.sub, r.dom)", 'g(r.sub, "reader", r.dom)')
    top = Layers(read_model(text), SHARED).evaluator([ANNA], "acme")
    assert top.standing(("anna",)) is None
    assert top.standing(("anna", "acme")) != top.standing(("bea", "acme"))


def test_rows_after_a_change_are_answered_as_if_indexed_anew():
    carried = 0
    for number in range(MANY):
        case = a_case(f"after {SEED}", number)
        model = model_of(case)
        if model is None:
            continue
        shared, own, domain = split(model, case.rows)
        layers = Layers(model, shared, EVERYWHERE)
        for old, new in product((own, own[1:], own[:-1], own[::2]), repeat=2):
            carried += is_carried_over(layers, domain, (old, new), case.requests)
    assert carried > MANY // 10


def is_carried_over(layers, domain, versions, requests):
    """Whether one was made of the other; whether or not, it answers as a new one."""
    old, new = versions
    moved = [row for row in (*old, *new) if (row in old) != (row in new)]
    starts = frozenset(row.values[0] for row in moved if row.values)
    changed = Changed(
        starts, [row for row in new if row.values[:1] and row.values[0] in starts]
    )
    try:
        before, fresh = layers.evaluator(old, domain), layers.evaluator(new, domain)
    except RowsError:
        return False
    after = layers.evaluator_after(before, new, domain, changed)
    texts = [r for r in requests if r and {type(value) for value in r} == {str}]
    for request in texts:
        assert asked(after, request) == asked(fresh, request), (versions, request)
        assert after.standing(request[:2]) == fresh.standing(request[:2])
    tables = [getattr(e, "_table", None) for e in (before, after)]
    return None not in tables and tables[1].shared is tables[0].shared is not tables[0]


def test_a_change_is_indexed_anew_where_casbin_answers():
    layers = Layers(MODEL, SHARED, evaluator=ReferenceEvaluator)
    before = layers.evaluator([], "acme")
    after = layers.evaluator_after(
        before, [ANNA], "acme", Changed(frozenset({"anna"}), [ANNA])
    )
    assert after.decide(("anna", "acme", "page"))


def test_a_row_that_can_not_be_loaded_is_casbins_after_a_change_too():
    layers = Layers(MODEL, SHARED)
    short = Row("g", ("anna", "editor"))
    before = layers.evaluator([ANNA], "acme")
    with pytest.raises(RowsError):
        layers.evaluator_after(
            before, [short], "acme", Changed(frozenset({"anna"}), [short])
        )
