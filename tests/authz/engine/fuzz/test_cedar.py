"""What must hold of any answer, whatever the model: the properties Cedar proves of itself.

Each is checked on random models, on the engine alone, without asking casbin.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from authz.engine import Row
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.case import ALLOW, BOTH, EFFECTS, NOT_DENY, Case
from tests.authz.engine.fuzz.compare import ERROR, answers, model_of
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.under_test import engine

MANY = cases(ci=500, desk=100)


def said(case: Case) -> tuple[object, ...]:
    """What the engine answers; nothing if it takes no such rows."""
    model = model_of(case)
    found = answers(engine(), model, case) if model else ""
    return () if isinstance(found, str) else found


def asked(
    effects: tuple[str, ...], has_eft: bool | None = None
) -> Iterator[tuple[Case, Random]]:
    for number in range(MANY):
        case = a_case(f"cedar {SEED}", number)
        fits = has_eft is None or ("eft" in case.shape.policy) == has_eft
        if case.shape.effect in effects and fits and not case.shape.second:
            yield case, Random(number)  # noqa: S311  (a sample)


def rows_of(case: Case, ptype: str = "p") -> list[Row]:
    return [row for row in case.rows if row.ptype == ptype]


def with_effect(case: Case, row: Row, effect: str) -> Row:
    if "eft" not in case.shape.policy:
        return row
    index = case.shape.policy.index("eft")
    return Row("p", (*row.values[:index], effect, *row.values[index + 1 :]))


def matching(case: Case, row: Row) -> tuple[object, ...]:
    """Of each request, whether that row alone, as an allow, answers it."""
    links = [other for other in case.rows if other.ptype != "p"]
    shape = replace(case.shape, effect=ALLOW)
    return said(case.but(shape=shape, rows=[*links, with_effect(case, row, "allow")]))


def check(
    cases: Iterator[tuple[Case, Random]], prop: Callable[[Case, Random], int]
) -> None:
    checked = sum(prop(case, random) for case, random in cases)
    assert checked > MANY / 5  # or it says nothing


def test_a_deny_that_matches_overrides_every_allow():
    def overrides(case: Case, random: Random) -> int:
        checked = 0
        for row in rows_of(case)[:4]:
            deny = with_effect(case, row, "deny")
            rows = list(case.rows)
            rows.insert(random.randint(0, len(rows)), deny)
            found = said(case.but(rows=rows))
            for matches, answer in zip(matching(case, row), found, strict=False):
                if matches is True:
                    assert answer in (False, ERROR), case
                    checked += answer is False
        return checked

    check(asked((NOT_DENY, BOTH), has_eft=True), overrides)


def test_what_no_row_allows_is_denied():
    def denied(case: Case, _random: Random) -> int:
        rows = rows_of(case)
        if not rows or len(rows) > 8:
            return 0
        column = case.shape.policy.index("eft") if "eft" in case.shape.policy else None
        allows = [
            row
            for row in rows
            if column is None or row.values[column : column + 1] == ("allow",)
        ]
        alone = [matching(case, row) for row in allows]
        found = said(case)
        for index, answer in enumerate(found):
            if answer is True:
                assert any(one and one[index] is True for one in alone), case
        return len(found)

    check(asked(tuple(e for e in EFFECTS if e != NOT_DENY)), denied)


def test_the_order_of_rows_does_not_matter_where_the_effect_is_no_priority():
    def same(case: Case, random: Random) -> int:
        shuffled = random.sample(case.rows, len(case.rows))
        checked = 0
        for one, other in zip(said(case), said(case.but(rows=shuffled)), strict=False):
            if ERROR not in (one, other):  # a decision may come before the error
                assert one == other, case
                checked += 1
        return checked

    check(asked((ALLOW, NOT_DENY, BOTH)), same)


def test_a_row_that_stands_twice_counts_once():
    def same(case: Case, random: Random) -> int:
        again = random.choices(case.rows, k=3) if case.rows else []
        found = said(case.but(rows=[*case.rows, *again]))
        assert found == said(case), case
        return len(found)

    check(asked(EFFECTS), same)


def test_a_row_about_something_else_changes_no_answer():
    def same(case: Case, random: Random) -> int:
        others = rows_of(a_case(f"other {SEED}", random.randint(0, 10**6)))
        width = len(case.shape.policy)
        names = [value for row in others for value in row.values]
        old = rows_of(case)
        if not old or len(names) < width:
            return 0
        values = random.sample(names, width)
        if "priority" in case.shape.policy:
            index = case.shape.policy.index("priority")
            values[index] = (old[0].values[index:] or ("1",))[0]
        new = Row("p", tuple(values))
        rows = list(case.rows)
        rows.insert(random.randint(0, len(rows)), new)
        checked = 0
        triples = zip(
            matching(case, new), said(case), said(case.but(rows=rows)), strict=False
        )
        for matches, before, after in triples:
            if matches is False and before != ERROR:
                assert after == before, case
                checked += 1
        return checked

    check(asked(EFFECTS), same)
