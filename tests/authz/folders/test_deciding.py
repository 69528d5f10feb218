"""Which parts of a question reach the model, and what is answered when one is missing."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authz.errors import EvaluationError
from authz.folder import Folder, FolderSource
from authz.folder.feeds import Constant
from authz.folder.unanswered import unanswered as reason
from authz.pdp import Action, Evaluation, Kind, Resource, Subject
from tests.authz.folders.asking import (
    MODEL,
    a_folder,
    a_model,
    answer,
    asked,
    body,
    decides,
)

AGES = a_model(
    "sub, obj, act", "act", "r.act == p.act && r.sub.age >= r.obj.age", roles=""
)
READ = "p, read\n"
ANN = '{"subjects": [{"type": "user", "id": "ann", "properties": {"age": 30}}], "resources": [{"type": "film", "id": "x", "properties": {"age": 18}}]}'
DOMAINS = a_model(
    "sub, dom, obj, act",
    "sub, dom, obj, act",
    "r.sub == p.sub && r.dom == p.dom && r.obj == p.obj && r.act == p.act",
)
IN_ACME = "p, ann, acme, memo, read\n"

QUESTION = Evaluation(Subject("user", ""), Action("read"), Resource("memo", "memo"))


def served(path: Path, **texts: str) -> Folder:
    return Folder(a_folder(path, **texts))


def test_without_a_pdp_toml_tokens_are_fed_by_their_names(tmp_path: Path) -> None:
    folder = served(tmp_path)
    assert decides(folder, asked("ann", "read", "memo"))
    assert not decides(folder, asked("ann", "write", "memo"))
    assert not decides(folder, asked("bob", "read", "memo"))


@pytest.mark.parametrize("token", ["dom", "domain", "tenant", "account"])
def test_a_domain_is_the_contexts_unless_said_otherwise(
    tmp_path: Path, token: str
) -> None:
    model = DOMAINS.replace("dom", token)
    folder = served(tmp_path, model_conf=model, policy_csv=IN_ACME)
    name = "domain" if token == "dom" else token
    assert decides(folder, asked("ann", "read", "memo", **{name: "acme"}))
    assert not decides(folder, asked("ann", "read", "memo", **{name: "other"}))
    reply = answer(folder, Kind.EVALUATION, asked("ann", "read", "memo"))
    assert reply.status == 400
    assert reply.body == f'"send `context.{name}`: this service needs it"'.encode()


def test_a_token_whose_attributes_are_read_is_an_object_by_itself(
    tmp_path: Path,
) -> None:
    folder = served(tmp_path, model_conf=AGES, policy_csv=READ, entities_json=ANN)
    assert decides(folder, asked("ann", "read", "x", "film"))
    by_row = a_model("sub, act", "act, rule", "r.act == p.act && eval(p.rule)", "")
    rows = "p, read, r.sub.age > 18\n"
    folder = served(
        tmp_path / "rows", model_conf=by_row, policy_csv=rows, entities_json=ANN
    )
    assert decides(folder, asked("ann", "read", "x"))


def test_a_property_that_is_declared_as_sent_wins_and_any_other_is_ignored(
    tmp_path: Path,
) -> None:
    wired = '[sent]\nresource = ["age"]\n'
    texts = {"model_conf": AGES, "policy_csv": READ, "entities_json": ANN}
    folder = served(tmp_path, pdp_toml=wired, **texts)
    assert not decides(folder, asked("ann", "read", "x", "film", resource_={"age": 40}))
    assert decides(folder, asked("ann", "read", "y", "film", resource_={"age": 3}))
    assert decides(folder, asked("ann", "read", "x", "film", subject_={"age": 3}))
    for older in ({"age": 99}, {"age": 99, "type": "user"}):
        assert not decides(folder, asked("bob", "read", "x", "film", subject_=older))


def test_type_and_id_of_an_object_are_its_own(tmp_path: Path) -> None:
    matcher = 'r.obj.type == "film" && r.obj.id == p.obj && r.act.name == p.act'
    folder = served(
        tmp_path,
        model_conf=a_model("obj, act", "obj, act", matcher, roles=""),
        policy_csv="p, x, read\n",
    )
    assert decides(folder, asked("ann", "read", "x", "film"))
    other = asked("ann", "read", "y", "book", resource_={"type": "film", "id": "x"})
    assert not decides(folder, other)
    hidden = asked("ann", "write", "x", "film", action_={"name": "read"})
    assert not decides(folder, hidden)


def test_a_property_may_have_the_name_of_a_method_and_others_inside(
    tmp_path: Path,
) -> None:
    matcher = "r.obj.items == p.items && r.obj.size.pages > 3 && p.items in r.obj.tags"
    folder = served(
        tmp_path,
        model_conf=a_model("obj", "items", matcher, roles=""),
        policy_csv="p, few\n",
        pdp_toml='[sent]\nresource = ["items", "size", "tags"]\n',
    )
    book = {"items": "few", "size": {"pages": 4}, "tags": ["few", {"a": 1}]}
    assert decides(folder, asked("ann", "read", "x", resource_=book))
    thin = {**book, "size": {"pages": 2}}
    assert not decides(folder, asked("ann", "read", "x", resource_=thin))


def test_what_is_missing_is_a_400_where_it_is_all_a_token_is_fed_by(
    tmp_path: Path,
) -> None:
    texts = {
        "model_conf": a_model("path", "path", "r.path == p.path", roles=""),
        "policy_csv": "p, /a\n",
    }
    sent = '[sent]\nresource = ["path"]\n'
    fed = '[request]\npath = "resource.properties.path"\n'
    folder = served(tmp_path / "sent", pdp_toml=fed + sent, **texts)
    reply = answer(folder, Kind.EVALUATION, asked("ann", "read", "x"))
    assert (reply.status, reply.body) == (
        400,
        b'"send `resource.properties.path`: this service needs it"',
    )
    stored = served(tmp_path / "stored", pdp_toml=fed, **texts)
    whole = served(
        tmp_path / "whole",
        model_conf=a_model("obj", "path", "r.obj.path == p.path", roles=""),
        policy_csv="p, /a\n",
        pdp_toml=sent,
    )
    for other in (stored, whole):
        found = body(other, Kind.EVALUATION, asked("ann", "read", "x"))
        assert found["context"] == {"code": "not_answered"}


def test_defaults_stand_in_for_what_nobody_says(tmp_path: Path) -> None:
    wired = (
        '[defaults]\n"subject.properties.age" = 18\n"resource.properties.age" = 18\n'
    )
    folder = served(tmp_path, model_conf=AGES, policy_csv=READ, pdp_toml=wired)
    assert decides(folder, asked("bob", "read", "z", "film"))


def test_the_context_is_the_callers_and_may_have_defaults(tmp_path: Path) -> None:
    folder = served(
        tmp_path,
        model_conf=a_model("ctx, hour", "sub", "r.ctx.on && r.hour > 8", roles=""),
        policy_csv="p, any\n",
        pdp_toml='[request]\nctx = "context"\nhour = "context.time.hour"\n[defaults]\n"context.on" = false\n',
    )
    assert decides(folder, asked("ann", "read", "x", on=True, time={"hour": 9}))
    assert not decides(folder, asked("ann", "read", "x", time={"hour": 9}))
    for late in ({}, {"time": 9}, {"time": {"minute": 9}}):
        reply = answer(folder, Kind.EVALUATION, asked("ann", "read", "x", on=1, **late))
        assert (reply.status, reply.body) == (
            400,
            b'"send `context.time.hour`: this service needs it"',
        )


def test_a_stored_property_feeds_a_token(tmp_path: Path) -> None:
    entity = '{"resources": [{"type": "memo", "id": "memo", "properties": {"at": {"firm": "acme"}}}]}'
    wired = '[request]\ndom = "resource.properties.at.firm"\n'
    folder = served(
        tmp_path,
        model_conf=DOMAINS,
        policy_csv=IN_ACME,
        pdp_toml=wired,
        entities_json=entity,
    )
    assert decides(folder, asked("ann", "read", "memo"))
    unknown = body(folder, Kind.EVALUATION, asked("ann", "read", "other"))
    assert unknown == {"decision": False, "context": {"code": "not_answered"}}


def test_a_constant_feeds_a_token(tmp_path: Path) -> None:
    wired = '[request]\ndom = { constant = "acme" }\n'
    folder = served(tmp_path, model_conf=DOMAINS, policy_csv=IN_ACME, pdp_toml=wired)
    assert decides(folder, asked("ann", "read", "memo"))


def test_a_text_is_put_together_of_parts_that_can_not_be_shifted(
    tmp_path: Path,
) -> None:
    folder = served(
        tmp_path,
        policy_csv="p, user::ann!, memo, read\np, a::b::c!, memo, read\n",
        pdp_toml='[request]\nsub = "{subject.type}::{subject.id}!"\n',
    )
    assert decides(folder, asked("ann", "read", "memo"))

    def typed(kind: str, name: str) -> dict[str, object]:
        return {
            **asked(name, "read", "memo"),
            "subject": {"type": kind, "id": name},
        }

    assert decides(folder, typed("a", "b::c"))
    for kind, name in (("a::b", "c"), ("a:", "::b")):
        reply = answer(folder, Kind.EVALUATION, typed(kind, name))
        assert reply.status == 400
        assert reply.body == b'"`subject.type` must not hold `::`"'


def test_types_that_are_not_declared_get_nothing(tmp_path: Path) -> None:
    wired = '[types]\nsubject = ["user"]\nresource = ["memo"]\n'
    folder = served(tmp_path, pdp_toml=wired)
    assert decides(folder, asked("ann", "read", "memo"))
    robot = {**asked("ann", "read", "memo"), "subject": {"type": "robot", "id": "ann"}}
    denied = body(folder, Kind.EVALUATION, robot, delega_explain="1")
    assert denied == {
        "decision": False,
        "context": {
            "code": "no_permission",
            "trace": {"error": "pdp.toml declares other types"},
        },
    }
    stone = body(folder, Kind.EVALUATION, asked("ann", "read", "memo", "stone"))
    assert stone == {"decision": False, "context": {"code": "unknown_resource"}}


def test_what_casbin_can_not_answer_is_refused_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = served(tmp_path, model_conf=AGES, policy_csv=READ, entities_json=ANN)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            found = body(folder, Kind.EVALUATION, asked("bob", "read", "x", "film"))
            assert found == {"decision": False, "context": {"code": "not_answered"}}
    assert len(caplog.records) == 1
    assert "a question had no answer and was refused" in caplog.text


def ignored(records: list[logging.LogRecord]) -> list[str]:
    return [text for r in records if "is ignored" in (text := r.getMessage())]


def test_what_is_sent_in_vain_is_logged_once_with_what_to_write(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    matcher = "r.sub == p.sub && r.obj.path == p.path && r.soft"
    folder = served(
        tmp_path,
        model_conf=a_model("sub, obj, soft", "sub, path", matcher, roles=""),
        policy_csv="p, ann, /a\n",
        pdp_toml='[request]\nsoft = "action.properties.soft.x"\n[sent]\naction = ["soft"]\n',
    )
    sent = {"resource_": {"path": "/a"}, "action_": {"soft": {"x": 1}, "loud": 1}}
    question = asked("ann", "read", "x", subject_={"role": "boss"}, **sent)
    for _ in range(3):
        answers = body(folder, Kind.EVALUATION, question)
        assert answers["context"] == {"code": "not_answered"}
    assert ignored(caplog.records) == [
        "resource.properties.path was sent and is ignored: "
        "declare it under [sent] in pdp.toml, or store it in the entities"
    ]


def test_a_property_of_an_action_that_is_ignored_is_told_apart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    matcher = 'r.act.name == p.act && r.obj == "x"'
    folder = served(
        tmp_path,
        model_conf=a_model("obj, act, env", "act", matcher, roles=""),
        policy_csv="p, read\n",
        pdp_toml='[request]\nobj = "resource.properties.at.firm"\nenv = { constant = "x" }\n',
        entities_json='{"resources": [{"type": "memo", "id": "x", "properties": {"at": {"firm": "x"}}}]}',
    )
    sent = {"action_": {"name": "sign", "soft": 1}, "resource_": {"at": 1, "to": 1}}
    assert decides(folder, asked("ann", "read", "x", **sent))
    assert ignored(caplog.records) == [
        "resource.properties.at was sent and is ignored: "
        "declare it under [sent] in pdp.toml, or store it in the entities",
        "action.properties.soft was sent and is ignored: "
        "declare it under [sent] in pdp.toml",
    ]


def test_a_flood_of_names_that_are_ignored_does_not_fill_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = served(tmp_path, model_conf=AGES, policy_csv=READ, entities_json=ANN)
    for number in range(50):
        names = {f"n{number}\n{'y' * 900}": 1}
        assert decides(folder, asked("ann", "read", "x", "film", subject_=names))
    assert len(caplog.records) == 20
    assert not any("\n" in record.getMessage() for record in caplog.records)
    assert all(len(record.getMessage()) < 400 for record in caplog.records)


class Counted(dict[str, Any]):
    """Properties that count how many of their names were looked at."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        for name in super().__iter__():
            self.looks += 1
            yield name

    def __contains__(self, name: object) -> bool:
        self.looks += 1
        return super().__contains__(name)


