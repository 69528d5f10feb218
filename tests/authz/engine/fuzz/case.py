"""A fuzzed case as data: a model's shape, rows, requests; and as the files casbin reads.

Everything is a plain value, so that a case can be shortened and printed as a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from casbin.core_enforcer import EnforceContext

from authz.engine import Row

#: An atom as text (`r.sub == p.sub`), or ("and" | "or" | "not", parts).
Node = str | tuple[str, tuple["Node", ...]]

ALLOW = "some(where (p.eft == allow))"
NOT_DENY = "!some(where (p.eft == deny))"
BOTH = f"{ALLOW} && {NOT_DENY}"
PRIORITY = "priority(p.eft) || deny"
SUBJECT_PRIORITY = "subjectPriority(p.eft) || deny"
EFFECTS = (ALLOW, NOT_DENY, BOTH, PRIORITY, SUBJECT_PRIORITY)


@dataclass(frozen=True)
class Thing:
    """An object in a request: its attributes are read by name."""

    name: object = "alice"
    age: object = 20
    owner: object = "bob"


@dataclass(frozen=True)
class Shape:
    """A model.

    Attributes:
        request: the tokens of `r`.
        policy: the tokens of `p`.
        links: `g` -> 2, `g2` -> 3: how many columns each has.
        effect: one of `EFFECTS`.
        matcher: what is asked of each row.
        second: matcher of `m2`, over the same tokens as `r2` and `p2`; "" for none.
    """

    request: tuple[str, ...]
    policy: tuple[str, ...]
    links: tuple[tuple[str, int], ...]
    effect: str
    matcher: Node
    second: Node = ""

    @property
    def text(self) -> str:
        """The model.conf."""
        lines = ["[request_definition]", *self._twice("r", ", ".join(self.request))]
        lines += ["[policy_definition]", *self._twice("p", ", ".join(self.policy))]
        if self.links:
            lines.append("[role_definition]")
            lines += [f"{g} = {', '.join('_' * n)}" for g, n in self.links]
        lines += ["[policy_effect]", *self._twice("e", self.effect)]
        lines += ["[matchers]", f"m = {written(self.matcher)}"]
        if self.second:
            second = written(self.second).replace("r.", "r2.").replace("p.", "p2.")
            lines.append(f"m2 = {second}")
        return "\n".join(lines) + "\n"

    def _twice(self, key: str, value: str) -> list[str]:
        return [f"{key} = {value}"] + ([f"{key}2 = {value}"] if self.second else [])


@dataclass(frozen=True)
class Case:
    """A model with rows and what to ask.

    Attributes:
        seed: what makes it anew, `seed:number`.
    """

    seed: str
    shape: Shape
    rows: tuple[Row, ...]
    requests: tuple[tuple[object, ...], ...]

    def but(
        self,
        *,
        shape: Shape | None = None,
        rows: Sequence[Row] | None = None,
        requests: Sequence[tuple[object, ...]] | None = None,
    ) -> "Case":
        """The same case with something else in it."""
        return replace(
            self,
            shape=self.shape if shape is None else shape,
            rows=self.rows if rows is None else tuple(rows),
            requests=self.requests if requests is None else tuple(requests),
        )


def has_context(request: Sequence[object]) -> bool:
    """Whether a request asks m2."""
    return bool(request) and isinstance(request[0], EnforceContext)


def written(node: Node) -> str:
    """The matcher as a line of a model.conf."""
    if isinstance(node, str):
        return node
    kind, parts = node
    if kind == "not":
        return f"!({written(parts[0])})"
    joined = [
        f"({written(part)})" if isinstance(part, tuple) and part[0] != "not" else part
        for part in parts
    ]
    texts = [part if isinstance(part, str) else written(part) for part in joined]
    return (" && " if kind == "and" else " || ").join(texts)
