"""Codes and sentences: every one known, in both languages, and plain."""

import re
import string
from pathlib import Path

import pytest

from webapp.panel import fatturapa
from webapp.panel.fatturapa import codes, label
from webapp.panel.fatturapa.problems import problem
from webapp.panel.fatturapa.texts import TEXTS

SOURCES = Path(fatturapa.__file__).parent


def fields(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", TEXTS)
def test_a_problem_says_the_same_in_both_languages(code):
    italian, english = TEXTS[code]
    assert fields(italian) == fields(english)
    for sentence in (italian, english):
        assert sentence.endswith((".", ")."))
        assert "!" not in sentence
        assert sentence[0].isupper()


def test_every_code_is_used_and_every_used_code_has_a_text():
    used = set()
    for path in SOURCES.glob("*.py"):
        if path.name != "texts.py":
            pattern = r'"(DLG-[A-Z0-9-]+|00\d{3})"'
            used.update(re.findall(pattern, path.read_text("utf-8")))
    assert used == set(TEXTS)


def test_user_input_in_a_message_is_not_a_template():
    found = problem("DLG-NUMBER", value="{value}{0}")
    assert "{value}{0}" in found.message_en


@pytest.mark.parametrize(
    ("labels", "first", "last", "count"),
    [
        (codes.DOCUMENT_KINDS, "TD01", "TD29", 26),
        (codes.PAYMENT_METHODS, "MP01", "MP23", 23),
        (codes.PAYMENT_TERMS, "TP01", "TP03", 3),
        (codes.NATURES, "N1", "N7", 24),
        (codes.REGIMES, "RF01", "RF20", 20),
        (codes.WITHHOLDING_KINDS, "RT01", "RT06", 6),
        (codes.VAT_DUE_KINDS, "I", "S", 3),
    ],
)
def test_the_lists_of_codes_are_complete(labels, first, last, count):
    assert (next(iter(labels)), list(labels)[-1], len(labels)) == (first, last, count)
    assert all(it and en for it, en in labels.values())


def test_a_label_is_in_the_readers_language_and_an_unknown_code_is_itself():
    assert label(codes.DOCUMENT_KINDS, "TD04", "it") == "Nota di credito"
    assert label(codes.DOCUMENT_KINDS, "TD04", "en") == "Credit note"
    assert label(codes.DOCUMENT_KINDS, "TD99", "it") == "TD99"
