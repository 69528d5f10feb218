"""The question that is shown first is one that the rows allow, where that can be told."""

from pathlib import Path
from typing import Any

import pytest

from authz.folder import Folder, sample_question
from authz.folder.names import is_pattern, plain
from authz.pdp import Kind
from tests.authz.folders.asking import a_folder, a_model, body, decides, rules_of

DOMAINS = a_model(
    "sub, dom, obj, act",
    "sub, dom, obj, act",
    'g(r.sub, p.sub) && (p.dom == "*" || r.dom == p.dom) && r.obj == p.obj && r.act == p.act',
)

PATTERNS = a_model(
    "sub, dom, obj, act",
    "sub, dom, obj, act",
    "g(r.sub, p.sub, r.dom) && keyMatch2(r.obj, p.obj) && regexMatch(r.act, p.act)",
    "g = _, _, _",
)
PATTERN_ROW = "p, admin, *, /a/:id, ^read$|^write$\n"
TYPE_FED = '[request]\nobj = "resource.type"\n'
CONDITION = "r.sub == p.sub && r.act == p.act && eval(p.rule)"
PATHS = "r.sub == p.sub && r.obj.path == p.path"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, {"subject": {"type": "user", "id": "ann"}, "action": {"name": "read"}}),
        (
            {"policy_csv": "p, bob, memo, sign\n"},
            {"subject": {"type": "user", "id": "bob"}, "action": {"name": "sign"}},
        ),
        (
            {"policy_csv": "p, chief, memo, sign\ng, eve, boss\ng, boss, chief\n"},
            {"subject": {"type": "user", "id": "eve"}},
        ),
        (
            {
                "model_conf": DOMAINS,
                "policy_csv": "p, ann, acme, memo, read\n",
                "pdp_toml": '[types]\nresource = ["page", "note"]\n',
            },
            {"context": {"domain": "acme"}, "resource": {"type": "note", "id": "memo"}},
        ),
        (
            {
                "model_conf": PATTERNS,
                "policy_csv": f"{PATTERN_ROW}g, ann, admin, acme\n",
            },
            {
                "subject": {"type": "user", "id": "ann"},
                "action": {"name": "read"},
                "resource": {"type": "thing", "id": "/a/1"},
                "context": {"domain": "acme"},
            },
        ),
        (  # a name that only looks like a pattern
            {"policy_csv": "p, ann, /a/{id}, read\n"},
            {"resource": {"type": "thing", "id": "/a/{id}"}},
        ),
        (  # names that are known rather than those that are made up
            {
                "model_conf": PATTERNS,
                "policy_csv": f"{PATTERN_ROW}g, ann, admin, acme\n",
                "entities_json": '{"actions": ["sign", "write"], "resources": [{"type": "x", "id": "/b"}, {"type": "y", "id": "/a/7"}]}',
            },
            {
                "action": {"name": "write"},
                "resource": {"type": "y", "id": "/a/7"},
            },
        ),
        (  # a type that a row names
            {
                "policy_csv": "p, ann, memo:7, read\n",
                "pdp_toml": '[request]\nobj = "{resource.type}:{resource.id}"\n[types]\nresource = ["act", "memo"]\n',
            },
            {"resource": {"type": "memo", "id": "7"}},
        ),
        (
            {"policy_csv": "p, ann, page, read\n", "pdp_toml": TYPE_FED},
            {"resource": {"type": "page", "id": "1"}},
        ),
        (  # the first row allows nobody
            {
                "model_conf": a_model(
                    "sub, act", "sub, act, rule", CONDITION, roles=""
                ),
                "policy_csv": "p, ann, read, r.sub == 'bob'\np, cy, read, r.sub == 'cy'\n",
            },
            {"subject": {"type": "user", "id": "cy"}},
        ),
        (  # a property that callers send, of a part that is fed whole
            {
                "model_conf": a_model("sub, obj", "sub, path", PATHS, roles=""),
                "policy_csv": "p, ann, 1\n",
                "pdp_toml": '[sent]\nresource = ["path", "other"]\n',
            },
            {"resource": {"type": "thing", "id": "1", "properties": {"path": "1"}}},
        ),
        (  # a number, where a text has no answer
            {
                "model_conf": a_model(
                    "ctx, age", "act", "r.ctx.age > 18 && r.age < 18", roles=""
                ),
                "policy_csv": "p, read\n",
                "pdp_toml": '[request]\nctx = "context"\nage = "subject.properties.age"\n[defaults]\n"subject.properties.age" = 3\n',
            },
            {"context": {"age": 100}},
        ),
        (
            {
                "model_conf": a_model(
                    "age, ip", "ip", "r.age == 100 && ipMatch(r.ip, p.ip)", roles=""
                ),
                "policy_csv": "p, 10.0.0.0/8\n",
                "pdp_toml": '[request]\nage = "subject.properties.age"\nip = "context.ip"\n[sent]\nsubject = ["age"]\n',
            },
            {"context": {"ip": "10.0.0.0"}},
        ),
        (  # a type that is declared rather than that of the first row
            {
                "model_conf": a_model(
                    "kind, obj", "kind, obj", "r.kind == p.kind && r.obj == p.obj", ""
                ),
                "policy_csv": "p, robot, memo\np, user, memo\n",
                "pdp_toml": '[request]\nkind = "subject.type"\n[types]\nsubject = ["user"]\n',
            },
            {"subject": {"type": "user", "id": "1"}},
        ),
        (  # whoever asks: somebody who stands in links
            {
                "model_conf": DOMAINS.replace("p.sub)", 'p.sub) && r.sub != "1"'),
                "policy_csv": "p, *, acme, memo, read\ng, ann, *\n",
            },
            {"subject": {"type": "user", "id": "ann"}},
        ),
        (  # of many rows the first that allow anybody
            {
                "model_conf": a_model(
                    "sub, act", "sub, act", 'g(r.sub, p.sub) && r.sub != "n0"'
                ),
                "policy_csv": "".join(f"p, n{n}, read\n" for n in range(30)),
            },
            {"subject": {"type": "user", "id": "n1"}},
        ),
        (  # who asks is an object, and whoever holds the role stands in links alone
            {
                "model_conf": a_model(
                    "sub, act", "sub, act", "g(r.sub.id, p.sub) && r.act.name == p.act"
                ),
                "policy_csv": "p, editor, read\ng, ann, editor\n",
            },
            {"subject": {"type": "user", "id": "ann"}},
        ),
        (  # what a stored property says is not sent
            {
                "model_conf": DOMAINS,
                "policy_csv": "p, ann, acme, memo, read\n",
                "pdp_toml": '[request]\ndom = "resource.properties.firm"\n',
                "entities_json": '{"resources": [{"type": "x", "id": "memo", "properties": {"firm": "acme"}}]}',
            },
            {"resource": {"type": "x", "id": "memo"}},
        ),
        (
            {
                "model_conf": DOMAINS,
                "policy_csv": "p, u:ann, acme, memo, read\n",
                "pdp_toml": '[request]\nsub = "u:{subject.id}"\ndom = { constant = "acme" }\n',
            },
            {"subject": {"type": "user", "id": "ann"}},
        ),
    ],
)
def test_a_sample_is_allowed(
    tmp_path: Path, texts: dict[str, str], said: dict[str, Any]
) -> None:
    question = sample_question(rules_of(tmp_path, **texts))
    assert {**question, **said} == question
    assert decides(Folder(a_folder(tmp_path, **texts)), question)


