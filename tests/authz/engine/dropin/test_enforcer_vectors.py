"""Recorded answers of casbin to thousands of requests, asked of the drop-in.

The folder is named by DELEGA_VECTORS; without it these tests are skipped.
"""

import json
import os
from pathlib import Path

import casbin
import pytest
from casbin.core_enforcer import EnforceContext
from casbin.model import FunctionMap

from authz.engine.dropin.enforcer import Enforcer
from tests.authz.engine.dropin.enforcers import outcome

FOLDER = Path(os.environ.get("DELEGA_VECTORS", "."))
ENOUGH = 3_700
FUNCTIONS = FunctionMap.load_function_map().get_functions()

pytestmark = pytest.mark.skipif(
    "DELEGA_VECTORS" not in os.environ, reason="DELEGA_VECTORS names no folder"
)


def vectors():
    return json.loads((FOLDER / "vectors.json").read_text())


def made(make, vector, **options):
    paths = [str(FOLDER / vector[name]) for name in ("model", "policy")]
    enforcer = outcome(make, *paths, **options)
    setup = vector.get("setup", {})
    for ptype, name in setup.get("matching_func", {}).items():
        enforcer.add_named_matching_func(ptype, FUNCTIONS[name])
    for ptype, name in setup.get("domain_matching_func", {}).items():
        enforcer.add_named_domain_matching_func(ptype, FUNCTIONS[name])
    if "link_condition" in setup and not isinstance(enforcer, tuple):
        function = FUNCTIONS[setup["link_condition"]]
        for user, role, *rest in enforcer.get_grouping_policy():
            enforcer.add_named_link_condition_func("g", user, role, function)
            enforcer.add_named_domain_link_condition_func(
                "g", user, role, rest[0], function
            )
    return enforcer


def asked(vector):
    for request in [*vector["requests"], *vector.get("errors", ())]:
        context = request.get("context")
        yield [EnforceContext(*context)] if context else [], request["args"]


def test_every_recorded_request_is_answered_as_casbin_answers_it_now():
    count = 0
    for vector in vectors():
        ours = made(Enforcer, vector, run_any_condition=True)
        theirs = made(casbin.Enforcer, vector)
        if isinstance(theirs, tuple):
            assert ours == theirs
            continue
        for context, arguments in asked(vector):
            count += 1
            for name in ("enforce", "enforce_ex"):
                found = outcome(getattr(ours, name), *context, *arguments)
                wanted = outcome(getattr(theirs, name), *context, *arguments)
                assert found == wanted, (vector["name"], context, arguments)
    print(f"{count} requests asked")  # noqa: T201
    assert count >= ENOUGH


def test_the_recorded_answers_are_given():
    for vector in [vector for vector in vectors() if "setup" not in vector]:
        enforcer = made(Enforcer, vector, run_any_condition=True)
        for request in vector["requests"]:
            wanted = request.get("pycasbin280", request["expect"])
            if "context" in request or not isinstance(wanted, bool):
                continue
            assert enforcer.enforce(*request["args"]) == wanted, vector["name"]
