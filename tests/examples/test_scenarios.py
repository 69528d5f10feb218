"""The examples decide as the tables of the AuthZEN working group's scenarios say.

The folder with the tables is named by DELEGA_AUTHZEN; without it these tests are skipped.
"""

import json
import os
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from authz.folder import Folder
from authz.pdp import Kind
from tests.authz.folders.asking import asked, decides, finds
from tests.examples.cases import FOLDER

SCENARIOS = os.environ.get("DELEGA_AUTHZEN", "")
pytestmark = pytest.mark.skipif(
    not SCENARIOS, reason="DELEGA_AUTHZEN names no folder of scenarios"
)
OWNERS = ("rick@the-citadel.com", "morty@the-citadel.com", "beth@the-smiths.com", "x")
#: How the tables say that a role is enough; the rest of a line is about owners.
_ROLES = re.compile(r"roles has (\w+)(?: or (\w+))?")


def table(name: str) -> Mapping[str, Any]:
    text = (Path(SCENARIOS) / f"{name}.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def allows(rule: str, subject: Any, owner: str) -> bool:
    """What a line of a decision table says of somebody."""
    if rule == "always true":
        return True
    known, roles = subject["properties"], set(subject["properties"]["roles"])
    enough, _, owning = rule.partition(", or ")
    match = _ROLES.fullmatch(enough)
    assert match, rule
    if roles.intersection(match.groups()):
        return True
    assert owning in ("", "editor and ownerID is the subject's email"), rule
    return bool(owning) and "editor" in roles and owner == known["email"]


def test_the_to_do_list() -> None:
    scenario, folder = table("todo"), Folder(FOLDER / "todo")
    rules = scenario["decision_table"].items()
    for subject, (action, rule), owner in product(scenario["subjects"], rules, OWNERS):
        question = asked(
            subject["id"], action, "1", "todo", resource_={"ownerID": owner}
        )
        assert decides(folder, question) is allows(rule, subject, owner), question


def test_the_gateway() -> None:
    scenario, folder = table("gateway"), Folder(FOLDER / "gateway")
    for subject in scenario["subjects"]:
        for line, rule in scenario["decision_table"].items():
            method, route = line.split(" ")
            question = asked(subject["id"], method, route, "route")
            question["subject"]["type"] = subject["type"]
            wanted = allows(rule, subject, "")
            assert decides(folder, question) is wanted, question


def test_the_search() -> None:
    scenario, folder = table("search"), Folder(FOLDER / "search")
    subjects = {each["id"]: each["properties"] for each in scenario["subjects"]}
    records = {each["id"]: each["properties"] for each in scenario["resources"]}

    def wanted(who: str, action: str, what: str) -> bool:
        is_owner = records[what]["owner"] == who
        is_near = records[what]["department"] == subjects[who]["department"]
        is_manager = subjects[who]["role"] == "manager"
        return {
            "view: owner, or same department, or role manager": is_owner
            or is_near
            or is_manager,
            "edit: owner, or role manager and same department": is_owner
            or (is_manager and is_near),
            "delete: owner": is_owner,
        }[next(rule for rule in scenario["rules"] if rule.startswith(f"{action}:"))]

    every = list(product(subjects, scenario["actions"], records))
    right = {each for each in every if wanted(*each)}
    for who, action, what in every:
        question = asked(who, action, what, "record")
        assert decides(folder, question) is ((who, action, what) in right), question
    for action, what in product(scenario["actions"], records):
        found = finds(folder, Kind.SEARCH_SUBJECT, asked("", action, what, "record"))
        assert set(found) == {who for who in subjects if (who, action, what) in right}
    for who, action in product(subjects, scenario["actions"]):
        found = finds(folder, Kind.SEARCH_RESOURCE, asked(who, action, "", "record"))
        assert set(found) == {what for what in records if (who, action, what) in right}
    for who, what in product(subjects, records):
        found = finds(folder, Kind.SEARCH_ACTION, asked(who, "", what, "record"))
        assert set(found) == {a for a in scenario["actions"] if (who, a, what) in right}


ARCHIVED = {"status": "archived"}
ADMIN = {"role": "admin"}
#: Each rule of the certification document as a question.
RULES = {
    "alice read record-1": asked("alice", "read", "record-1", "record"),
    "alice write record-1": asked("alice", "write", "record-1", "record"),
    "bob read record-1": asked("bob", "read", "record-1", "record"),
    "bob write record-1 (no properties sent)": asked(
        "bob", "write", "record-1", "record"
    ),
    "alice write on resource with properties.status=archived": asked(
        "alice", "write", "record-1", "record", resource_=ARCHIVED
    ),
    "subject with properties.role=admin write on resource with properties.status=archived": asked(
        "eve", "write", "record-7", "record", subject_=ADMIN, resource_=ARCHIVED
    ),
    "alice delete with action.properties.soft=true on record-1": asked(
        "alice", "delete", "record-1", "record", action_={"soft": True}
    ),
    "alice delete with action.properties.soft=false on record-1": asked(
        "alice", "delete", "record-1", "record", action_={"soft": False}
    ),
    "alice read record-2": asked("alice", "read", "record-2", "record"),
}
#: Each search of it, by its number, as a request.
SEARCHES = {
    "S1": (Kind.SEARCH_SUBJECT, asked("", "read", "record-1", "record")),
    "S2": (Kind.SEARCH_RESOURCE, asked("alice", "read", "", "record")),
    "S3": (Kind.SEARCH_ACTION, asked("alice", "", "record-1", "record")),
    "S4": (
        Kind.SEARCH_SUBJECT,
        asked("", "write", "record-2", "record", resource_=ARCHIVED),
    ),
    "S5": (
        Kind.SEARCH_RESOURCE,
        asked("bob", "write", "", "record", subject_=ADMIN),
    ),
    "S6": (
        Kind.SEARCH_ACTION,
        asked("bob", "", "record-2", "record", subject_=ADMIN, resource_=ARCHIVED),
    ),
}


def test_the_certification() -> None:
    scenario, folder = table("certification"), Folder(FOLDER / "certification")
    said = dict(rule.split(" (asked ")[0].split(" -> ") for rule in scenario["rules"])
    assert said.keys() == RULES.keys()
    for rule, question in RULES.items():
        assert decides(folder, question) is (said[rule] == "true"), rule
    for line in scenario["search"]:
        kind, request = SEARCHES[line[:2]]
        least = re.search(r">= \{([^}]*)\}", line)
        assert least, line
        assert set(finds(folder, kind, request)) >= set(least[1].split(",")), line
    assert len(scenario["search"]) == len(SEARCHES)
