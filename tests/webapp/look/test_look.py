"""Each page in a real browser: readable by everyone, at every width, under the CSP."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.webapp.look.gallery import PAGES, create_gallery

STRICT = os.environ.get("DELEGA_FORBID_SKIPS") == "1"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANGUAGES = ("it", "en")


def _missing(what: str) -> None:
    if STRICT:
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the gallery and give its address."""
    app = create_gallery(tmp_path_factory.mktemp("translations"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once."""
    chromium = os.environ.get("DELEGA_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        _missing("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """Collect what the console said."""
    return []


@pytest.fixture(scope="module", params=["light", "dark"])
def page(
    browser: Any, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Any]:
    """Open one page per colour scheme and listen to its console."""
    context = browser.new_context(color_scheme=request.param)
    opened = context.new_page()
    opened.on(
        "console",
        lambda said: (
            complaints.append(said.text) if said.type in {"error", "warning"} else None
        ),
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()


@pytest.fixture(scope="module")
def plain(browser: Any, complaints: list[str]) -> Iterator[Any]:
    """Open one page in light colours, for what colours do not change."""
    context = browser.new_context(color_scheme="light")
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()


@pytest.fixture
def axe() -> Any:
    """Load axe-core."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        _missing("axe-playwright-python")
    return Axe()


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(
    site: str, page: Any, axe: Any, complaints: list[str], width: int, name: str
) -> None:
    complaints.clear()
    page.set_viewport_size({"width": width, "height": 800})
    for language in LANGUAGES if width > 1000 else LANGUAGES[:1]:
        page.goto(f"{site}/{language}/{name}")
        found = axe.run(page).response["violations"]
        said = [
            (rule["id"], node["html"], node["failureSummary"])
            for rule in found
            for node in rule["nodes"]
        ]
        assert said == []
    assert complaints == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nothing_scrolls_sideways_at_320(site: str, plain: Any, name: str) -> None:
    plain.set_viewport_size({"width": 320, "height": 640})
    for language in LANGUAGES:
        plain.goto(f"{site}/{language}/{name}")
        assert plain.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_target_is_24_pixels(site: str, plain: Any, name: str) -> None:
    plain.set_viewport_size({"width": 360, "height": 800})
    plain.goto(f"{site}/it/{name}")
    small = plain.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary")]
        .filter((x) => x.checkVisibility() && x.type !== "hidden")
        .map((x) => [x.outerHTML, x.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24)
        .map(([html]) => html)"""
    )
    assert small == []


def test_a_change_of_a_box_updates_the_effect_and_keeps_the_focus(
    site: str, plain: Any, complaints: list[str]
) -> None:
    complaints.clear()
    plain.set_viewport_size({"width": 1280, "height": 800})
    plain.goto(f"{site}/it/permissions")
    box = plain.get_by_label("Documenti: Creazione e modifica")
    assert plain.locator("#save-bar").inner_text().startswith("3 modifiche")
    with plain.expect_response("**/effect"):
        box.check()
    plain.wait_for_function(
        "document.querySelector('#announcement').textContent.includes('Lettura')"
    )
    assert plain.locator("#save-bar").inner_text().startswith("7 modifiche")
    assert box.is_checked()
    assert box.evaluate("x => x === document.activeElement")
    assert plain.locator(".preset[aria-pressed=true]").count() == 0
    assert complaints == []


def test_without_script_a_button_shows_the_effect(site: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{site}/it/permissions-same")
    button = opened.get_by_role("button", name="Mostra l’effetto")
    assert button.is_visible()
    with opened.expect_request("**/permissions") as sent:
        button.click()
    assert "show=1" in (sent.value.post_data or "")
    context.close()


def test_the_error_summary_takes_the_focus(site: str, plain: Any) -> None:
    plain.goto(f"{site}/it/create-wrong")
    assert plain.evaluate("document.activeElement.className") == "error-summary"
    assert plain.title().startswith("Errore:")


def test_the_skip_link_comes_first(site: str, plain: Any) -> None:
    plain.goto(f"{site}/it/home")
    plain.keyboard.press("Tab")
    assert plain.evaluate("document.activeElement.className") == "skip"
    plain.keyboard.press("Enter")
    assert plain.evaluate("document.activeElement.id") == "content"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give the gallery without a server."""
    return create_gallery(tmp_path_factory.mktemp("translations"))


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_renders(app: Any, language: str, name: str) -> None:
    answer = app.test_client().get(f"/{language}/{name}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.text.count("<h1") == 1


def test_the_seats_line_reads_as_one_sentence(app: Any) -> None:
    answer = app.test_client().get("/it/home").text
    line = answer.split('<p class="seats-line">')[1].split("<a ")[0]
    words = re.sub("<[^>]*>", "", line)
    assert words == "Utenti aggiuntivi attivi: 3 di 5"


def test_every_sentence_of_the_look_has_its_italian() -> None:
    from babel.messages.pofile import read_po

    source = Path(__file__).resolve().parents[3] / "webapp/translations/it/LC_MESSAGES"
    with (source / "look.po").open("rb") as stream:
        catalogue = read_po(stream, locale="it")
    empty = [m.id for m in catalogue if m.id and not all(_texts(m.string))]
    assert empty == []


def _texts(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)
