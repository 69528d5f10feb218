"""`delega serve` keeps to the document that it publishes."""

from pathlib import Path

import pytest
from schemathesis import Case, GenerationMode

from authz.folder import Folder
from authz.pdp import Service
from authz.pdp.openapi import served
from tests.authz.folders.asking import a_folder
from tests.contract import URL, hold, known, methods, refusable
from webapp.serving.app import App

KEY = "a-key-of-more-than-twenty-characters"
DOCUMENT = served(URL, has_key=True)
REFUSABLE = {each.path for each in DOCUMENT.operations if refusable(each)}


def ask(app: App, asked: tuple[str, str], mode: GenerationMode) -> None:
    def send(case: Case) -> None:
        known(case)
        case.call_and_validate(headers={"Authorization": f"Bearer {KEY}"})

    hold(app, DOCUMENT, asked, mode, send)


@pytest.fixture
def app(tmp_path: Path) -> App:
    folder = Folder(a_folder(tmp_path))
    folder.current()
    return App(folder, Service([b"k" * 32]), URL, KEY)


@pytest.mark.parametrize("asked", methods(DOCUMENT), ids=" ".join)
def test_what_fits_the_document_is_answered_as_it_says(
    app: App, asked: tuple[str, str]
) -> None:
    ask(app, asked, GenerationMode.POSITIVE)


@pytest.mark.parametrize(
    "asked", [each for each in methods(DOCUMENT) if each[0] in REFUSABLE], ids=" ".join
)
def test_what_does_not_fit_the_document_is_refused(
    app: App, asked: tuple[str, str]
) -> None:
    ask(app, asked, GenerationMode.NEGATIVE)
