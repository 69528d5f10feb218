"""Folders made for a test, and questions to them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authz.folder import Folder, Rules, read_files, read_rules
from authz.pdp import Kind, Reply, Service

MODEL = """[request_definition]
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
POLICY = "p, editor, memo, read\ng, ann, editor\n"
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Caller:
    id: str = "k"
    scopes: frozenset[str] = frozenset({"decide", "search", "explain"})


SERVICE = Service([b"a key for the tests of folders.."])


def a_folder(path: Path, **texts: str) -> Path:
    """Files by their names with `_` for the dot: `pdp_toml`; a model and a policy at least."""
    files: Mapping[str, str] = {"model_conf": MODEL, "policy_csv": POLICY, **texts}
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return path


def a_model(request: str, policy: str, matcher: str, roles: str = "g = _, _") -> str:
    head = f"[request_definition]\nr = {request}\n[policy_definition]\np = {policy}\n"
    head += f"[role_definition]\n{roles}\n" if roles else ""
    effect = "[policy_effect]\ne = some(where (p.eft == allow))\n"
    return f"{head}{effect}[matchers]\nm = {matcher}\n"


def rules_of(path: Path, **texts: str) -> Rules:
    return read_rules(read_files(a_folder(path, **texts)))


def asked(
    subject: str, action: str, resource: str, kind: str = "memo", **more: Any
) -> dict[str, Any]:
    """A request; `subject_`, `action_` and `resource_` give properties, else context."""
    found: dict[str, Any] = {
        "subject": {"type": "user", "id": subject},
        "action": {"name": action},
        "resource": {"type": kind, "id": resource},
    }
    for part in ("subject", "action", "resource"):
        if f"{part}_" in more:
            found[part]["properties"] = more.pop(f"{part}_")
    return {**found, "context": more} if more else found


def answer(folder: Folder, kind: Kind, request: Any, **headers: str) -> Reply:
    sent = {**JSON, **{name.replace("_", "-"): text for name, text in headers.items()}}
    body = json.dumps(request).encode()
    return SERVICE.answer(Caller(), folder.source(), kind, sent, body)


def body(folder: Folder, kind: Kind, request: Any, **headers: str) -> Any:
    reply = answer(folder, kind, request, **headers)
    assert reply.status == 200, reply
    return json.loads(reply.body)


def decides(folder: Folder, request: Any) -> bool:
    decision = body(folder, Kind.EVALUATION, request)["decision"]
    assert isinstance(decision, bool)
    return decision


def finds(folder: Folder, kind: Kind, request: Any) -> list[str]:
    """Ids, or names of actions, of the first page."""
    results = body(folder, kind, request)["results"]
    return [each.get("id", each.get("name")) for each in results]


Ask = Callable[..., Any]
