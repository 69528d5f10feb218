"""Exact RBAC with domains, stars and denials: any rows, any requests, casbin's answers.

The whole family of models is fuzzed in `fuzz/`; this stands beside the code.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from authz.engine import CompiledEvaluator, Row
from authz.engine.table import _is_match
from tests.authz.engine.builders import ALLOW, BOTH, NOT_DENY, PRIORITY, a_model, both

ATOMS = (
    "g(r.sub, p.sub, r.dom)",
    "g(r.sub, p.sub)",
    "r.sub == p.sub",
    "r.dom == p.dom",
    '(r.dom == p.dom || p.dom == "*")',
    "r.act == p.act",
    'p.act in ("*", r.act)',
    "keyMatch(r.obj, p.obj)",
    "g2(r.obj, p.obj)",
    '(p.obj == "*" || g2(r.obj, p.obj))',
    'r.sub != "c"',
    "!(r.obj == p.obj)",
    "r.sub",
    "regexMatch(r.act, p.act)",
)
words = st.sampled_from(["a", "b", "c", "ab", "*", "a*", ""])
matchers = st.lists(
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=4).map(" && ".join),
    min_size=1,
    max_size=3,
).map(" || ".join)
models = st.builds(
    a_model,
    matchers,
    p=st.just("sub, dom, obj, act, eft"),
    effect=st.sampled_from([ALLOW, NOT_DENY, BOTH, PRIORITY]),
)
effects = st.sampled_from(["allow", "deny", "ALLOW"])
rows = st.lists(
    st.one_of(
        st.builds(Row, st.just("p"), st.tuples(words, words, words, words, effects)),
        st.builds(Row, st.just("g"), st.tuples(words, words, words)),
        st.builds(Row, st.just("g2"), st.tuples(words, words)),
    ),
    max_size=12,
)
requests = st.lists(st.tuples(words, words, words, words), min_size=1, max_size=6)


@given(models, rows, requests)
def test_any_rows_and_requests_get_casbins_answers(model, some, asked):
    both(model, some, asked)


@given(models, rows, requests)
def test_every_row_that_matches_is_among_the_candidates(model, some, asked):
    table = CompiledEvaluator(model, some)._table
    for request in asked:
        found = {entry[0] for entry in table.candidates(request)}
        for place, _, values, _ in table._entries:
            ask = table.matcher_at(place)
            try:
                matches = _is_match(ask(request, values, table.graphs))
            except (RuntimeError, re.error):
                matches = True  # a row that raises must be looked at too
            assert place in found or not matches
