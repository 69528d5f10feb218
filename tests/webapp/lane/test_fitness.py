"""When the lane stays closed, and that everything is served all the same."""

import json
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from gunicorn import __version__
from gunicorn.config import Config
from gunicorn.glogging import Logger
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.builders import Company
from tests.webapp.decisions.asking import ONE, question
from tests.webapp.lane.conftest import Doors
from tests.webapp.lane.serving import Client, a_post, by_lane, decided, serving
from webapp.lane.fitness import why_closed


def before(worker: object, req: object) -> None:
    """A hook."""


def after(worker: object, req: object, environ: object, resp: object) -> None:
    """A hook."""


def a_config(**changes: object) -> Config:
    config = Config()
    for name, value in changes.items():
        config.set(name, value)
    return config


@pytest.fixture
def app(doors: Doors) -> Flask:
    return doors.app


def test_it_is_open_for_our_application_under_the_shipped_settings(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {"keepalive": 75, "reuse_port": True, "threads": 4, "timeout": 60}
    assert why_closed(a_config(**shipped), app) == ""
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app))
    assert why_closed(a_config(), app) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"certfile": "a.pem", "keyfile": "a.key"}, "TLS"),
        ({"keyfile": "a.key"}, "TLS"),
        ({"proxy_protocol": "v1"}, "PROXY protocol"),
        ({"proxy_protocol": "auto"}, "PROXY protocol"),
        ({"protocol": "uwsgi"}, "does not speak HTTP"),
        ({"http2_cleartext": "upgrade"}, "HTTP/2"),
        ({"secure_scheme_headers": {"X-A": "b"}}, "secure_scheme_headers"),
        ({"accesslog": "-"}, "access log"),
        ({"syslog": True}, "access log"),
        ({"logconfig_dict": {"version": 1}}, "access log"),
        ({"logger_class": "tests.webapp.lane.x.Log"}, "logger_class"),
        ({"statsd_host": "127.0.0.1:8125"}, "statsd"),
        ({"pre_request": before}, "pre_request"),
        ({"post_request": after}, "post_request"),
        ({"limit_request_line": 127}, "limit_request_line"),
        ({"limit_request_fields": 63}, "limit_request_fields"),
        ({"limit_request_field_size": 7_999}, "limit_request_field_size"),
    ],
    ids=lambda value: (
        "-".join(
            f"{name}={getattr(text, '__name__', text)}" for name, text in value.items()
        )
        if isinstance(value, dict)
        else ""
    ),
)
def test_what_the_lane_does_not_know_closes_it(
    app: Flask, change: dict[str, object], reason: str
) -> None:
    assert reason in why_closed(a_config(**change), app)


def test_no_limit_is_no_reason(app: Flask) -> None:
    unlimited = {"limit_request_line": 0, "limit_request_field_size": 0}
    assert why_closed(a_config(**unlimited), app) == ""


def test_an_access_log_that_goes_nowhere_is_no_reason(app: Flask) -> None:
    quiet = {"syslog": True, "disable_redirect_access_to_syslog": True}
    assert why_closed(a_config(**quiet), app) == ""


def test_a_gunicorn_that_was_not_tested_closes_it(app: Flask) -> None:
    assert why_closed(a_config(), app, __version__) == ""
    assert "tests have seen" in why_closed(a_config(), app, "27.0.2")


def test_another_application_or_one_behind_something_closes_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not Delega's own" in why_closed(a_config(), Flask("another"))
    assert "not Delega's own" in why_closed(a_config(), lambda *_: [])
    monkeypatch.setenv("SCRIPT_NAME", "/delega")
    assert "SCRIPT_NAME" in why_closed(a_config(), app)
    monkeypatch.delenv("SCRIPT_NAME")
    inner = app.wsgi_app
    monkeypatch.setattr(app, "wsgi_app", lambda *given: inner(*given))
    assert "in front" in why_closed(a_config(), app)


@pytest.fixture
def asked(company: Company, key: str) -> bytes:
    body = json.dumps(question(company.owner, company.id)).encode()
    return a_post(ONE, body, key)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Warnings of gunicorn."""
    lines: list[str] = []

    def warning(_self: Logger, text: str, *more: object) -> None:
        lines.append(text % more)

    monkeypatch.setattr(Logger, "warning", warning)
    return lines


def test_under_the_proxy_protocol_gunicorn_serves_and_the_log_says_so(
    app: Flask, asked: bytes, said: list[str]
) -> None:
    before = by_lane(app), decided(app)
    with serving(app, proxy_protocol="v1") as served, served.connect() as client:
        hello = b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\n"
        assert client.ask(hello + asked).status == 200
        assert client.ask(asked).status == 200
    assert said == ["the lane is closed: the PROXY protocol is on"]
    assert (by_lane(app), decided(app)) == (before[0], before[1] + 2)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_under_tls_gunicorn_serves_and_the_log_says_so(
    app: Flask, asked: bytes, said: list[str], tmp_path: Path
) -> None:
    certificate, secret = tmp_path / "a.pem", tmp_path / "a.key"
    made = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=localhost"
    subprocess.run(  # noqa: S603  (ourselves)
        ["openssl", *made.split(), "-keyout", str(secret), "-out", str(certificate)],  # noqa: S607  (of the path)
        check=True,
        capture_output=True,
    )
    trust = ssl.create_default_context(cafile=str(certificate))
    files = {"certfile": str(certificate), "keyfile": str(secret)}
    before = by_lane(app), decided(app)
    with serving(app, **files) as served, served.connect() as plain:
        sock = trust.wrap_socket(plain.sock, server_hostname="localhost")
        with Client(sock) as client:
            assert client.ask(asked).status == 200
            assert client.ask(asked).status == 200
    assert said == ["the lane is closed: gunicorn itself speaks TLS"]
    assert (by_lane(app), decided(app)) == (before[0], before[1] + 2)
