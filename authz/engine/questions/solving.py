"""A matcher solved for what a request leaves free.

For one row: which values make its matcher true. Names are found from what the row says
and from the links; what has no list of names (a pattern, a negation, an attribute) is
kept as a condition.

INVARIANT: every request of texts that the row matches agrees with a solution, in what
it binds and in its conditions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from authz.engine.evaluation import UnsureError
from authz.engine.nodes import Comparison, Display, Either, Every, Link, Match, Node
from authz.engine.patterns import prefix_length
from authz.engine.questions.parts import (
    Ground,
    Part,
    Request,
    Solution,
    bound,
    is_free,
    opened,
    truth,
    value_of,
    was_free,
)
from authz.engine.questions.relating import related


def solutions(matcher: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    """How the request can be filled in so that the row matches."""
    for found, conditions in _solve(matcher, request, ground):
        left = _left(conditions, found, ground)
        if left is not None:
            yield found, left


def _left(
    conditions: Sequence[Part], request: Request, ground: Ground
) -> tuple[Part, ...] | None:
    """Those that are still open now that more is known; None if one is false."""
    left = []
    for part in dict.fromkeys(conditions):
        answer = None if opened(part, request) else truth(part, request, ground)
        if answer is False:
            return None
        if answer is None:
            left.append(part)
    return tuple(left)


def _solve(part: Part, request: Request, ground: Ground) -> Iterable[Solution]:
    if opened(part, request):
        if compound := _COMPOUNDS.get(type(part.node)):
            return compound(part, request, ground)
        solve = _SOLVERS.get(type(part.node), _keep)
        try:
            return list(solve(part, request, ground))
        except UnsureError:
            return ((request, (part,)),)
        except Exception:  # noqa: BLE001  (as in `truth`)
            return ((request, (part,)),) if was_free(part, request, ground) else ()
    answer = truth(part, request, ground)
    if answer is False:
        return ()
    return ((request, () if answer else (part,)),)


def _keep(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    yield request, (part,)


def _every(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    return _all_of(part.items, request, ground)


def _all_of(
    parts: tuple[Part, ...], request: Request, ground: Ground
) -> Iterator[Solution]:
    """The part that says most first: one that is false ends it, a name binds others."""
    if not parts:
        yield request, ()
        return
    first = min(parts, key=lambda part: _rank(part, request))
    rest = tuple(part for part in parts if part is not first)
    for found, some in _solve(first, request, ground):
        for all_found, others in _all_of(rest, found, ground):
            yield all_found, some + others


def _rank(part: Part, request: Request) -> int:
    """How late a part should be solved."""
    still_open = len(opened(part, request))
    if not still_open:
        return 0
    if isinstance(part.node, Comparison):
        return 1
    if isinstance(part.node, Link):
        return 1 + 2 * still_open
    return 4 if isinstance(part.node, Every | Either) else 9


def _either(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    """Each of them; one that is true whatever is free makes the others idle."""
    later = []
    for item in part.items:
        if opened(item, request):
            later.append(item)
        elif (answer := truth(item, request, ground)) is not False:
            yield request, () if answer else (item,)
            if answer:
                return
    for item in later:
        yield from _solve(item, request, ground)


def _comparison(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    left, right = part.items[0], part.items[-1]
    if part.word == "in" and isinstance(right.node, Display):
        yield from _among(part, request, ground)
        return
    for one, other in ((left, right), (right, left)):
        if part.word == "==" and is_free(one, request) and not opened(other, request):
            yield from bound(one, value_of(other, request, ground), request)
            return
    yield request, (part,)


def _among(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    """`r.x in (…)`, `p.y in (…, r.x)`."""
    left, right = part.items
    gaps = [item for item in right.items if opened(item, request)]
    known = [value_of(i, request, ground) for i in right.items if i not in gaps]
    if is_free(left, request) and not gaps:
        for value in known:
            yield from bound(left, value, request)
    elif not opened(left, request) and all(is_free(item, request) for item in gaps):
        wanted = value_of(left, request, ground)
        if wanted in known:
            yield request, ()
            return
        for item in gaps:
            yield from bound(item, wanted, request)
    else:
        yield request, (part,)


def _match(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    """`keyMatch` with something without a star is equality, with `*` alone is true."""
    key, pattern = part.items
    if (
        part.word == "keyMatch"
        and is_free(key, request)
        and not opened(pattern, request)
    ):
        text = value_of(pattern, request, ground)
        length = prefix_length(text) if isinstance(text, str) else 1
        if length <= 0:
            yield from bound(key, text, request) if length else ((request, ()),)
            return
    yield request, (part,)


Solve = Callable[[Part, Request, Ground], Iterator[Solution]]
_COMPOUNDS: dict[type[Node], Solve] = {Every: _every, Either: _either}
_SOLVERS: dict[type[Node], Solve] = {
    Comparison: _comparison,
    Match: _match,
    Link: related,
}