def many(count: int = 1000) -> Counted:
    return Counted((f"n{number}", 1) for number in range(count))


def films(path: Path) -> FolderSource:
    folder = served(path, model_conf=AGES, policy_csv=READ, entities_json=ANN)
    return folder.source()


def about(properties: Counted) -> Evaluation:
    subject = Subject("user", "ann", properties)
    return Evaluation(subject, Action("read"), Resource("film", "x"))


def test_of_very_many_names_that_are_ignored_a_few_are_looked_at(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent = many()
    assert films(tmp_path).decide(about(sent)).allowed
    assert 0 < sent.looks <= 21
    assert len(ignored(caplog.records)) == 20


def test_once_enough_names_are_logged_no_more_are_looked_at(tmp_path: Path) -> None:
    source, later = films(tmp_path), many()
    source.decide(about(many()))
    assert source.decide(about(later)).allowed
    assert later.looks == 0


@pytest.mark.parametrize("way", ["a batch", "one by one"])
def test_what_questions_of_one_request_share_is_looked_at_once(
    tmp_path: Path, way: str
) -> None:
    source, shared = films(tmp_path), many(9)
    questions = [about(shared) for _ in range(500)]
    if way == "a batch":
        assert len(list(source.decide_many(questions))) == 500
    else:
        assert all(source.decide(each).allowed for each in questions)
    assert shared.looks == 9


NETWORKS = a_model("sub, ip, n", "ip", "ipMatch(r.ip, p.ip) && r.n.at > 3", roles="")


def unanswered(records: list[logging.LogRecord]) -> list[str]:
    head = "a question had no answer and was refused: "
    messages = (record.getMessage() for record in records)
    return [text.removeprefix(head) for text in messages if text.startswith(head)]


def test_values_that_callers_sent_are_not_logged_and_hide_no_other_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = served(
        tmp_path,
        model_conf=NETWORKS,
        policy_csv="p, 10.0.0.0/8\n",
        pdp_toml='[request]\nip = "context.ip"\nn = "context.n"\n',
    )
    for number in range(50):
        ip = f"SECRET{number}\n{'y' * 900}"
        n = (number, [number], None)[number % 3]
        assert not decides(folder, asked("ann", "read", "x", ip=ip, n=n))
    for n in ({"to": "SECRET"}, {"at": "SECRET"}):
        assert not decides(folder, asked("ann", "read", "x", ip="10.0.0.1", n=n))
    more = "ask with Delega-Explain: 1 for more"
    assert unanswered(caplog.records) == [
        f"ValueError in ipMatch; r.n is int; {more}",
        f"AttributeDoesNotExist in the attribute at; r.n is object; {more}",
        f"TypeError in the matcher; r.n is object; {more}",
    ]
    assert "SECRET" not in caplog.text


def test_what_nobody_says_is_logged_by_its_path(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = served(
        tmp_path,
        model_conf=DOMAINS,
        policy_csv=IN_ACME,
        pdp_toml='[request]\ndom = "resource.properties.firm"\n',
    )
    for name in ("memo", "page"):
        assert not decides(folder, asked("ann", "read", name))
    assert unanswered(caplog.records) == ["nothing says `resource.properties.firm`"]


def test_an_error_without_a_cause_is_one_of_the_matcher() -> None:
    found = reason(EvaluationError(("ann", ["x"]), RuntimeError("SECRET")), ("a", "b"))
    assert found.key == ("NoneType", "the matcher")
    assert "r.b is list" in found.text
    assert "SECRET" not in found.text


def test_an_explanation_names_the_row_its_place_and_the_links(tmp_path: Path) -> None:
    folder = served(tmp_path)
    found = body(
        folder, Kind.EVALUATION, asked("ann", "read", "memo"), delega_explain="1"
    )
    assert found == {
        "decision": True,
        "context": {
            "trace": {
                "row": ["p", "editor", "memo", "read"],
                "place": "policy.csv:1",
                "paths": [[["g", "ann", "editor"]]],
            }
        },
    }
    denied = body(
        folder, Kind.EVALUATION, asked("bob", "read", "memo"), delega_explain="1"
    )
    trace = {"row": None, "place": "", "paths": []}
    assert denied["context"] == {"code": "no_permission", "trace": trace}


def test_an_explanation_of_what_casbin_can_not_answer_says_why(tmp_path: Path) -> None:
    folder = served(tmp_path, model_conf=AGES, policy_csv=READ)
    found = body(
        folder, Kind.EVALUATION, asked("bob", "read", "x", "film"), delega_explain="1"
    )
    assert not found["decision"]
    assert "age" in found["context"]["trace"]["error"]


def test_answers_carry_revision_and_release(tmp_path: Path) -> None:
    folder = served(tmp_path)
    reply = answer(folder, Kind.EVALUATION, asked("ann", "read", "memo"))
    headers = dict(reply.headers)
    version = folder.current()
    assert headers["Delega-Revision"] == str(version.revision)
    assert headers["Delega-Release"] == version.release
    other = a_folder(tmp_path / "same", policy_csv="p, editor, memo, read\n")
    assert Folder(other).current().release != version.release
    again = a_folder(tmp_path / "again", model_conf=MODEL)
    assert Folder(again).current().release == version.release


def test_a_constant_tells_nobodys_name() -> None:
    assert Constant("ann").name_in("ann", "subject", QUESTION) is None
    assert not Constant("ann").carries("subject")
    assert not Constant("ann").hangs_on("subject")
