"""The same question asked of casbin's two enforcers and of cedarpy, where installed."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import casbin
from casbin.persist import Adapter

from authz.engine import Row
from tests.benchmarks import domains
from tests.benchmarks.domains import Request

try:
    import cedarpy
except ImportError:
    cedarpy = None

Ask = Callable[[Request], bool]
#: With more p rows than this nobody waits for the answer.
MOST_FOR_CASBIN, MOST_FOR_CEDAR = 100_000, 10_000
CASBIN, FAST = "pycasbin", "FastEnforcer"
CEDAR, CEDAR_TEXT = "cedarpy", "cedarpy text"
NAMES = (CASBIN, FAST, CEDAR, CEDAR_TEXT)
NOTES = (
    f"pycasbin up to {MOST_FOR_CASBIN:,} p rows and cedarpy up to"
    f" {MOST_FOR_CEDAR:,}, medians of few asks",
    "each question was asked before: pycasbin remembers who has which role, and takes"
    " up to a hundred times as long for the first question about a user",
    "FastEnforcer looks up by the object, the one column without stars",
    "cedarpy keeps policies and entities parsed; cedarpy text parses them at each call",
    *(() if cedarpy else ("cedarpy: not installed",)),
)


def rivals(rows: Sequence[Row], count: int) -> dict[str, Ask]:
    """Who answers about so many p rows, by name."""
    asks: dict[str, Ask] = {}
    if count <= MOST_FOR_CASBIN:
        asks |= {CASBIN: _casbin(rows), FAST: _fast(rows)}
    if cedarpy and count <= MOST_FOR_CEDAR:
        asks |= {CEDAR: _cedar(rows), CEDAR_TEXT: _cedar_text(rows)}
    return asks


class _Rows(Adapter):
    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def load_policy(self, model: Any) -> None:
        for row in self._rows:
            policy = model.model[row.ptype[0]][row.ptype].policy
            policy.append(list(row.values))


def _casbin(rows: Sequence[Row]) -> Ask:
    model = casbin.Model()
    model.load_model_from_text(domains.MODEL)
    enforcer = casbin.Enforcer(model, _Rows(rows))
    return lambda request: bool(enforcer.enforce(*request))


def _fast(rows: Sequence[Row]) -> Ask:
    columns = [2]
    model = casbin.FastModel(columns)
    model.load_model_from_text(domains.MODEL)
    enforcer = casbin.FastEnforcer(model, _Rows(rows), cache_key_order=columns)
    return lambda request: bool(enforcer.enforce(*request))


def _cedar(rows: Sequence[Row]) -> Ask:
    policies = cedarpy.PolicySet.from_str(domains.cedar_policies(rows))
    entities = cedarpy.Entities.from_json_str(json.dumps(domains.cedar_entities(rows)))

    def ask(request: Request) -> bool:
        asked = domains.cedar_request(request)
        return bool(cedarpy.is_authorized(asked, policies, entities).allowed)

    return ask


def _cedar_text(rows: Sequence[Row]) -> Ask:
    """Given the asker's own entities alone, which is the least it needs."""
    policies = domains.cedar_policies(rows)
    roles = {row.values[0]: row for row in rows if row.ptype == "g"}

    def ask(request: Request) -> bool:
        entities = domains.cedar_entities([roles[request[0]]])
        asked = domains.cedar_request(request)
        return bool(cedarpy.is_authorized(asked, policies, entities).allowed)

    return ask