def test_where_nothing_is_found_to_be_allowed_all_that_is_needed_is_named(
    tmp_path: Path,
) -> None:
    wired = """[request]
sub = "u:{subject.id}"
ip = "context.net.ip"
at = "subject.properties.at"
by = "action.name"
act = "a:{action.name}"
[sent]
resource = ["path"]
subject = ["at"]
[defaults]
"subject.properties.at" = "home"
"""
    tokens = "sub, dom, obj, act, ip, at, by"
    matcher = "r.sub == p.sub && r.obj.path == p.obj && r.by == r.act && r.ip == r.at"
    question = sample_question(
        rules_of(
            tmp_path,
            model_conf=a_model(tokens, "sub, dom, obj, act", matcher, roles=""),
            policy_csv="p, ann, *, /a/*, ^read$|^write$\n",
            pdp_toml=wired,
        )
    )
    assert question == {
        "subject": {"type": "user", "id": "1", "properties": {"at": "1"}},
        "action": {"name": "read"},
        "resource": {"type": "thing", "id": "1", "properties": {"path": "1"}},
        "context": {"domain": "1", "net": {"ip": "1"}},
    }


INSIDE = {
    "context": ('sub = "context.user"', 'dom = "context.user.tenant"', ""),
    "properties": (
        'sub = "subject.properties.x"',
        'dom = "subject.properties.x.y"',
        '[sent]\nsubject = ["x"]\n',
    ),
}


