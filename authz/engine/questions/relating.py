"""Role questions of which one end is known: who stands at the other."""

from collections.abc import Iterator, Sequence
from typing import Any

from authz.engine.evaluation import UnsureError
from authz.engine.questions.kin import Kin
from authz.engine.questions.parts import (
    Ground,
    Part,
    Request,
    Solution,
    bound,
    is_free,
    opened,
    value_of,
)


def related(part: Part, request: Request, ground: Ground) -> Iterator[Solution]:
    """Everybody at the other end, in the given domain or wherever there are links."""
    kin = ground.kin[part.word]
    start, goal, *where = part.items
    places = where if kin.has_domain else []
    gaps = [item for item in (start, goal, *places) if opened(item, request)]
    is_askable = all(is_free(item, request) for item in gaps)
    if not is_askable or (start in gaps and goal in gaps):
        yield request, (part,)
    elif not gaps:  # but for a domain that its links do not have
        yield from ((request, ()),) if value_of(part, request, ground) else ()
    else:
        known, sought = (goal, start) if start in gaps else (start, goal)
        name, domain = value_of(known, request, ground), _where(places, request, ground)
        wanted = None if sought in gaps else value_of(sought, request, ground)
        for other, place in _others(kin, name, domain, is_up=known is start):
            if wanted in (None, other):
                yield from _tied(gaps, sought, other, place, request)


def _where(places: Sequence[Part], request: Request, ground: Ground) -> str | None:
    """The domain that links are looked for in; None: any."""
    if places and opened(places[0], request):
        return None
    return str(value_of(places[0], request, ground)) if places else ""


def _others(
    kin: Kin, name: Any, domain: str | None, *, is_up: bool
) -> Iterator[tuple[str, str | None]]:
    """Who is at the other end of a name's links, and in which domain.

    Everybody is himself in any domain.
    """
    if type(name) is not str:
        raise UnsureError
    graph = kin.upward if is_up else kin.downward
    if domain is not None:
        for other in sorted(graph.reached(name, domain)):
            yield other, None
        return
    yield name, None
    for place in kin.domains_from(name) if is_up else kin.domains_to(name):
        for other in sorted(graph.reached(name, place) - {name}):
            yield other, place


def _tied(
    gaps: Sequence[Part],
    sought: Part,
    other: str,
    place: str | None,
    request: Request,
) -> Iterator[Solution]:
    """The request with what was free of a link filled in."""
    found: Sequence[Solution] = ((request, ()),)
    for item in gaps:
        value = other if item is sought else place
        if value is not None:
            found = [s for done, _ in found for s in bound(item, value, done)]
    yield from found
