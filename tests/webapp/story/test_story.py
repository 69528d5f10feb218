"""The story of the first day, in a real browser, on two gunicorn workers.

Every page that is opened is looked at by axe-core, must not complain on the console and
must not scroll sideways. DELEGA_SCREENSHOTS names a folder that keeps what was seen.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.story import scene
from tests.webapp.story.conftest import Demo
from tests.webapp.story.person import Person

SAMPLES = Path("webapp/demo/samples")
NEW_PASSWORD = "lanterna-fiume-castagna-volo"


@pytest.fixture
def people(browser: Any, demo: Demo) -> Iterator[Any]:
    """Makes people; closes their browsers."""
    made: list[Person] = []

    def person(width: int = 1280, language: str = "it") -> Person:
        made.append(Person(browser, demo, width, language))
        return made[-1]

    yield person
    for each in made:
        each.context.close()


def test_the_owner_gives_and_takes_and_the_next_click_obeys(people: Any) -> None:
    marta = people().sign_in("martabellandi")
    marta.look("home")
    assert marta.sees("2 di 5")
    anna = people().sign_in("annaricci26")
    account = anna.account
    anna.open(f"/a/{account}/drafts", "drafts")
    anna.page.click("main table a >> nth=0")
    anna.look("draft")
    draft = anna.page.url.removeprefix(anna.demo.url)
    assert not anna.sees("Invia a SdI")
    assert anna.open(f"/a/{account}/settings/users", "forbidden") == 403

    marta.open(f"/a/{account}/settings/users", "people")
    marta.page.click("tr:has-text('Anna Ricci') >> text=Permessi")
    marta.look("permissions")
    marta.page.check("[value='invoicing.send_sdi']")
    marta.page.wait_for_selector("#effect >> text=potrà anche")
    marta.look("permissions-changed")
    marta.click("Salva le modifiche")
    assert marta.sees("In vigore ovunque")
    for _ in range(8):  # whichever worker answers
        anna.open(draft)
        assert anna.sees("Invia a SdI")

    marta.page.uncheck("[value='invoicing.send_sdi']")
    marta.page.wait_for_selector("#effect >> text=non potrà più")
    marta.click("Salva le modifiche")
    anna.page.click("text=Invia a SdI")
    anna.look("forbidden-send")
    assert anna.sees("Invio a SdI")
    assert anna.sees("Marta Bellandi")
    for _ in range(8):
        anna.open(draft)
        assert not anna.sees("Invia a SdI")


def test_a_new_user_starts_from_the_link_in_the_mail(people: Any) -> None:
    marta = people(language="en").sign_in("martabellandi")
    marta.open(f"/a/{marta.account}/settings/users/new", "create")
    marta.page.fill("[name=name]", "Giulia Conti")
    marta.page.fill("[name=email]", "giulia@example.com")
    marta.page.fill("[name=user_name]", "giuliaconti9")
    marta.page.click("button:has-text('Read only')")
    marta.page.wait_for_load_state()
    assert marta.page.is_checked("[value='invoicing.read']")
    marta.page.click(".form-actions button")
    marta.look("created")
    assert marta.sees("giuliaconti9")

    giulia = people()
    giulia.open("/demo/mail", "mail")
    giulia.page.click("a[href*='/activate/'] >> nth=0")
    giulia.look("activate")
    giulia.page.fill("[name=new]", NEW_PASSWORD)
    giulia.page.fill("[name=repeat]", NEW_PASSWORD)
    giulia.page.click("button.button-main")
    assert f"/a/{marta.account}/" in giulia.page.url
    giulia.look("home-read-only")
    assert giulia.open(f"/a/{marta.account}/drafts/new") == 403


def test_a_real_file_is_uploaded_shown_and_sent(people: Any) -> None:
    marta = people().sign_in("martabellandi")
    account = marta.account
    marta.open(f"/a/{account}/uploads", "upload")
    marta.page.set_input_files("input[type=file]", SAMPLES / "ordinary.xml")
    marta.page.click("button.button-main")
    marta.look("uploaded")
    marta.open(f"/a/{account}/drafts")
    marta.page.click("main table a >> nth=0")
    marta.look("draft-uploaded")
    marta.page.click("text=Invia a SdI")
    marta.look("sent")
    assert "/sent" in marta.page.url


def test_a_broken_file_is_refused_by_line_and_element(
    people: Any, tmp_path: Path
) -> None:
    marta = people().sign_in("martabellandi")
    broken = tmp_path / "broken.xml"
    text = (SAMPLES / "ordinary.xml").read_text(encoding="utf-8")
    broken.write_text(text.replace("<Divisa>EUR</Divisa>", "", 1), encoding="utf-8")
    marta.open(f"/a/{marta.account}/uploads")
    marta.page.set_input_files("input[type=file]", broken)
    marta.page.click("button.button-main")
    marta.look("upload-refused")
    assert marta.sees("Divisa")
    assert marta.sees("broken.xml")


def test_only_receiving_has_nothing_to_send(people: Any) -> None:
    paolo = people().sign_in("paologreco7")
    paolo.look("home-sr")
    assert not paolo.sees("Bozze recenti")
    assert paolo.open(f"/a/{paolo.account}/drafts", "forbidden-sr") == 403


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_menu_page_is_accessible_quiet_and_fits(
    people: Any, width: int, language: str
) -> None:
    marta = people(width, language).sign_in("martabellandi")
    pages = ["", "drafts", "drafts/new", "uploads", "sent", "received"]
    pages += ["received/import", "customers", "customers/new", "suppliers"]
    pages += ["products", "products/new", "banks", "banks/new", "settings"]
    pages += ["profile", "help/permissions", "help/users"]
    pages += ["settings/users", "settings/users/new", "password", "history"]
    pages += ["settings/keys", "settings/keys/new"]
    pages += ["customer", "customer/cart", "customer/renew"]
    for tail in pages:
        path = f"/a/{marta.account}/{tail}?lang={language}"
        assert marta.open(path, (tail or "home").replace("/", "-")) == 200
    refused = f"/a/{marta.account}/history?outcome=refused&lang={language}"
    assert marta.open(refused, "history-refused") == 200
    missing = marta.open(f"/a/{marta.account}/nothing", "missing")
    assert missing == 404


def test_the_operators_pages_and_the_reference_are_accessible_quiet_and_fit(
    people: Any, demo: Demo
) -> None:
    account = people().sign_in("martabellandi").account
    paola = scene.an_operator(demo, people)
    tried = f"account={account}&user=annaricci26&action=draft.send"
    pages = {"": "orders", "try": "try", f"try?{tried}": "tried"}
    pages |= {"keys": "keys", "keys/new": "new-key"}
    pages |= {"profile": "profile", "password": "password"}
    paths = {"/api": "api"}
    paths |= {f"/operator/{tail}": f"operator-{name}" for tail, name in pages.items()}
    for paola.width, paola.language in ((1280, "it"), (360, "en")):
        paola.page.set_viewport_size({"width": paola.width, "height": 900})
        for path, name in paths.items():
            joint = "&" if "?" in path else "?"
            status = paola.open(f"{path}{joint}lang={paola.language}", name)
            assert status == 200, path


def test_without_script_the_same_forms_work(browser: Any, demo: Demo) -> None:
    context = browser.new_context(java_script_enabled=False, locale="it-IT")
    page = context.new_page()
    page.goto(f"{demo.url}/sign-in")
    page.fill("[name=user_name]", "martabellandi")
    page.fill("[name=password]", demo.passwords["martabellandi"])
    page.click("button.button-main")
    account = re.search(r"/a/(a_\w+)", page.url).group(1)  # type: ignore[union-attr]
    page.goto(f"{demo.url}/a/{account}/settings/users")
    page.click("tr:has-text('Luca Ferri') >> text=Permessi")
    page.check("[value='invoicing.configure']")
    page.click(".only-plain >> text=Mostra l’effetto")
    assert "potrà anche" in page.inner_text("main")
    page.click("text=Salva le modifiche")
    assert "In vigore ovunque" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_one_users_page_and_the_reasons_are_accessible_and_fit(
    people: Any, width: int
) -> None:
    marta = people(width).sign_in("martabellandi")
    users = f"/a/{marta.account}/settings/users"
    marta.open(users)
    marta.page.click("th a:has-text('Luca Ferri')")
    marta.look("user")
    here = marta.page.url.removeprefix(marta.demo.url)
    assert marta.open(f"{here}/remove", "remove") == 200
    assert marta.open(f"{here}/why?action=draft.send", "why") == 200
    assert marta.sees("La modifica più piccola che basta")
    assert marta.open(f"{here}/why?action=draft.list", "why-allowed") == 200
    marta.page.click("summary:has-text('Dati per chi controlla')")
    marta.look("why-facts")
    luca = people(width).sign_in("lucaferri55")
    assert luca.open(f"/a/{luca.account}/drafts/new") == 403
    luca.click("Perché non posso?")
    luca.look("why-mine")
