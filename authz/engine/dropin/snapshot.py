"""The rows that casbin holds at one instant, compiled; and what only casbin answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from types import SimpleNamespace
from typing import Any

from casbin.effect import get_effector
from casbin.model import FunctionMap
from casbin.model import Model as CasbinModel

from authz.engine.context import USUAL, Context, context_of, has_context
from authz.engine.dropin.linked import is_plain
from authz.engine.evaluation import is_known
from authz.engine.expression import NotCompilableError
from authz.engine.loading import Loaded, Values
from authz.engine.model import Model, model_of
from authz.engine.plan import PLANS, plan_of
from authz.engine.roles import graphs_of
from authz.engine.table import Table
from authz.errors import ModelError

Definitions = tuple[tuple[str, str, str, tuple[str, ...]], ...]

_FUNCTIONS = FunctionMap.load_function_map().fm


@dataclass(frozen=True, slots=True)
class State:
    """Copies of what decides, in casbin's order.

    Attributes:
        policies: the rows of each p.
        links: the rows of each g.
        tuples: rows that were given as tuples; casbin names them as such.
    """

    model: Model
    policies: dict[str, list[Values]]
    links: dict[str, list[Values]]
    tuples: frozenset[Values]


class Snapshot:
    """A state as tables; without a state casbin is asked everything.

    INVARIANT: it never changes, so any thread may ask it without a lock.
    """

    def __init__(self, state: State | None) -> None:
        self.state = state
        self._tables: dict[Context, Table | None] = {}
        table = self._table_of(USUAL)
        self.answer = table.answer if table else _unanswered

    def explain(self, request: Sequence[object]) -> tuple[bool, Sequence[str]] | None:
        """What casbin answers and the row it names; None: only casbin knows.

        Where casbin raises, it is casbin that is to be asked, for its own error.
        """
        if self.state is None:
            return None
        context: Context | None = USUAL
        if has_context(request):
            context = context_of(self.state.model, request[0])
            request = request[1:]
        table = self._table_of(context) if context else None
        if table is None or not all(map(is_known, request)):
            return None
        try:
            allowed, row = table.walk(request)
        except Exception:  # noqa: BLE001  (casbin is asked next, and raises its own)
            return None
        return allowed, row if row in self.state.tuples else list(row)

    def _table_of(self, context: Context) -> Table | None:
        if context not in self._tables:
            self._tables[context] = _table(self.state, context) if self.state else None
        return self._tables[context]


def state_of(enforcer: Any) -> State | None:
    """What an enforcer of casbin's decides by; None where it is more than rows."""
    live = enforcer.model
    model = model_read_from(live)
    if model is None or not _is_stock(enforcer, model):
        return None
    links, policies = _rows_of_all(live["g"] or {}), _rows_of_all(live["p"])
    if links is None or policies is None:
        return None
    given = [row for p in live["p"].values() for row in p.policy]
    tuples = frozenset(row for row in given if type(row) is tuple)
    if tuples and any(tuple(row) in tuples for row in given if type(row) is list):
        return None  # which of the two is named, only casbin can say
    return State(model, policies, links, tuples)


def model_read_from(live: Any) -> Model | None:
    """The definitions of a model of casbin's, read once; None where ours differ."""
    return _read(
        tuple(
            (section, key, assertion.value, tuple(assertion.tokens))
            for section in ("r", "p", "e", "m", "g")
            for key, assertion in (live[section] or {}).items()
        )
    )


@lru_cache(maxsize=PLANS)
def _read(definitions: Definitions) -> Model | None:
    sections: dict[str, dict[str, SimpleNamespace]] = {}
    for section, key, value, tokens in definitions:
        assertion = SimpleNamespace(value=value, tokens=tokens)
        sections.setdefault(section, {})[key] = assertion
    try:
        return model_of(sections)
    except ModelError:
        return None


def _is_stock(enforcer: Any, model: Model) -> bool:
    """Whether everything beside the rows is casbin's own and as the model says."""
    functions, managers = enforcer.fm, enforcer.rm_map
    links = enforcer.model["g"] or {}
    return (
        type(enforcer.model) is CasbinModel
        and type(enforcer.eft) is type(get_effector(model.effect))
        and type(functions) is FunctionMap
        and all(functions.fm.get(n) is f for n, f in _FUNCTIONS.items())
        and not enforcer.cond_rm_map
        and enforcer.auto_build_role_links
        and all(is_plain(links[ptype], managers.get(ptype)) for ptype in links)
    )


def _rows_of_all(assertions: Mapping[str, Any]) -> dict[str, list[Values]] | None:
    found = {}
    for ptype, assertion in assertions.items():
        rows = _rows(assertion)
        if rows is None:
            return None
        found[ptype] = rows
    return found


def _rows(assertion: Any) -> list[Values] | None:
    """Copies of rows; None where one holds anything but texts, or is not a list."""
    policy = assertion.policy
    if type(policy) is not list or not {list, tuple}.issuperset(map(type, policy)):
        return None
    if not {str}.issuperset(map(type, chain.from_iterable(policy))):
        return None
    return list(map(tuple, policy))


def _table(state: State, context: Context) -> Table | None:
    plan = plan_of(state.model, context)
    if plan.reason:
        return None
    graphs = graphs_of(state.model.links)
    for ptype, rows in state.links.items():
        for row in rows:
            graphs[ptype].add(row)
    try:
        return Table(plan, Loaded(state.policies, graphs))
    except NotCompilableError:
        return None


def _unanswered(_: Sequence[object]) -> None:
    """No answer."""