@pytest.mark.parametrize("is_turned", [False, True], ids=["outer first", "inner first"])
@pytest.mark.parametrize("where", INSIDE)
def test_where_one_token_stands_inside_another_the_inner_is_said(
    tmp_path: Path, where: str, *, is_turned: bool
) -> None:
    outer, inner, sent = INSIDE[where]
    texts = {
        "model_conf": a_model(
            "dom, sub" if is_turned else "sub, dom",
            "dom, obj",
            "r.sub.name == p.obj && r.dom == p.dom",
            roles="",
        ),
        "policy_csv": "p, acme, d\n",
        "pdp_toml": f"[request]\n{outer}\n{inner}\n{sent}",
    }
    question = sample_question(rules_of(tmp_path, **texts))
    said = {"user": {"tenant": "acme"}}
    if where == "context":
        assert question["context"] == said
    else:
        assert question["subject"]["properties"] == {"x": {"y": "acme"}}
    # nothing that is needed lacks: a 400 would say so
    body(Folder(a_folder(tmp_path, **texts)), Kind.EVALUATION, question)


def test_entities_of_types_that_are_not_declared_are_not_asked_about(
    tmp_path: Path,
) -> None:
    texts = {
        "model_conf": a_model("act", "act", "r.act == p.act", roles=""),
        "policy_csv": "p, read\n",
        "pdp_toml": '[types]\nsubject = ["user"]\nresource = ["memo"]\n',
        "entities_json": '{"subjects": [{"type": "robot", "id": "r2"}], "resources": [{"type": "stone", "id": "1"}, {"type": "memo", "id": "2"}]}',
    }
    question = sample_question(rules_of(tmp_path, **texts))
    assert question["subject"] == {"type": "user", "id": "1"}
    assert question["resource"] == {"type": "memo", "id": "2"}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("^read$|^write$", "read"),
        ("(GET)|(POST)", "GET"),
        ("^(read|write)$", "read"),
        ("/a/:id", "/a/1"),
        ("/a/{id}/b", "/a/1/b"),
        ("/a/*", "/a/1"),
        (r"^/a/[0-9]+/\d+$", "/a/1/1"),
        (".*", "1"),
        ("^$", "1"),
        ("10.0.0.0/8", "10.0.0.0"),
        ("fe80::/10", "fe80::"),
    ],
)
def test_a_pattern_is_shown_as_a_name_without_marks(pattern: str, name: str) -> None:
    assert plain(pattern) == name
    assert is_pattern(pattern)
    assert not is_pattern(name)


@pytest.mark.parametrize("name", ["user:ann", "memo", "/invoices/2026/7", "a@b.it"])
def test_a_name_is_no_pattern(name: str) -> None:
    assert not is_pattern(name)


def test_links_that_lead_round_through_domains_are_walked_to_an_end(
    tmp_path: Path,
) -> None:
    matcher = "g(r.sub, p.sub, r.dom) && r.act == p.act"
    texts = {
        "model_conf": a_model("sub, dom, act", "sub, act", matcher, "g = _, _, _"),
        "policy_csv": "p, ann, read\ng, ann, bob, x\ng, bob, ann, y\n",
    }
    question = sample_question(rules_of(tmp_path, **texts))
    assert question["subject"]["id"] in ("ann", "bob")
