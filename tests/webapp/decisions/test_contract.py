"""The panel keeps to the document that it publishes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from tests.builders import a_company, a_user, signed_in
from tests.contract import URL, hold, is_plain, known, methods, refusable
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import EVERY_SCOPE, a_key
from tests.webapp.decisions.proxies import MAPPING
from webapp import create_app
from webapp.decisions.reference_operations import reference

COOKIE = "delega"
DOCUMENT = reference(URL, COOKIE)
REFUSABLE = {each.path for each in DOCUMENT.operations if refusable(each)}
OWN = "/a/{account}/access/v1/own/permissions"


class Panel:
    """An application, and what the requests to it are about."""

    def __init__(self, app: Flask) -> None:
        company = a_company(app)
        _user, name = a_user(app, company, "invoicing.read", "invoicing.send_sdi")
        scopes = (*EVERY_SCOPE, "policy:read")
        self.app, self.account = app, company.id
        self.key = a_key(app, company.id, scopes=scopes)
        cookie = signed_in(app, name).get_cookie(COOKIE)
        assert cookie is not None
        self.session = cookie.value

    def ask(self, asked: tuple[str, str], mode: GenerationMode) -> None:
        hold(self.app, DOCUMENT, asked, mode, self._send)

    def _send(self, case: Case) -> None:
        known(case)
        self._name_what_exists(case)
        if case.operation.path == OWN:
            # the check takes any cookie for a made-up one; test_every_route holds that
            # nobody else comes in
            case.cookies = {COOKIE: self.session}
            case.call_and_validate(excluded_checks=[ignored_auth])
        else:
            case.call_and_validate(headers={"Authorization": f"Bearer {self.key}"})

    def _name_what_exists(self, case: Case) -> None:
        """Account and path, wherever any would do."""
        path = case.path_parameters or {}
        if is_plain(path.get("account"), "[^/]+"):
            path["account"] = self.account
        if "path" in path:
            path["path"] = "drafts"
        for name in case.headers or {}:
            if name.lower() in ("x-original-uri", "x-forwarded-uri"):
                case.headers[name] = f"/a/{self.account}/drafts/17"
        if isinstance(case.body, dict):
            self._name_account(case.body.get("context"))
            resource = case.body.get("resource")
            if isinstance(resource, dict):
                self._name_account(resource.get("properties"))

    def _name_account(self, members: Any) -> None:
        if isinstance(members, dict) and isinstance(members.get("account"), str):
            members["account"] = self.account


@pytest.fixture(scope="module")
def panel(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    folder = tmp_path_factory.mktemp("contract")
    (folder / "delega.sqlite3").write_bytes(migrated.read_bytes())
    mapping = folder / "forward.toml"
    mapping.write_text(MAPPING.format(subject="user"))
    settings = settings_in(folder, public_url=URL, decisions_per_minute=0)
    app = create_app(replace(settings, forward_map=mapping))
    yield Panel(app)
    close(app)


@pytest.mark.parametrize("asked", methods(DOCUMENT), ids=" ".join)
def test_what_fits_the_document_is_answered_as_it_says(
    panel: Panel, asked: tuple[str, str]
) -> None:
    panel.ask(asked, GenerationMode.POSITIVE)


@pytest.mark.parametrize(
    "asked", [each for each in methods(DOCUMENT) if each[0] in REFUSABLE], ids=" ".join
)
def test_what_does_not_fit_the_document_is_refused(
    panel: Panel, asked: tuple[str, str]
) -> None:
    panel.ask(asked, GenerationMode.NEGATIVE)
