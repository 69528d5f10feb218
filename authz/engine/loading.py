"""Rows in the order and form in which casbin holds them once loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from casbin.model import Model as CasbinModel

from authz.engine.effect import BY_SUBJECT
from authz.engine.model import Model
from authz.engine.roles import Graph, graphs_of
from authz.engine.rows import Row
from authz.errors import AuthzError

Values = tuple[str, ...]


class UnloadableError(AuthzError):
    """Rows that casbin refuses, or has to sort itself."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of each p, p2 … in casbin's order and the links of the g rows."""

    policies: dict[str, list[Values]]
    graphs: dict[str, Graph]


def load(
    model: Model, rows: Sequence[Row], graphs: dict[str, Graph] | None = None
) -> Loaded:
    """Take rows in as casbin does; the g rows into new graphs, or into those given.

    Raises:
        UnloadableError: a type the model lacks, a g row too short, or priorities that
            can not be sorted; casbin says what becomes of them.
    """
    policies: dict[str, list[Values]] = {
        key: [] for key in model.tokens if key.startswith("p")
    }
    graphs = graphs_of(model.links) if graphs is None else graphs
    for row in rows:
        ptype, values = row.ptype, row.values
        if ptype in graphs:
            if len(values) < model.links[ptype]:
                raise UnloadableError(f"a short row: {row}")
            graphs[ptype].add(values)
        elif ptype not in policies:
            raise UnloadableError(f"a row of no known type: {row}")
        else:
            policies[ptype].append(values)
    if model.effect == BY_SUBJECT:
        policies["p"] = _by_subject(model, policies, rows)
    ordered = {key: _by_priority(model, key, p) for key, p in policies.items()}
    return Loaded(ordered, graphs)


def _by_subject(
    model: Model, policies: dict[str, list[Values]], rows: Sequence[Row]
) -> list[Values]:
    """Rows of those who hold roles before rows of the roles; casbin's own levels."""
    if "g" not in model.links or len(policies) > 1:
        raise UnloadableError("subjects are sorted by `g`, and only those of one p")
    names = model.tokens["p"]
    column = names.index("dom") if "dom" in names else -1
    links = [list(row.values) for row in rows if row.ptype == "g"]

    def of_subject(values: Values) -> int:
        domain = "" if column < 0 else values[column]
        return int(level.get(f"{domain}::{values[0]}", 0))

    try:
        level = CasbinModel().get_subject_hierarchy_map(links)
        return sorted(policies["p"], key=of_subject)
    except (RuntimeError, IndexError) as error:
        raise UnloadableError(f"subjects without an order: {error}") from error


def _by_priority(model: Model, ptype: str, policy: list[Values]) -> list[Values]:
    """By the column `priority`, if there is one: numbers where every value is one."""
    names = model.tokens[ptype]
    if "priority" not in names:
        return policy
    column = names.index("priority")
    try:
        return sorted(policy, key=lambda values: _priority(values[column]))
    except (IndexError, TypeError, ValueError) as error:
        raise UnloadableError(f"priorities without an order: {error}") from error


def _priority(value: str) -> int | str:
    return int(value) if value.isdigit() else value
