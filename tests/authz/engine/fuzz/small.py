"""Every model of a small grammar, every set of up to three rows, every request.

    matcher := subject op object          op := && | ||
    subject := r.sub == p.sub | g(r.sub, p.sub) | (r.sub == p.sub || p.sub == "*")
    object  := r.obj == p.obj | (r.obj == p.obj || p.obj == "*") | r.obj != p.obj
             | keyMatch(r.obj, p.obj)

under each of the five effects, over the names a, b and *. Rows stand in two orders,
since two effects are about order.
"""

from collections.abc import Iterator
from itertools import combinations, product
from random import Random

from authz.engine import Row
from tests.authz.engine.fuzz.case import EFFECTS, Case, Node, Shape

NAMES = ("a", "b", "*")
SUBJECTS: tuple[Node, ...] = (
    "r.sub == p.sub",
    "g(r.sub, p.sub)",
    ("or", ("r.sub == p.sub", 'p.sub == "*"')),
)
OBJECTS: tuple[Node, ...] = (
    "r.obj == p.obj",
    ("or", ("r.obj == p.obj", 'p.obj == "*"')),
    "r.obj != p.obj",
    "keyMatch(r.obj, p.obj)",
)
REQUESTS = tuple(product(NAMES, NAMES))
ROWS = (
    *(Row("p", values) for values in product(NAMES, NAMES, ("allow", "deny"))),
    *(Row("g", values) for values in product(NAMES, NAMES)),
)


def shapes() -> Iterator[Shape]:
    """Every model."""
    for op, subject, obj, effect in product(("and", "or"), SUBJECTS, OBJECTS, EFFECTS):
        policy = ("sub", "obj", "eft")
        yield Shape(("sub", "obj"), policy, (("g", 2),), effect, (op, (subject, obj)))


def row_sets() -> Iterator[tuple[Row, ...]]:
    """Up to three rows; those whose order tells in both orders."""
    for size in range(4):
        for rows in combinations(ROWS, size):
            yield rows
            if sum(row.ptype == "p" for row in rows) > 1:
                yield rows[::-1]


def small_cases(share: float = 1, seed: int = 0) -> Iterator[Case]:
    """All of it, or a seeded share."""
    random = Random(seed)  # noqa: S311  (a sample)
    for number, (shape, rows) in enumerate(product(shapes(), row_sets())):
        if share >= 1 or random.random() < share:
            yield Case(f"small:{number}", shape, rows, REQUESTS)
