"""A mapping, an application that reads it, and a proxy's questions to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from tests.webapp.conftest import close
from webapp import create_app

MAPPING = """
[subject]
type = "{subject}"

[[rule]]
method = "GET"
path = "/a/{{account}}/drafts/{{id}}"
requires = "draft.view"

[[rule]]
method = ["POST", "DELETE"]
path = "/a/{{account}}/drafts/{{id}}/send"
requires = "draft.send"

[[rule]]
method = "OPTIONS"
path = "/a/{{account}}/drafts"
requires = "draft.list"
"""


@contextmanager
def asking_app(app: Flask, folder: Path, subject: str = "user") -> Iterator[Flask]:
    """The application once more, with a mapping."""
    file = folder / "forward.toml"
    file.write_text(MAPPING.format(subject=subject))
    other = create_app(replace(app.config["DELEGA"], forward_map=file))
    other.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        yield other
    finally:
        close(other)


def by_nginx(
    app: Flask, key: str, user: str, method: str, target: str, **more: str
) -> TestResponse:
    """As nginx asks; an empty text is not sent."""
    sent = {
        "Authorization": f"Bearer {key}" if key else "",
        "X-Original-Method": method,
        "X-Original-URI": target,
        "X-Delega-Subject": user,
        **{name.replace("_", "-"): text for name, text in more.items()},
    }
    headers = {name: text for name, text in sent.items() if text}
    return app.test_client().get("/forward/nginx", headers=headers)


def by_traefik(
    app: Flask, key: str, user: str, method: str, target: str
) -> TestResponse:
    """As Traefik asks."""
    headers = {
        "Authorization": f"Bearer {key}",
        "X-Forwarded-Method": method,
        "X-Forwarded-Uri": target,
        "X-Forwarded-Host": "backend.example.it",
        "X-Delega-Subject": user,
    }
    return app.test_client().get("/forward/traefik", headers=headers)


def by_envoy(app: Flask, key: str, user: str, method: str, target: str) -> TestResponse:
    """As Envoy asks: the request line is the one that the server was sent."""
    headers = {"Authorization": f"Bearer {key}", "X-Delega-Subject": user}
    raw = f"/forward/envoy{target}"
    return app.test_client().open(
        raw, method=method, headers=headers, environ_overrides={"RAW_URI": raw}
    )
