"""A search finds what evaluation allows: by hand, and over random folders."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authz.engine import write_policy_csv
from authz.errors import PolicyError
from authz.folder import Folder, Rules
from authz.folder.files import Files, Look
from authz.folder.rules import read_rules
from authz.folder.source import FolderSource
from authz.folder.version import Version
from authz.pdp import Kind, Service
from tests.authz.engine.fuzz.budget import SEED, cases
from tests.authz.engine.fuzz.case import Case
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.folders.asking import (
    JSON,
    Caller,
    a_folder,
    a_model,
    asked,
    decides,
    finds,
)

GROUPS = """p, editor, memos, read
p, ann, memo2, write
p, boss, memos, sign
g, ann, editor
g, bob, boss
g, boss, editor
g2, memo1, memos
g2, memo2, memos
"""
GROUPED = a_model(
    "sub, obj, act",
    "sub, obj, act",
    "g(r.sub, p.sub) && g2(r.obj, p.obj) && r.act == p.act",
    "g = _, _\ng2 = _, _",
)
ROUTES = a_model(
    "sub, obj, act",
    "sub, obj, act",
    'r.sub == p.sub && keyMatch2(r.obj, p.obj) && (p.act == "*" || r.act == p.act)',
    roles="",
)


def served(path: Path, **texts: str) -> Folder:
    return Folder(a_folder(path, **texts))


def test_roles_of_roles_are_walked_and_roles_are_nobody(tmp_path: Path) -> None:
    folder = served(tmp_path, model_conf=GROUPED, policy_csv=GROUPS)
    people = finds(folder, Kind.SEARCH_SUBJECT, asked("", "read", "memo1"))
    assert people == ["ann", "bob"]
    assert finds(folder, Kind.SEARCH_RESOURCE, asked("bob", "sign", "")) == [
        "memo1",
        "memo2",
    ]
    assert finds(folder, Kind.SEARCH_ACTION, asked("ann", "", "memo2")) == [
        "read",
        "write",
    ]
    for nobody in (asked("", "burn", "memo1"), asked("", "read", "memo9")):
        assert finds(folder, Kind.SEARCH_SUBJECT, nobody) == []


def test_a_role_that_the_entity_file_lists_is_somebody(tmp_path: Path) -> None:
    listed = '{"subjects": [{"type": "user", "id": "boss"}]}'
    folder = served(
        tmp_path, model_conf=GROUPED, policy_csv=GROUPS, entities_json=listed
    )
    assert finds(folder, Kind.SEARCH_SUBJECT, asked("", "read", "memo1")) == [
        "ann",
        "bob",
        "boss",
    ]


def test_what_a_pattern_leaves_open_is_asked_of_each_entity(tmp_path: Path) -> None:
    known = [{"type": "route", "id": f"/a/{n}"} for n in range(3)]
    known += [{"type": "route", "id": "/b/1"}, {"type": "page", "id": "/a/9"}]
    texts = {
        "model_conf": ROUTES,
        "policy_csv": "p, ann, /a/:id, read\np, ann, /c, *\n",
    }
    folder = served(
        tmp_path,
        entities_json=json.dumps({"resources": known, "actions": ["read", "x"]}),
        **texts,
    )
    routes = asked("ann", "read", "", "route")
    found = finds(folder, Kind.SEARCH_RESOURCE, routes)
    assert found == ["/a/0", "/a/1", "/a/2"]
    assert finds(folder, Kind.SEARCH_ACTION, asked("ann", "", "/c")) == ["read", "x"]
    bare = served(tmp_path / "bare", **texts)
    assert finds(bare, Kind.SEARCH_RESOURCE, routes) == []


def test_where_the_id_takes_no_part_all_entities_of_the_type_are_found(
    tmp_path: Path,
) -> None:
    wired = '[request]\nobj = "resource.type"\n'
    listed = json.dumps({"resources": [{"type": "memo", "id": n} for n in "ab"]})
    folder = served(tmp_path, pdp_toml=wired, entities_json=listed)
    assert finds(folder, Kind.SEARCH_RESOURCE, asked("ann", "read", "")) == ["a", "b"]
    assert finds(folder, Kind.SEARCH_RESOURCE, asked("ann", "read", "", "x")) == []


@pytest.mark.parametrize(
    ("template", "prefix", "suffix"),
    [
        ("{subject.type}:{subject.id}", "user:", ""),
        ("u/{subject.id}", "u/", ""),
        ("{subject.id}@{subject.type}.example", "", "@user.example"),
        ("{resource.type}/{subject.id}/{action.name}", "memo/", "/read"),
    ],
)
def test_names_are_taken_out_of_the_text_they_stand_in(
    tmp_path: Path, template: str, prefix: str, suffix: str
) -> None:
    rows = [f"g, {prefix}{name}{suffix}, editor" for name in ("ann", "bob")]
    rows += ["g, other, editor", f"g, {prefix}{suffix}x, editor", "g, x, editor"]
    folder = served(
        tmp_path,
        policy_csv="p, editor, memo, read\n" + "\n".join(dict.fromkeys(rows)) + "\n",
        pdp_toml=f'[request]\nsub = "{template}"\n',
    )
    found = finds(folder, Kind.SEARCH_SUBJECT, asked("", "read", "memo"))
    assert {"ann", "bob"} <= set(found)
    assert "other" not in found
    assert all(decides_as(folder, asked(name, "read", "memo")) for name in found)


def decides_as(folder: Folder, request: Any) -> bool:
    question = json.dumps(request).encode()
    service = Service([b"k" * 32])
    reply = service.answer(Caller(), folder.source(), Kind.EVALUATION, JSON, question)
    return reply.body == b'{"decision":true}'


def test_a_missing_part_is_told_and_an_unknown_one_finds_nothing(
    tmp_path: Path,
) -> None:
    model = a_model("sub, dom", "sub, dom", "r.sub == p.sub && r.dom == p.dom", "")
    folder = served(tmp_path, model_conf=model, policy_csv="p, ann, acme\n")
    service = Service([b"k" * 32])
    request = json.dumps(asked("", "read", "x")).encode()
    reply = service.answer(
        Caller(), folder.source(), Kind.SEARCH_SUBJECT, JSON, request
    )
    assert (reply.status, b"context.domain" in reply.body) == (400, True)
    stored = served(
        tmp_path / "stored",
        model_conf=model,
        policy_csv="p, ann, acme\n",
        pdp_toml='[request]\ndom = "resource.properties.firm"\n',
    )
    assert finds(stored, Kind.SEARCH_SUBJECT, asked("", "read", "x")) == []


def test_a_value_that_can_not_be_looked_up_hides_nobody(tmp_path: Path) -> None:
    matcher = '(p.who == "any" || r.obj.owners == r.sub) && r.act == p.act'
    folder = served(
        tmp_path,
        model_conf=a_model("sub, obj, act", "who, act", matcher, roles=""),
        policy_csv="p, own, read\np, own, write\np, any, write\n",
        pdp_toml='[sent]\nresource = ["owners"]\n',
        entities_json='{"subjects": [{"type": "user", "id": "ann"}]}',
    )
    several = {"resource_": {"owners": ["ann"]}}
    for action, found in (("read", []), ("write", ["ann"])):
        request = asked("", action, "x", **several)
        assert finds(folder, Kind.SEARCH_SUBJECT, request) == found
    one = asked("", "read", "x", resource_={"owners": "ann"})
    assert finds(folder, Kind.SEARCH_SUBJECT, one) == ["ann"]


ODD = [["ann"], ["ann", "cy"], [], {"a": 1}, [["x"]], [{"a": []}], None, 3, True]
READING = [
    "(p.who == r.sub || r.obj.owners == r.sub) && r.act == p.act",
    "(r.obj.owners == r.sub || p.who == r.sub) && r.act == p.act",
    "(r.sub == p.who || r.sub in r.obj.owners) && r.act == p.act",
    "r.sub in (p.who, r.obj.owners) && r.act == p.act",
    "(g(r.sub, p.who) || g(r.sub, r.obj.owners)) && r.act == p.act",
    "(p.who == r.sub || keyMatch(r.sub, r.obj.owners)) && r.act == p.act",
    "(p.who == r.sub || regexMatch(r.obj.owners, r.sub)) && r.act == p.act",
    "p.who == r.sub && r.obj.owners != r.sub && r.act == p.act",
    "(p.who == r.sub || r.obj.owners < r.sub) && r.act == p.act",
    "r.act == p.act && (r.obj.owners.a == r.sub || p.who == r.sub)",
]


@pytest.mark.parametrize("owners", ODD, ids=json.dumps)
@pytest.mark.parametrize("matcher", READING)
def test_a_property_of_any_kind_is_searched_as_it_is_asked(
    tmp_path: Path, matcher: str, owners: object
) -> None:
    names = ("ann", "bob", "cy", "dan")
    texts = {
        "model_conf": a_model("sub, obj, act", "who, act", matcher),
        "policy_csv": "p, cy, read\np, crew, read\np, ann, write\ng, dan, crew\n",
        "pdp_toml": '[sent]\nresource = ["owners"]\n',
    }

    def listing(*listed: str) -> Folder:
        known = {"subjects": [{"type": "user", "id": name} for name in listed]}
        path = tmp_path / str(len(listed))
        return served(path, entities_json=json.dumps(known), **texts)

    every, some = listing(*names), listing(*names[:2])

    def may(name: str, action: str, owners: object) -> bool:
        return decides(some, asked(name, action, "x", resource_={"owners": owners}))

    for action in ("read", "write", "burn"):
        request = asked("", action, "x", resource_={"owners": owners})
        allowed = {name for name in names if may(name, action, owners)}
        assert set(finds(every, Kind.SEARCH_SUBJECT, request)) == allowed
        # who stands in rows alone is found by what they say of him, not by attributes
        by_rows = {name for name in allowed if may(name, action, "nobody")}
        found = set(finds(some, Kind.SEARCH_SUBJECT, request))
        assert by_rows | allowed.intersection(names[:2]) <= found <= allowed


def test_a_page_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    rows = "".join(f"g, u{number:02}, editor\n" for number in range(25))
    folder = served(tmp_path, policy_csv="p, editor, memo, read\n" + rows)
    found: list[str] = []
    page: dict[str, Any] = {"limit": 10}
    while page.get("token") != "":
        request = {**asked("", "read", "memo"), "page": page}
        answer = json.loads(searched(folder, request))
        found += [each["id"] for each in answer["results"]]
        page = {"token": answer["page"]["next_token"]}
    assert found == [f"u{number:02}" for number in range(25)]


def searched(folder: Folder, request: Any) -> bytes:
    service = Service([b"k" * 32])
    question = json.dumps(request).encode()
    return service.answer(
        Caller(), folder.source(), Kind.SEARCH_SUBJECT, JSON, question
    ).body


MANY = cases(ci=1000, desk=300)
PARTS = (
    ("subject", "sub", Kind.SEARCH_SUBJECT),
    ("resource", "obj", Kind.SEARCH_RESOURCE),
    ("action", "act", Kind.SEARCH_ACTION),
)
#: Ages and owners, so that conditions on attributes hold for some.
AGES = (17, 18, 20, 30)


def random_rules(case: Case, *, listed: bool) -> Rules:
    """The case as a folder; all names that stand in its rows are entities, or none."""
    shape = case.shape
    names = sorted({value for row in case.rows for value in row.values})
    owned = [
        {"name": name, "age": AGES[place % 4], "owner": names[place // 2]}
        for place, name in enumerate(names)
    ]
    known = [
        {"id": name, "properties": has} for name, has in zip(names, owned, strict=True)
    ]
    entities: dict[str, Any] = {
        "subjects": [{"type": "user", **each} for each in known],
        "resources": [{"type": "memo", **each} for each in known],
        "actions": names,
    }
    extra = [name for name in shape.request if name in ("path", "ip", "level")]
    wired = "".join(f'{name} = "context.{name}"\n' for name in extra)
    texts = {
        "model.conf": shape.text,
        "policy.csv": write_policy_csv(case.rows),
        "entities.json": json.dumps(entities if listed else {}),
        "pdp.toml": f"[request]\n{wired}",
    }
    data = {name: text.encode() for name, text in texts.items()}
    return read_rules(Files(Look((), 0, 1), data))


def random_questions(case: Case) -> Iterator[Any]:
    for request in case.requests:
        if len(request) != len(case.shape.request):
            continue
        values = dict(zip(case.shape.request, request, strict=True))
        texts = {n: v if isinstance(v, str) else "x" for n, v in values.items()}
        context = {n: texts[n] for n in ("path", "ip", "level") if n in texts}
        if "dom" in texts:
            context["domain"] = texts["dom"]
        names = (texts.get(name, "x") for name in ("sub", "act", "obj"))
        yield asked(*names, **context)


def test_over_random_folders_a_search_equals_asking_one_by_one() -> None:
    service, asking, found_some, allowed = Service([b"k" * 32]), 0, 0, 0
    for number in range(MANY):
        case = a_case(f"folder {SEED}", number)
        try:
            rules = [random_rules(case, listed=listed) for listed in (True, False)]
        except PolicyError:
            continue  # the gate's, as it should be
        names = sorted({value for row in case.rows for value in row.values})
        for request in list(random_questions(case))[:3]:
            for part, token, kind in PARTS:
                if token not in case.shape.request:
                    continue
                asking += 1
                word = "name" if part == "action" else "id"
                every, some = (
                    set(results(service, each, kind, request)) for each in rules
                )
                for name in {*names, *every, *some}:
                    one = {**request, part: {**request[part], word: name}}
                    answers = [allows(service, each, one) for each in rules]
                    allowed += answers[0]
                    assert (name in every) is answers[0], (case, part, one)
                    assert name not in some or answers[1], (case, part, one)
                assert some.isdisjoint(rules[1].roles), (case, part, request)
                found_some += bool(some)
    assert min(asking, found_some, allowed) > MANY / 10


def source(rules: Rules) -> FolderSource:
    version = Version(rules, 1, "r")
    return FolderSource(lambda: version, lambda revision: version)


def results(service: Service, rules: Rules, kind: Kind, request: Any) -> list[str]:
    body = json.dumps(request).encode()
    reply = service.answer(Caller(), source(rules), kind, JSON, body)
    assert reply.status == 200, reply
    return [e.get("id", e.get("name")) for e in json.loads(reply.body)["results"]]


def allows(service: Service, rules: Rules, request: Any) -> bool:
    body = json.dumps(request).encode()
    reply = service.answer(Caller(), source(rules), Kind.EVALUATION, JSON, body)
    assert reply.status == 200, reply
    return bool(json.loads(reply.body)["decision"])
