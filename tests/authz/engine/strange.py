"""Models that strangers write, casbin as everybody runs it, and what the gate says."""

from collections.abc import Sequence
from pathlib import Path

import casbin
import pytest

from authz.engine import Row, gate, read_model
from authz.errors import ModelError, PolicyError

HEAD = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act{more}
[role_definition]
g = _, _
[policy_effect]
e = {effect}
[matchers]
m = {matcher}
"""
MATCHER = "g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act"
SOME_ALLOW = "some(where (p.eft == allow))"
NO_DENY = "!some(where (p.eft == deny))"


def strange(
    more: str = "", effect: str = SOME_ALLOW, matcher: str = MATCHER, head: str = HEAD
) -> str:
    return head.format(more=more, effect=effect, matcher=matcher)


ALLOW = strange()
DENY = strange(", eft", f"{SOME_ALLOW} && {NO_DENY}")


def raw(folder: Path, model: str, lines: Sequence[str]) -> casbin.Enforcer:
    """casbin over two files, no gate."""
    (folder / "model.conf").write_text(model, encoding="utf-8")
    (folder / "policy.csv").write_text("\n".join(lines), encoding="utf-8", newline="")
    return casbin.Enforcer(str(folder / "model.conf"), str(folder / "policy.csv"))


def refused_rows(model: str, rows: Sequence[Row]) -> list[str]:
    """Code, file and line of each fault."""
    with pytest.raises(PolicyError) as caught:
        gate(read_model(model), rows)
    faults = caught.value.faults
    return [f"{f.code}@{f.file}:{f.line}" if f.line else f"{f.code}@" for f in faults]


def rows_of(lines: Sequence[str]) -> list[Row]:
    """Rows split at every comma."""
    found = []
    for number, line in enumerate(lines, 1):
        ptype, *values = (value.strip() for value in line.split(","))
        found.append(Row(ptype, tuple(values), f"policy.csv:{number}"))
    return found


def refused(model: str, lines: Sequence[str]) -> list[str]:
    return refused_rows(model, rows_of(lines))


def refused_model(model: str) -> list[str]:
    """The gate names each trap of the model, before it looks at rows."""
    with pytest.raises(ModelError) as caught:
        gate(read_model(model, "x/model.conf"), [])
    assert {fault.file for fault in caught.value.faults} == {"x/model.conf"}
    return [f"{fault.code}@{fault.line}" for fault in caught.value.faults]
