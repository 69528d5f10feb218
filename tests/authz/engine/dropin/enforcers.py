"""The same enforcer twice for the tests of the drop-in: casbin's and ours."""

from collections.abc import Callable, Sequence
from typing import Any

import casbin
from casbin.persist.adapter import load_policy_line

from authz.engine.dropin.enforcer import Enforcer

RBAC = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
"""
RBAC_ROWS = "p, admin, data, read\np, bob, data, write\ng, alice, admin"
DOMAINS = """
[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.dom == p.dom && r.obj == p.obj && (r.act == p.act || p.act == "*") && g(r.sub, p.sub, r.dom)
"""
CONDITIONS = """
[request_definition]
r = sub, obj
[policy_definition]
p = rule, obj
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = eval(p.rule) && r.obj == p.obj
"""


class Rows(casbin.persist.Adapter):
    """Hands out the rows it was made with; what is added or removed is not kept."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def load_policy(self, model: Any) -> None:
        for line in self.text.splitlines():
            load_policy_line(line.strip(), model)

    def add_policies(self, *_: Any) -> None: ...

    def add_policies_ex(self, *_: Any) -> None: ...

    def remove_policies(self, *_: Any) -> None: ...

    def update_policy(self, *_: Any) -> None: ...

    def update_policies(self, *_: Any) -> None: ...


def a_casbin_model(text: str) -> Any:
    model = casbin.Model()
    model.load_model_from_text(text)
    return model


def an_enforcer(
    text: str = RBAC, rows: str = RBAC_ROWS, make: Any = Enforcer, **options: Any
) -> Any:
    return make(a_casbin_model(text), Rows(rows), **options)


def both(text: str = RBAC, rows: str = RBAC_ROWS) -> tuple[Any, Any]:
    return an_enforcer(text, rows), an_enforcer(text, rows, casbin.Enforcer)


def asked_of_casbin(enforcer: Any, monkeypatch: Any) -> list[Any]:
    """The requests that casbin itself is asked from now on."""
    found: list[Any] = []
    ask = enforcer._ask_casbin
    monkeypatch.setattr(
        enforcer, "_ask_casbin", lambda rvals: found.append(rvals) or ask(rvals)
    )
    return found


def outcome(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What a call answers, lists in one order; or what it raises."""
    try:
        found = call(*arguments, **options)
    except Exception as error:  # noqa: BLE001  (whatever it is, both raise the same)
        return type(error).__name__, str(error)
    if isinstance(found, list) and found and not isinstance(found[0], bool):
        return sorted(found)
    return found


def the_same(ours: Any, theirs: Any, name: str, arguments: Sequence[Any]) -> Any:
    """What both do, once it is seen to be the same."""
    found = outcome(getattr(ours, name), *arguments)
    assert found == outcome(getattr(theirs, name), *arguments), name
    return found
