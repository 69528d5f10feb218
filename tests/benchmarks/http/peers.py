"""The same decisions asked of OPA and of Cerbos, where their programs are.

`DELEGA_BENCH_OPA` and `DELEGA_BENCH_CERBOS` name them, else they are looked for on the
path. Cerbos comes in the npm package @cerbos/cerbos-linux-x64.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.asking import Question
from tests.benchmarks.http.doors import (
    LANE,
    NOTES,
    both,
    one,
    size,
    skipped,
    through_lane,
)
from tests.benchmarks.http.load import Load
from tests.benchmarks.http.measuring import (
    MANY,
    Contender,
    Pace,
    Read,
    compared,
    measure,
    right_of,
    table,
)
from tests.benchmarks.http.server import free_port, running
from tests.benchmarks.http.workload import ROLES, Grant, grants, roles_by_user
from tests.benchmarks.http.world import World, world
from tests.benchmarks.report import Part
from tests.benchmarks.synthetic import USERS

_REGO = """package delega

import rego.v1

default allow := false

allow if {
	grant := data.grants[input.resource][input.action]
	held := data.roles[data.users[input.account][input.subject]]
	held[grant.first]
	held[grant.second]
}
"""
#: Stands for a second permission where none is needed.
_ALWAYS = "-"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another engine.

    Attributes:
        goal: how many times the lane's CPU it should take at least.
        prepare: writes its files, answers its arguments.
    """

    name: str
    goal: int
    ready: str
    path: str
    prepare: Callable[[Path, int, World], list[str]]
    body: Callable[[Question, str], object]
    read: Read

    @property
    def program(self) -> str | None:
        """Where it is, if it is."""
        setting = os.environ.get(f"DELEGA_BENCH_{self.name.upper()}")
        return shutil.which(setting or self.name.lower())

    @property
    def missing(self) -> str:
        """What to do about it."""
        setting = f"DELEGA_BENCH_{self.name.upper()}"
        return f"{self.name} is not here: put it on the path, or set {setting}"


def run(*, quick: bool) -> Part:
    """The lane, and whoever is here, one decision a request."""
    here = [peer for peer in PEERS if peer.program]
    missing = [peer.missing for peer in PEERS if not peer.program]
    title = "single decision, beside other engines"
    if not here:
        return skipped(title, "; ".join(missing))
    with world(*size(quick)) as (made, folder), ExitStack() as stack:
        asked = both(made, folder, made.single(), one, view=False)
        contenders = stack.enter_context(asked)
        contenders += [stack.enter_context(_serving(p, folder, made)) for p in here]
        right = right_of(made.questions)
        equal = sum(compared(each, right) for each in contenders)
        found = measure(contenders, Pace(is_quick=quick))
        taken = through_lane(contenders)
    goals = [f"goal: {each.name} {each.goal} x at {MANY} connections" for each in here]
    notes = [*NOTES, taken, _shared(made), *goals, *missing]
    return Part([table(title, found, LANE, notes)], equal)


def _shared(made: World) -> str:
    """What all of them know, and what Delega alone does."""
    return (
        f"{len(grants(made.numbers[0]))} grants, {len(ROLES)} roles,"
        f" {USERS * len(made.numbers)} users; OPA holds them all, Cerbos is sent the"
        " role; neither knows dates, services or reasons, nor checks a key"
    )


@contextmanager
def _serving(peer: Peer, folder: Path, made: World) -> Iterator[Contender]:
    own, port = folder / peer.name.lower(), free_port()
    own.mkdir()
    assert peer.program is not None
    command = [peer.program, *peer.prepare(own, port, made)]
    users = roles_by_user(made.numbers)
    bodies = [
        json.dumps(peer.body(asked, users[asked[1]][asked[0]])).encode()
        for asked, _ in made.questions
    ]
    asked = Load(path=peer.path, bodies=bodies)
    with running(command, port, peer.ready, folder / f"{peer.name}.log") as server:
        yield Contender(name=peer.name, server=server, load=asked, read=peer.read)


def _opa(folder: Path, port: int, made: World) -> list[str]:
    by_resource: dict[str, dict[str, object]] = {}
    for each in grants(made.numbers[0]):
        needs = {"first": each.first, "second": each.second or _ALWAYS}
        by_resource.setdefault(each.resource, {})[each.action] = needs
    data = {
        "grants": by_resource,
        "roles": {
            role: dict.fromkeys([*sorted(held), _ALWAYS], True)
            for role, held in ROLES.items()
        },
        "users": roles_by_user(made.numbers),
    }
    (folder / "delega.rego").write_text(_REGO)
    (folder / "data.json").write_text(json.dumps(data))
    serve = ["run", "--server", "--addr", f"127.0.0.1:{port}", "--disable-telemetry"]
    files = [str(folder / "delega.rego"), str(folder / "data.json")]
    return [*serve, "--log-level", "error", *files]


def _ask_opa(asked: Question, role: str) -> object:
    names = ("subject", "account", "resource", "action")
    return {"input": dict(zip(names, asked, strict=True))}


def _read_opa(body: bytes) -> list[bool]:
    return [json.loads(body)["result"]]


def _cerbos(folder: Path, port: int, made: World) -> list[str]:
    policies = folder / "policies"
    policies.mkdir()
    by_resource: dict[str, list[Grant]] = {}
    for each in grants(made.numbers[0]):
        by_resource.setdefault(each.resource, []).append(each)
    for resource, some in by_resource.items():
        text = json.dumps(_cerbos_policy(resource, some))
        (policies / f"{resource}.json").write_text(text)
    # JSON is YAML
    (folder / "cerbos.yaml").write_text(json.dumps(_cerbos_settings(policies, port)))
    return ["server", "--log-level", "error", "--config", f"{folder / 'cerbos.yaml'}"]


def _cerbos_settings(policies: Path, port: int) -> object:
    return {
        "server": {
            "httpListenAddr": f"127.0.0.1:{port}",
            "grpcListenAddr": f"127.0.0.1:{free_port()}",
        },
        "storage": {
            "driver": "disk",
            "disk": {"directory": str(policies), "watchForChanges": False},
        },
        "telemetry": {"disabled": True},
    }


def _cerbos_policy(resource: str, some: Sequence[Grant]) -> object:
    """A rule for each action that a role may do: it names the roles."""
    rules = []
    for each in some:
        roles = [role for role, held in ROLES.items() if each.is_for(held)]
        if roles:
            rule = {"actions": [each.action], "effect": "EFFECT_ALLOW", "roles": roles}
            rules.append(rule)
    policy = {"resource": resource, "version": "default", "rules": rules}
    return {"apiVersion": "api.cerbos.dev/v1", "resourcePolicy": policy}


def _ask_cerbos(asked: Question, role: str) -> object:
    subject, _, resource, action = asked
    named = {"kind": resource, "id": "1"}
    return {
        "principal": {"id": subject, "roles": [role]},
        "resources": [{"actions": [action], "resource": named}],
    }


def _read_cerbos(body: bytes) -> list[bool]:
    results = json.loads(body)["results"]
    return [e == "EFFECT_ALLOW" for each in results for e in each["actions"].values()]


PEERS = (
    Peer(
        name="OPA",
        goal=5,
        ready="/health",
        path="/v1/data/delega/allow",
        prepare=_opa,
        body=_ask_opa,
        read=_read_opa,
    ),
    Peer(
        name="Cerbos",
        goal=15,
        ready="/_cerbos/health",
        path="/api/check/resources",
        prepare=_cerbos,
        body=_ask_cerbos,
        read=_read_cerbos,
    ),
)
