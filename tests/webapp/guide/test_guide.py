"""The guide: for everybody who signs in, true to the interface it describes."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

import webapp
from tests.builders import Company, a_company, a_user, signed_in
from webapp.extensions import DOMAINS
from webapp.guide.topics import HEIGHT, TOPICS, WIDTH, picture_file
from webapp.i18n import LANGUAGES, today

ROOT = Path(webapp.__file__).parent
WEBP_MOST = 80_000


def page(app: Flask, company: Company, name: str, language: str = "it") -> str:
    answer = signed_in(app, name).get(f"/a/{company.id}/help/users?lang={language}")
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def section(text: str, key: str) -> str:
    found = re.search(rf'<section [^>]*id="{key}".*?</section>', text, re.DOTALL)
    assert found
    return found.group()


def links(text: str) -> list[str]:
    return re.findall(r'<a class="button[^"]*" href="([^"]+)"', text)


def test_the_footer_of_every_page_leads_to_the_guide(
    app: Flask, company: Company
) -> None:
    client = signed_in(app, company.owner_name)
    text = client.get(f"/a/{company.id}/").get_data(as_text=True)
    assert f'href="/a/{company.id}/help/users">Aiuto</a>' in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_owner_finds_every_topic_with_its_picture_and_a_button_that_opens(
    app: Flask, company: Company, language: str
) -> None:
    a_user(app, company, "invoicing.read")
    text = page(app, company, company.owner_name, language)
    client = signed_in(app, company.owner_name)
    assert len(TOPICS) == 11
    for topic in TOPICS:
        assert f'href="#{topic.key}"' in text
        here = section(text, topic.key)
        assert f'src="/static/{picture_file(topic.key, language)}"' in here
        assert f'width="{WIDTH}" height="{HEIGHT}" loading="lazy"' in here
        assert re.search(r'<img [^>]*alt="[^"]{20,}"', here)
        assert links(here)
        for link in links(here):
            assert client.get(link).status_code == 200, link


def test_the_buttons_of_one_user_lead_to_one_and_to_the_list_while_there_is_none(
    app: Flask, company: Company
) -> None:
    users = f"/a/{company.id}/settings/users"
    text = page(app, company, company.owner_name)
    assert links(section(text, "permissions")) == [users]
    assert links(section(text, "remove")) == [users]
    user, _name = a_user(app, company, "invoicing.read")
    text = page(app, company, company.owner_name)
    assert links(section(text, "permissions")) == [f"{users}/{user}/permissions"]
    assert links(section(text, "remove")) == [f"{users}/{user}"]


def test_a_user_reads_it_too_with_the_pages_of_the_owner_as_text(
    app: Flask, company: Company
) -> None:
    other, _name = a_user(app, company, "invoicing.read")
    _identity, name = a_user(app, company, *("invoicing.read", "invoicing.configure"))
    text = page(app, company, name)
    for key in ("overview", "create", "more", "permissions", "remove", "find", "end"):
        assert links(section(text, key)) == []
        assert "lo fa il titolare" in section(text, key)
    assert links(section(text, "access")) == [f"/a/{company.id}/profile"]
    assert links(section(text, "meanings")) == [f"/a/{company.id}/help/permissions"]
    assert other not in text


def test_whoever_has_no_permission_at_all_reads_it_too(
    app: Flask, company: Company
) -> None:
    _identity, name = a_user(app, company)
    assert "Guida: gestione multiutente" in page(app, company, name)


def test_after_the_end_what_is_stopped_says_why_under_its_own_name(app: Flask) -> None:
    company = a_company(app, ends_on=today() - timedelta(days=3))
    text = page(app, company, company.owner_name)
    assert 'aria-disabled="true"' in section(text, "create")
    assert links(section(text, "end")) == [f"/a/{company.id}/customer/renew"]
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_only_receiving_reads_nothing_of_sending_banks_or_modules(app: Flask) -> None:
    company = a_company(app, edition="SR")
    for language, words in (
        ("it", ("Invio a SdI", "Modifica banche", "modul", "Nostri:", "bozze")),
        ("en", ("Send to SdI", "Edit banks", "module", "Ours:", "draft")),
    ):
        text = page(app, company, company.owner_name, language)
        said = " ".join(
            re.findall(r'<div class="topic-words.*?</div>', text, re.DOTALL)
        )
        assert len(said) > 4_000
        for word in words:
            assert word not in said


def test_it_says_which_meanings_are_ours(app: Flask, company: Company) -> None:
    here = section(page(app, company, company.owner_name), "meanings")
    release = app.extensions["delega_enforcer"].release()
    ours = [p for p in release.permissions.values() if p.source == "ours"]
    assert ours
    for permission in ours:
        assert release.permissions.title(permission.name, "it") in here


def test_the_numbers_of_passwords_and_sessions_are_those_in_force(
    app: Flask, company: Company
) -> None:
    here = section(page(app, company, company.owner_name), "access")
    assert "almeno 15 caratteri" in here
    assert "dopo 30 minuti" in here
    assert "dopo 12 ore" in here


def test_every_picture_is_there_and_light() -> None:
    for topic in TOPICS:
        for language in LANGUAGES:
            picture = ROOT / "static" / picture_file(topic.key, language)
            assert picture.is_file(), f"{picture.name}: make screenshots"
            data = picture.read_bytes()
            assert data[:4] == b"RIFF"
            assert data[8:12] == b"WEBP"
            assert size_of(data) == (WIDTH, HEIGHT), picture.name
            assert len(data) < WEBP_MOST, picture.name


def size_of(data: bytes) -> tuple[int, int]:
    """Of a lossy WebP (RFC 9649, 2.5)."""
    start = data.index(b"\x9d\x01\x2a") + 3
    return (
        int.from_bytes(data[start : start + 2], "little") & 0x3FFF,
        int.from_bytes(data[start + 2 : start + 4], "little") & 0x3FFF,
    )


def test_every_button_and_permission_that_it_names_is_called_so(app: Flask) -> None:
    names = interface(app)
    told = 0
    for english, italian in words("guide").items():
        bold = re.findall(r"<strong>(.*?)</strong>", english)
        shown = re.findall(r"<strong>(.*?)</strong>", italian)
        assert len(bold) == len(shown), english
        for name in bold:
            if name in OWN:
                assert OWN[name] in shown, english
            else:
                assert names.get(name, set()) & set(shown), (name, shown)
            told += 1
    assert told > 60


#: Bold words that begin a line and name nothing on a page.
OWN = {
    "On the home page": "Nella home",
    "In the customer area": "Nell’area clienti",
    "List": "Elenco",
    "Renewal": "Rinnovo",
    "Reduction": "Riduzione",
    "A module without a tick": "Un modulo senza spunta",
    "60 days before the end": "60 giorni prima della scadenza",
    "For 90 days after it": "Per 90 giorni dopo",
    "After day 90": "Dopo il novantesimo giorno",
}


def interface(app: Flask) -> dict[str, set[str]]:
    """Every word of the interface and its Italian; permissions and roles too."""
    release = app.extensions["delega_enforcer"].release()
    named = [*release.permissions.values(), *release.presets.values()]
    found: dict[str, set[str]] = {}
    for each in named:
        found.setdefault(each.label("en"), set()).add(each.label("it"))
    for domain in DOMAINS:
        if domain != "guide":
            for english, italian in words(domain).items():
                found.setdefault(english, set()).add(italian)
    return found


def words(domain: str) -> dict[str, str]:
    file = ROOT / "translations" / "it" / "LC_MESSAGES" / f"{domain}.po"
    with file.open("rb") as catalogue:
        return {
            str(message.id): str(message.string)
            for message in read_po(catalogue)
            if isinstance(message.id, str) and message.id
        }
