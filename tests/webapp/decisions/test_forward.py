"""A proxy asks whether a request may go on: 200, or no 2xx at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response, g

from authz import AuthzError, NotReadyError, State
from authz.pdp.forward import METHODS, MappingError
from tests.authz.pdp.forward import shapes
from tests.builders import Company, a_company, a_user
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import a_key
from tests.webapp.decisions.proxies import (
    MAPPING,
    asking_app,
    by_envoy,
    by_nginx,
    by_traefik,
)
from webapp import create_app
from webapp.decisions.forward import finish
from webapp.decisions.service import decisions

EVERY_PROXY = pytest.mark.parametrize("ask", [by_nginx, by_traefik, by_envoy])


@pytest.fixture
def asked(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    with asking_app(app, tmp_path) as other:
        yield other


@pytest.fixture
def anna(app: Flask, company: Company) -> str:
    return a_user(app, company, "invoicing.read")[0]


@pytest.fixture
def key(app: Flask, company: Company) -> str:
    return a_key(app, company.id)


def seen(answer) -> tuple[int, str | None]:
    """Status and reason; there is never a body."""
    assert answer.data == b""
    assert "Content-Type" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.headers.get("Delega-Reason")


@EVERY_PROXY
def test_what_the_enforcer_allows_goes_on(asked, company, anna, key, ask) -> None:
    answer = ask(asked, key, anna, "GET", f"/a/{company.id}/drafts/7?x=1")
    assert seen(answer) == (200, None)
    assert int(answer.headers["Delega-Revision"]) > 0
    assert answer.headers["Delega-Release"]
    assert answer.headers["X-Request-ID"]
    assert "Set-Cookie" not in answer.headers


@EVERY_PROXY
def test_what_it_refuses_is_a_403_with_its_reason(
    asked, company, anna, key, ask
) -> None:
    answer = ask(asked, key, anna, "POST", f"/a/{company.id}/drafts/7/send")
    assert seen(answer) == (403, "no_permission")
    assert int(answer.headers["Delega-Revision"]) > 0


@EVERY_PROXY
def test_every_method_is_asked_about_and_none_answered_for_us(
    asked, company, anna, key, ask
) -> None:
    for method in METHODS:
        answer = ask(asked, key, anna, method, f"/a/{company.id}/drafts/7")
        allowed = method in ("GET", "HEAD")
        assert seen(answer) == ((200, None) if allowed else (403, "no_rule")), method


@EVERY_PROXY
def test_options_is_a_method_like_any_other(asked, company, anna, key, ask) -> None:
    target = f"/a/{company.id}/drafts"
    assert seen(ask(asked, key, anna, "OPTIONS", target)) == (200, None)
    assert seen(ask(asked, key, "u_nobody", "OPTIONS", target))[0] == 403


@EVERY_PROXY
def test_what_fits_no_rule_is_refused(asked, company, anna, key, ask) -> None:
    for target in ("/", "/metrics", f"/A/{company.id}/drafts/7", "/a/a_x/drafts/7"):
        assert seen(ask(asked, key, anna, "GET", target)) == (403, "no_rule")


@EVERY_PROXY
def test_nobody_is_asked_to_sign_in(asked, company, key, ask) -> None:
    answer = ask(asked, key, "", "GET", f"/a/{company.id}/drafts/7")
    assert seen(answer) == (401, "no_subject")


@EVERY_PROXY
def test_a_path_that_could_be_read_in_two_ways_is_refused(
    asked, company, anna, key, ask
) -> None:
    path = f"/a/{company.id}/drafts/7"
    for shape in shapes.PATHS:
        status, _ = seen(ask(asked, key, anna, "GET", shapes.spelt(shape, path, path)))
        assert status in ((403,) if ask is by_nginx else (400, 403, 404)), shape


def test_nginx_gets_a_403_where_the_others_get_a_400(asked, company, anna, key) -> None:
    target = f"//a/{company.id}/drafts/7"
    for ask, status in ((by_nginx, 403), (by_traefik, 400), (by_envoy, 400)):
        assert seen(ask(asked, key, anna, "GET", target)) == (status, "bad_path")


def test_without_a_live_key_of_the_scope_nobody_is_answered(
    asked, company, anna
) -> None:
    target = f"/a/{company.id}/drafts/7"
    searching = a_key(asked, company.id, scopes=("search",))
    assert seen(by_nginx(asked, "", anna, "GET", target)) == (401, "no_key")
    assert seen(by_envoy(asked, "x", anna, "GET", target)) == (401, "no_key")
    assert seen(by_envoy(asked, searching, anna, "GET", target)) == (403, "no_scope")


def test_a_key_of_one_company_learns_nothing_of_another(asked, anna, key) -> None:
    other = a_company(asked)
    for account in (other.id, "a_" + "q" * 26):
        answer = by_nginx(asked, key, anna, "GET", f"/a/{account}/drafts/7")
        assert seen(answer) == (403, "not_this_account")


def test_a_suspended_user_is_refused_as_such(asked, company, key) -> None:
    user, _ = a_user(asked, company, "invoicing.read", state=State.SUSPENDED)
    answer = by_nginx(asked, key, user, "GET", f"/a/{company.id}/drafts/7")
    assert seen(answer)[0] == 403


def test_a_subject_that_is_no_name_is_refused_before_it_is_looked_up(
    asked, company, anna, key
) -> None:
    for name in (f"{anna},{anna}", "role.owner", "*"):
        answer = by_traefik(asked, key, name, "GET", f"/a/{company.id}/drafts/7")
        assert seen(answer) == (400, "bad_subject")


def test_the_proxy_may_name_the_user_by_user_name(app, company, key, tmp_path) -> None:
    user, name = a_user(app, company, "invoicing.read")
    target = f"/a/{company.id}/drafts/7"
    with asking_app(app, tmp_path, "user_name") as asked:
        assert seen(by_nginx(asked, key, name.upper(), "GET", target)) == (200, None)
        answer = by_nginx(asked, key, user, "GET", target)
        assert seen(answer) == (403, "not_a_member")


def test_a_header_that_asks_for_another_method_is_refused(
    asked, company, anna, key
) -> None:
    target = f"/a/{company.id}/drafts/7"
    for header in shapes.OVERRIDES:
        more = {header.replace("-", "_"): "DELETE"}
        answer = by_nginx(asked, key, anna, "GET", target, **more)
        assert seen(answer) == (403, "bad_method")


def test_envoys_prefix_is_spelt_in_one_way(asked, company, anna, key) -> None:
    headers = {"Authorization": f"Bearer {key}", "X-Delega-Subject": anna}
    path = f"/forward/envoy/a/{company.id}/drafts/7"
    for raw in (path.replace("y/", "%79/", 1), f"/{path}", f"http://x{path}", ""):
        answer = asked.test_client().get(
            path, headers=headers, environ_overrides={"RAW_URI": raw}
        )
        assert seen(answer) == (400, "bad_path")


def test_without_a_mapping_everything_is_refused(app, company, anna, key) -> None:
    answer = by_nginx(app, key, anna, "GET", f"/a/{company.id}/drafts/7")
    assert seen(answer) == (403, "no_mapping")


def test_a_store_out_of_reach_is_a_503(asked, company, anna, key, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise NotReadyError("gone")

    monkeypatch.setattr(decisions(asked).panel.enforcer, "decide", broken)
    answer = by_nginx(asked, key, anna, "GET", f"/a/{company.id}/drafts/7")
    assert seen(answer) == (503, "not_ready")


def test_whatever_breaks_allows_nothing(asked, company, anna, key, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise AuthzError("broken")

    monkeypatch.setattr(decisions(asked).panel.enforcer, "decide", broken)
    answer = by_nginx(asked, key, anna, "GET", f"/a/{company.id}/drafts/7")
    assert seen(answer) == (500, "not_answered")


@pytest.mark.parametrize("status", [200, 204, 301, 308])
def test_an_answer_that_nobody_decided_is_turned_into_a_refusal(
    asked: Flask, status: int
) -> None:
    with asked.test_request_context("/forward/nginx"):
        assert finish(Response("x", status=status)).status_code == 403
        g.forward_allowed = True
        assert finish(Response("x", status=200)).status_code == 200


def test_decisions_are_counted_and_logged(
    app: Flask, company: Company, anna: str, key: str, tmp_path: Path
) -> None:
    file = tmp_path / "decisions.log"
    app.config["DELEGA"] = replace(app.config["DELEGA"], decision_log=str(file))
    with asking_app(app, tmp_path) as asked:
        by_nginx(asked, key, anna, "GET", f"/a/{company.id}/drafts/7")
        by_nginx(asked, key, anna, "GET", "/nowhere")
        made = decisions(asked)
        assert made.counts.shown() == {
            "page": {"requests": 0, "decisions": 0},
            "lane": {"requests": 0, "decisions": 0},
            "forward": {"requests": 1, "decisions": 1},
        }
        made.log.flush()
    (line,) = map(json.loads, file.read_text().splitlines())
    assert (line["subject"], line["resource"], line["action"]) == (
        anna,
        "draft",
        "view",
    )
    assert (line["account"], line["code"]) == (company.id, "granted")
    assert (line["door"], line["caller"]) == ("forward", f"k_{key.split('_')[2]}")


def test_an_application_with_a_wrong_mapping_does_not_start(
    app: Flask, tmp_path: Path
) -> None:
    with pytest.raises(MappingError), asking_app(app, tmp_path, "email"):
        pass
    wrong = MAPPING.replace("draft.view", "draft.fly")
    (tmp_path / "wrong.toml").write_text(wrong.format(subject="user"))
    settings = settings_in(tmp_path, forward_map=tmp_path / "wrong.toml")
    with pytest.raises(MappingError, match="unknown action"):
        create_app(settings)


def test_before_the_first_release_actions_are_not_looked_up(tmp_path: Path) -> None:
    file = tmp_path / "forward.toml"
    file.write_text(MAPPING.format(subject="user"))
    close(create_app(settings_in(tmp_path, forward_map=file)))
