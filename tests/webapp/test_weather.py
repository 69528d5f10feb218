"""Bad weather: a database that is gone, proxies, TLS, NULs, a revocation in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DataError, OperationalError

from authz import NotReadyError, StaleVersionError
from tests.builders import (
    PASSWORD,
    Company,
    a_company,
    a_user,
    csrf_token,
    signed_in,
)
from tests.webapp.conftest import close, settings_in
from webapp import create_app
from webapp.extensions import begin_write
from webapp.seating import seat_of
from webapp.tables import User
from webapp.team.users import change_permissions

EDITS = ("invoicing.read", "invoicing.create_edit")


@contextmanager
def gone() -> Iterator[Any]:
    raise OperationalError("SELECT", {}, Exception("the database is gone"))
    yield


@pytest.mark.parametrize("where", ["webapp.identity.reading", "webapp.frame.reading"])
def test_a_database_that_is_gone_is_a_503_page_for_everybody(
    app: Flask, company: Company, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, company.owner_name)
    monkeypatch.setattr(where, gone)
    answer = client.get(f"/a/{company.id}/settings/users")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.headers["Content-Security-Policy"]
    assert "non può rispondere" in answer.get_data(as_text=True)


def test_a_page_that_is_not_there_speaks_the_users_language(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    headers = {"Accept-Language": "en"}
    address = f"/a/{company.id}/drafts/dr_nothing"
    missing = client.get(address, headers=headers)
    assert missing.status_code == 404
    assert "non esiste" in missing.get_data(as_text=True)
    stranger = app.test_client().get("/nothing", headers=headers)
    assert "does not exist" in stranger.get_data(as_text=True)


def test_a_page_that_is_not_there_is_calm_even_when_the_database_is_gone(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, company.owner_name)
    monkeypatch.setattr("webapp.identity.reading", gone)
    answer = client.get("/nothing")
    assert answer.status_code in (404, 500, 503)
    assert "codice" in answer.get_data(as_text=True)


def test_an_enforcer_that_can_not_answer_is_a_503_and_never_a_page(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, company.owner_name)

    def fail(*_arguments: object) -> None:
        raise NotReadyError("three rounds")

    monkeypatch.setattr(app.extensions["delega_enforcer"], "decide_many", fail)
    assert client.get(f"/a/{company.id}/").status_code == 503


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DataError("x", {}, Exception("odd")), 500),
        (ZeroDivisionError(), 500),
        (StaleVersionError("changed"), 409),
    ],
)
def test_whatever_else_breaks_is_a_calm_page(
    app: Flask,
    company: Company,
    error: Exception,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = signed_in(app, company.owner_name)

    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("webapp.team.views.listing", fail)
    answer = client.get(f"/a/{company.id}/settings/users")
    assert answer.status_code == status
    assert "codice" in answer.get_data(as_text=True)
    assert "ZeroDivision" not in answer.get_data(as_text=True)


def test_readiness_says_why_without_telling_the_database_apart(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.health.reading", gone)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["reason"] == "the database does not answer"
    assert app.test_client().get("/healthz").status_code == 200


def test_readiness_counts_what_casbin_was_asked_too(
    migrated: Path, tmp_path: Path
) -> None:
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(tmp_path, evaluator="compiled", shadow_one_in=1))
    company = a_company(app)
    enforcer = app.extensions["delega_enforcer"]
    for _ in range(3):
        assert enforcer.decide(company.owner, company.id, "draft", "create")
    enforcer._shadow.wait()
    assert app.test_client().get("/readyz").json["shadow"] == {"agreed": 3}
    close(app)


def test_a_new_database_is_not_ready_and_says_so(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, "db upgrade" in answer.json["reason"]) == (503, True)
    close(app)


def sign_in(app: Flask, name: str, **options: Any) -> int:
    """As a browser does over TLS: the Referer is what our own policy lets it send."""
    client = app.test_client()
    page = client.get("/sign-in", **options)
    policy = page.headers["Referrer-Policy"]
    referer = {"same-origin": "https://panel.example/sign-in"}.get(policy)
    headers = {
        **options.pop("headers", {}),
        **({"Referer": referer} if referer else {}),
    }
    data = {
        "user_name": name,
        "password": PASSWORD,
        "csrf_token": csrf_token(page.get_data(as_text=True)),
    }
    return client.post("/sign-in", data=data, headers=headers, **options).status_code


def test_signing_in_works_over_tls(app: Flask, company: Company) -> None:
    assert sign_in(app, company.owner_name, base_url="https://panel.example") == 302


def test_behind_a_trusted_proxy_the_client_is_counted_not_the_proxy(
    tmp_path: Path, migrated: Path
) -> None:
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(tmp_path, trusted_proxies=1))
    seen = []

    @app.before_request
    def look() -> None:
        from flask import request

        seen.append((request.remote_addr, request.scheme))

    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    app.test_client().get("/healthz", headers=headers)
    assert seen == [("203.0.113.9", "https")]
    close(app)


def test_without_a_trusted_proxy_the_header_counts_for_nothing(app: Flask) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    with app.test_request_context("/", headers=headers) as context:
        assert context.request.remote_addr != "203.0.113.9"
        assert context.request.scheme == "http"


@pytest.mark.parametrize("path", ["/settings/users/%00", "/%00"])
def test_an_address_with_a_nul_does_not_exist(
    app: Flask, company: Company, path: str
) -> None:
    client = signed_in(app, company.owner_name)
    assert client.get(f"/a/{company.id}{path}").status_code == 404


@pytest.mark.parametrize("address", ["/sign-in", "/forgot"])
def test_a_user_name_with_a_nul_is_nobodys(app: Flask, address: str) -> None:
    client = app.test_client()
    token = csrf_token(client.get(address).get_data(as_text=True))
    data = {"user_name": "a\0b", "password": "x", "csrf_token": token}
    assert client.post(address, data=data).status_code in (200, 422)


def test_searching_for_a_nul_finds_nobody_and_breaks_nothing(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    for query in ("q=%00x", "role=%00x"):
        answer = client.get(f"/a/{company.id}/settings/users?{query}")
        assert answer.status_code == 200


def test_what_was_revoked_before_the_write_lock_does_not_land(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, name = a_user(app, company, *EDITS)
    client = signed_in(app, name)

    def revoke_first(*arguments: Any, **options: Any) -> Any:
        with app.app_context():
            session = begin_write(company.id, policy=True)
            seat = seat_of(session, session.get_one(User, identity))
            assert seat is not None
            change_permissions(session, seat, ["invoicing.read"], seat.version, "u_o")
            session.commit()
        return begin_write(*arguments, **options)

    address = f"/a/{company.id}/products/new"
    token = csrf_token(client.get(address).get_data(as_text=True))
    monkeypatch.setattr("webapp.panel.products.views.begin_write", revoke_first)
    data = {"name": "Vaso", "price": "1,00", "vat": "22", "csrf_token": token}
    assert client.post(address, data=data).status_code == 403
    monkeypatch.undo()
    assert "Vaso" not in client.get(f"/a/{company.id}/products").get_data(as_text=True)
