"""Random models: a search says the same as asking for every name one by one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

from authz.engine import FREE, Answer, Book, Row, read_model, search
from authz.engine.questions.search import allows, names
from authz.errors import EvaluationError, RowsError
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.case import ALLOW, Case, has_context
from tests.authz.engine.fuzz.rows import a_case

MANY = cases(ci=1200, desk=250)
#: More than this are not asked one by one.
MOST = 1500
#: What casbin rewrites inside quotes too, so that words do not say what was meant.
REWRITTEN = re.compile(r"""["'][^"']*(!|&&|\|\||[pr]\d*\.|\#)""")


def book_of(case: Case) -> Book | None:
    """The case's rows, None if casbin refuses them."""
    try:
        return Book(read_model(case.shape.text), case.rows)
    except RowsError:
        return None


def questions(case: Case, random: Random) -> Iterator[tuple[object, ...]]:
    """The case's requests, each with one or two values left open."""
    for request in case.requests[:4]:
        first = 1 if has_context(request) else 0
        width = len(request) - first
        if width == len(case.shape.request):
            free = random.sample(range(width), min(random.randint(1, 2), width))
            yield tuple(
                FREE if index - first in free else value
                for index, value in enumerate(request)
            )


def filled(request: tuple[object, ...], known: list[str]) -> list[tuple[object, ...]]:
    places = [known if value is FREE else [value] for value in request]
    return list(product(*places))


def agrees(answer: Answer, request: tuple[object, ...]) -> bool:
    pairs = zip(answer.request, request, strict=True)
    return all(one is FREE or one is other or one == other for one, other in pairs)


def is_sure(answer: Answer) -> bool:
    """Whether nothing is left to ask."""
    return answer.row is not None and not answer.conditions and not answer.unless


def raises(book: Book, request: tuple[object, ...]) -> bool:
    try:
        book.evaluator.decide(request)
    except EvaluationError:
        return True
    return False


def fits(book: Book, case: Case, answer: Answer, request: tuple[object, ...]) -> bool:
    """Whether the conditions of an answer hold for a request, asked as a matcher."""
    if not agrees(answer, request):
        return False
    if answer.row is None or not answer.conditions or has_context(request):
        return True
    if any(REWRITTEN.search(words) for words in answer.conditions):
        return True
    values = list(answer.row.values)
    if "eft" in case.shape.policy:
        values[case.shape.policy.index("eft")] = "allow"
    links = [row for row in case.rows if row.ptype in dict(case.shape.links)]
    matcher = " && ".join(f"({words})" for words in answer.conditions)
    shape = replace(case.shape, effect=ALLOW, matcher=matcher, second="")
    model = read_model(shape.text)
    return allows(Book(model, [*links, Row("p", tuple(values))]), request)


def test_a_search_finds_what_asking_one_by_one_finds():
    random = Random(SEED)  # noqa: S311  (a sample)
    concrete = conditional = allowed = 0
    for number in range(MANY):
        case = a_case(f"search {SEED}", number)
        book = book_of(case)
        if book is None:
            continue
        for request in questions(case, random):
            asked = filled(request, names(book))
            if len(asked) > MOST:
                continue
            found = list(search(book, request))
            certain = [a.request for a in found if not a.is_conditional]
            open_ = [a for a in found if a.is_conditional]
            assert all(allows(book, r) for r in certain), case
            for one in asked:
                if allows(book, one):
                    allowed += 1
                    is_found = one in certain or any(
                        fits(book, case, a, one) for a in open_
                    )
                    assert is_found, (case, request, one, found)
                elif any(is_sure(a) and agrees(a, one) for a in open_):
                    assert raises(book, one), (case, request, one, found)
            concrete += len(certain)
            conditional += len(open_)
    assert min(concrete, conditional, allowed) > MANY / 2
