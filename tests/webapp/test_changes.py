"""Every kind of change that the code writes has its words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import authz
import webapp
from authz.policy import default_folder, read_folder
from webapp.changes import KINDS, label, sentence

#: A kind says what was done: noun and past participle.
KIND = re.compile(r"[a-z_]+\.([a-z_]+ed|[a-z_]*reset)")


def written(app: Flask) -> set[str]:
    """What looks like a kind in the source, endpoints and actions apart."""
    roots = (Path(authz.__file__).parent, Path(webapp.__file__).parent)
    files = [file for root in roots for file in root.rglob("*.py")]
    found = {text for file in files for text in _texts(file) if KIND.fullmatch(text)}
    actions = {action.key for action in read_folder(default_folder()).catalogue}
    return found - app.view_functions.keys() - actions


def _texts(file: Path) -> Iterator[str]:
    if file.name == "changes.py":
        return
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_kind_that_is_written_has_words_and_no_other_has(app: Flask) -> None:
    assert written(app) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_are_italian_and_name_whom_they_speak_of(
    app: Flask, kind: str
) -> None:
    with app.test_request_context("/?lang=en"):
        english = label(kind), sentence(kind, "Anna Ricci")
    with app.test_request_context("/?lang=it"):
        assert label(kind) != english[0]
        assert sentence(kind, "Anna Ricci") != english[1]
        assert "%" not in sentence(kind, "Anna Ricci")


def test_a_kind_without_words_is_shown_as_the_code_it_is(app: Flask) -> None:
    with app.test_request_context("/"):
        assert label("moon.painted") == "moon.painted"
        assert (
            sentence("<b>moon.painted", "Anna") == "<code>&lt;b&gt;moon.painted</code>"
        )
