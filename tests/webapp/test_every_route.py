"""Every route, whatever it is, stands behind its declaration.

The list of routes in routes.txt is part of the contract: a route that goes, moves or
asks for something else changes that file, in a diff that a reviewer sees.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule

from authz import State
from authz.policy import Release, default_folder, read_folder
from tests.builders import Company, a_company, a_user, signed_in
from tests.webapp.operator.world import NAME, an_operator
from webapp import guard

ROUTES = Path(__file__).with_name("routes.txt")
RELEASE = read_folder(default_folder())
EVERYTHING = tuple(RELEASE.permissions)


@pytest.fixture
def open_app(app: Flask) -> Flask:
    """Without CSRF, so that the guard alone stands there."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def rules(app: Flask) -> Iterator[tuple[Rule, guard.Declaration]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        declaration = guard.declaration_of(app.view_functions[rule.endpoint])
        assert declaration is not None
        yield rule, declaration


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def address(rule: Rule, account: str) -> str:
    path = rule.rule.replace("<account>", account)
    path = re.sub(r"<int:\w+>", "1", path)
    return re.sub(r"<(?:\w+:)?\w+>", "x", path)


def asks(app: Flask, kind: str) -> list[tuple[str, str, guard.Declaration]]:
    """(method, rule, declaration) of every route of that kind."""
    return [
        (method, rule, declaration)  # type: ignore[misc]
        for rule, declaration in rules(app)
        if declaration.kind == kind
        for method in methods(rule)
    ]


def test_the_list_of_routes_is_the_agreed_one(app: Flask) -> None:
    lines = [
        " ".join(
            part
            for part in (
                ",".join(methods(rule)),
                rule.rule,
                declaration.kind,
                declaration.action or declaration.scope,
            )
            if part
        )
        for rule, declaration in rules(app)
    ]
    assert lines == ROUTES.read_text(encoding="utf-8").splitlines()


def test_every_account_page_lives_under_its_account(app: Flask) -> None:
    for rule, declaration in rules(app):
        if declaration.kind == "requires":
            assert rule.rule.startswith("/a/<account>/"), rule.rule


def test_an_anonymous_visitor_gets_nowhere(open_app: Flask) -> None:
    company = a_company(open_app)
    client = open_app.test_client()
    for kind in ("requires", "signed_in", "operator"):
        for method, rule, _declaration in asks(open_app, kind):
            answer = client.open(address(rule, company.id), method=method)  # type: ignore[arg-type]
            expected = 302 if method == "GET" else 401
            assert answer.status_code == expected, (method, rule)
            assert answer.headers.get("Location", "/sign-in") == "/sign-in"


def test_services_without_a_key_get_nowhere(open_app: Flask) -> None:
    client = open_app.test_client()
    for method, rule, _declaration in asks(open_app, "credential"):
        answer = client.open(address(rule, "a_x"), method=method, json={})  # type: ignore[arg-type]
        assert answer.status_code == 401, rule


def test_whoever_does_not_sign_what_it_sends_gets_nowhere(open_app: Flask) -> None:
    client = open_app.test_client()
    routes = asks(open_app, "webhook")
    assert routes
    for secrets, status in (((), 404), (("w" * 32,), 401)):
        settings = open_app.config["DELEGA"]
        open_app.config["DELEGA"] = replace(settings, payment_secrets=secrets)
        for method, rule, _declaration in routes:
            answer = client.open(address(rule, "a_x"), method=method, json={})  # type: ignore[arg-type]
            assert answer.status_code == status, rule


def test_the_operators_pages_exist_for_no_company(open_app: Flask) -> None:
    company = a_company(open_app)
    everything = a_user(open_app, company, *EVERYTHING)[1]
    routes = asks(open_app, "operator")
    assert routes
    for name in (company.owner_name, everything):
        client = signed_in(open_app, name)
        for method, rule, _declaration in routes:
            answer = client.open(address(rule, company.id), method=method)  # type: ignore[arg-type]
            assert answer.status_code == 404, (method, rule)


def test_no_companys_page_exists_for_an_operator(open_app: Flask) -> None:
    company = a_company(open_app)
    an_operator(open_app)
    client = signed_in(open_app, NAME)
    for kind in ("requires", "signed_in"):
        for method, rule, _declaration in asks(open_app, kind):
            if "<account>" in rule.rule:  # type: ignore[attr-defined]
                answer = client.open(address(rule, company.id), method=method)  # type: ignore[arg-type]
                assert answer.status_code == 404, (method, rule)


def test_another_companys_address_does_not_exist(open_app: Flask) -> None:
    company, other = a_company(open_app), a_company(open_app)
    client = signed_in(open_app, other.owner_name)
    for kind in ("requires", "signed_in"):
        for method, rule, _declaration in asks(open_app, kind):
            if "<account>" in rule.rule:  # type: ignore[attr-defined]
                answer = client.open(address(rule, company.id), method=method)  # type: ignore[arg-type]
                assert answer.status_code == 404, (method, rule)


