"""The models that these tests lint, and casbin as everybody runs it on them."""

from collections.abc import Sequence
from pathlib import Path

import casbin

from authz.review.strangers import Finding, lint_files

HEAD = """[request_definition]
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


def a_model(
    more: str = "",
    effect: str = "some(where (p.eft == allow))",
    matcher: str = MATCHER,
) -> str:
    return HEAD.format(more=more, effect=effect, matcher=matcher)


ALLOW = a_model()
DENY = a_model(", eft", "some(where (p.eft == allow)) && !some(where (p.eft == deny))")
PRIORITY = a_model(", eft, priority", "priority(p.eft) || deny")


def raw(folder: Path, model: str, lines: Sequence[str]) -> casbin.Enforcer:
    """casbin over two files, nothing in between."""
    (folder / "model.conf").write_text(model, encoding="utf-8")
    (folder / "policy.csv").write_text("\n".join(lines), encoding="utf-8")
    return casbin.Enforcer(str(folder / "model.conf"), str(folder / "policy.csv"))


def findings(model: str, lines: Sequence[str]) -> list[Finding]:
    text = "\n".join(lines)
    return list(lint_files(model, text, "model.conf", "policy.csv"))


def codes(model: str, lines: Sequence[str]) -> list[str]:
    return [f"{one.code}@{one.line}" for one in findings(model, lines)]


def the_finding(model: str, lines: Sequence[str], code: str) -> Finding:
    (found,) = (one for one in findings(model, lines) if one.code == code)
    return found
