"""Every word of the interface has its Italian, and the compiled catalogues are fresh."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import webapp
from webapp.extensions import DOMAINS

ROOT = Path(webapp.__file__).parent
CATALOGUES = ROOT / "translations" / "it" / "LC_MESSAGES"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


def italian(name: str) -> dict[object, object]:
    with (CATALOGUES / f"{name}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def used() -> set[str]:
    options = {"**/templates/**.html": {"trimmed": "false"}}
    found = extract_from_dir(str(ROOT), METHODS, options, keywords=KEYWORDS)
    return {
        words if isinstance(words, str) else words[0]
        for _file, _line, words, _comments, _context in found
    }


def test_every_word_has_its_italian() -> None:
    known = {
        words if isinstance(words, str) else words[0]  # type: ignore[index]
        for name in DOMAINS
        for words in italian(name)
    }
    assert sorted(used() - known) == []


def test_no_word_is_translated_twice_in_two_ways() -> None:
    seen: dict[object, object] = {}
    for name in DOMAINS:
        for words, text in italian(name).items():
            assert seen.setdefault(words, text) == text, words


@pytest.mark.parametrize("name", DOMAINS)
def test_nothing_is_left_empty_and_the_compiled_file_is_fresh(name: str) -> None:
    assert all(all(t) if isinstance(t, tuple) else t for t in italian(name).values())
    fresh = io.BytesIO()
    with (CATALOGUES / f"{name}.po").open("rb") as file:
        write_mo(fresh, read_po(file))
    assert (CATALOGUES / f"{name}.mo").read_bytes() == fresh.getvalue()