def test_an_account_that_never_was_does_not_exist_either(open_app: Flask) -> None:
    client = signed_in(open_app, a_company(open_app).owner_name)
    for kind in ("requires", "signed_in"):
        for method, rule, _declaration in asks(open_app, kind):
            if "<account>" in rule.rule:  # type: ignore[attr-defined]
                answer = client.open(address(rule, "a_nothing"), method=method)  # type: ignore[arg-type]
                assert answer.status_code == 404, (method, rule)


def without(action: str) -> tuple[str, ...] | None:
    """A legal set that lacks what the action needs; None when everybody has it."""
    grant = RELEASE.grant_for(RELEASE.catalogue.named(action))
    if "owner" in grant.needs:
        return EVERYTHING
    needed = next((n for n in grant.needs if n in RELEASE.permissions), None)
    if needed is None:
        return None
    rest = [name for name in EVERYTHING if name != needed]
    return tuple(RELEASE.permissions.largest_legal(rest))


def exactly(action: str) -> tuple[str, ...] | None:
    """The smallest legal set that allows the action; None: the owner alone."""
    grant = RELEASE.grant_for(RELEASE.catalogue.named(action))
    if "owner" in grant.needs:
        return None
    names = {name for name in grant.needs if name in RELEASE.permissions}
    while missing := RELEASE.permissions.missing(names):
        names |= {need for needs in missing.values() for need in needs}
    return tuple(sorted(names))


def test_a_user_who_lacks_the_permission_is_refused_by_name(open_app: Flask) -> None:
    company = a_company(open_app, seats=99)
    clients: dict[tuple[str, ...], object] = {}
    for method, rule, declaration in asks(open_app, "requires"):
        held = without(declaration.action)
        if held is None:
            continue
        if held not in clients:
            clients[held] = signed_in(open_app, a_user(open_app, company, *held)[1])
        answer = clients[held].open(address(rule, company.id), method=method)  # type: ignore[attr-defined,arg-type]
        assert answer.status_code == 403, (method, rule, declaration)
        label = RELEASE.catalogue.named(declaration.action).label("it")
        assert re.sub("[’'&].*", "", label) in answer.get_data(as_text=True)


def test_the_smallest_set_that_should_be_enough_is_enough(open_app: Flask) -> None:
    company = a_company(open_app, seats=99)
    owner = signed_in(open_app, company.owner_name)
    clients: dict[tuple[str, ...], object] = {}
    for method, rule, declaration in asks(open_app, "requires"):
        held = exactly(declaration.action)
        if held is None:
            client: object = owner
        else:
            if held not in clients:
                clients[held] = signed_in(open_app, a_user(open_app, company, *held)[1])
            client = clients[held]
        answer = client.open(address(rule, company.id), method=method)  # type: ignore[attr-defined,arg-type]
        assert answer.status_code in (200, 302, 303, 400, 404, 422), (method, rule)


def test_a_suspended_user_has_no_session_left(
    open_app: Flask, company: Company
) -> None:
    _identity, name = a_user(open_app, company, state=State.SUSPENDED)
    data = {"user_name": name, "password": "girasole-tamburo-nebbia-ruota"}
    assert open_app.test_client().post("/sign-in", data=data).status_code == 422


def an_app_with(
    view: object, release: Release | None = RELEASE, rule: str = "/a/<account>/extra"
) -> None:
    app = Flask(__name__)
    blueprint = Blueprint("extra", __name__)
    blueprint.add_url_rule(rule, "view", view)  # type: ignore[arg-type]
    app.register_blueprint(blueprint)
    guard.public(app.view_functions["static"])
    guard.init_app(app, release)


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    with pytest.raises(guard.UndeclaredRouteError, match="declares nothing"):
        an_app_with(lambda: "")


def test_a_route_that_names_an_unknown_action_stops_the_start() -> None:
    with pytest.raises(guard.UndeclaredRouteError, match=r"draft\.sned"):
        an_app_with(guard.requires("draft.sned")(lambda: ""))
    with pytest.raises(guard.UndeclaredRouteError, match=r"draft\.sned"):
        an_app_with(guard.signed_in(offers=["draft.sned"])(lambda: ""))


def test_a_route_that_asks_without_an_account_stops_the_start() -> None:
    for declare in (
        guard.requires("draft.send"),
        guard.signed_in(offers=["draft.send"]),
    ):
        with pytest.raises(guard.UndeclaredRouteError, match="<account>"):
            an_app_with(declare(lambda: ""), rule="/extra")


def test_before_the_first_release_names_are_not_checked() -> None:
    an_app_with(guard.requires("draft.sned")(lambda: ""), None)


def test_a_view_declares_once() -> None:
    with pytest.raises(guard.UndeclaredRouteError, match="twice"):
        guard.public(guard.requires("draft.send")(lambda: ""))
