"""A matcher that asks about links with a domain too many or too few."""

import ast
import re
from collections.abc import Iterator, Mapping

from authz.engine.traps.trap import Trap


def link_traps(
    key: str, tree: ast.Expression, links: Mapping[str, int], lines: Mapping[str, int]
) -> Iterator[Trap]:
    """One for each kind of link that a matcher asks about in a width it has not.

    Args:
        key: of the matcher.
        tree: the matcher.
        links: `g`, `g2` … -> how many columns its rows have.
        lines: key -> where it stands.
    """
    told: set[tuple[str, int]] = set()
    for name, asked, call in _calls(tree, links):
        if (name, asked) in told:
            continue
        told.add((name, asked))
        if links[name] == 2 and asked > 2:
            yield _without_domains(key, name, lines[name])
        elif links[name] == 3 and asked == 2:
            yield _without_a_domain(key, name, call, lines[key])


def _calls(
    tree: ast.Expression, links: Mapping[str, int]
) -> Iterator[tuple[str, int, str]]:
    """Name, number of arguments, and the call as a model writes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if name in links and not any(isinstance(a, ast.Starred) for a in node.args):
                text = re.sub(r"\b([rp]\d*)_", r"\1.", ast.unparse(node))
                yield name, len(node.args), text


def _without_domains(key: str, name: str, line: int) -> Trap:
    return Trap(
        code="DLG314",
        line=line,
        wrong=f"`{key}` asks `{name}` with a domain, and `{name} = _, _` has none",
        casbin="takes the third argument for nothing: a role holds in every domain",
        instead=f"{name} = _, _, _ and the domain as third value of each {name} row",
    )


def _without_a_domain(key: str, name: str, call: str, line: int) -> Trap:
    return Trap(
        code="DLG315",
        line=line,
        wrong=f"`{key}` asks {call} without a domain, and `{name} = _, _, _` has one",
        casbin="looks at the links of the blank domain alone: no link of another holds",
        instead=f"{call[:-1]}, r.dom), or {name} = _, _ where roles hold everywhere",
    )
