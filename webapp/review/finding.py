"""The actions one may ask about, by module; some words narrow the list."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from authz import Action, Edition, Release
from webapp.editions import actions_of
from webapp.extensions import db, enforcer
from webapp.i18n import language
from webapp.tables import Account

#: (key, label, chosen) of each action, under the name of its module.
Group = tuple[str, list[tuple[str, str, bool]]]
#: More letters than any name has.
LONGEST = 120
_SHORTEST_STEM = 4


def found_actions(account: str, words: str) -> list[Action]:
    """Those of the account's edition in whose names all the words stand."""
    release = enforcer().release()
    edition = db.session.get_one(Account, account).edition
    wanted = [_stem(word) for word in _folded(words[:LONGEST]).split()]
    return [
        action
        for action in actions_of(release, edition)
        if all(word in _names(release, action) for word in wanted)
    ]


def groups(actions: list[Action], chosen: str) -> list[Group]:
    """For a select: modules in the order of the permission table, actions by label."""
    release, lang = enforcer().release(), language()
    return [
        (label.text(lang), found)
        for module, label in release.permissions.modules.items()
        if (found := sorted(_options(actions, module, chosen), key=_by_label))
    ]


def _options(
    actions: list[Action], module: str, chosen: str
) -> Iterator[tuple[str, str, bool]]:
    for action in actions:
        if action.module == module:
            yield action.key, action.label(language()), action.key == chosen


def _by_label(option: tuple[str, str, bool]) -> str:
    return option[1].casefold()


def _names(release: Release, action: Action) -> str:
    """In both languages, with the module's: people remember one or the other."""
    module = release.permissions.modules[action.module]
    names = (action.label(lang) + " " + module.text(lang) for lang in ("it", "en"))
    return _folded(f"{' '.join(names)} {action.key}")


def _stem(word: str) -> str:
    """Without the letter in which one and several differ: `bozze` finds *bozza*."""
    return word[:-1] if len(word) > _SHORTEST_STEM else word


def _folded(text: str) -> str:
    """Small letters without accents: `perche` finds *perché*."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def found_line(count: int, words: str) -> str:
    """What became of the search, for everybody and for screen readers."""
    if not words:
        return ""
    if not count:
        return _("Nothing is called “%(words)s”: here is everything.", words=words)
    return _("Found: %(num)d. Choose one below.", num=count)


def usual(account: str) -> str:
    """What is asked about most in that edition."""
    edition = db.session.get_one(Account, account).edition
    return "draft.send" if edition == Edition.FE else "received_invoice.import"


def summary(account: str, words: str) -> dict[str, Any]:
    """What the form of review/choose.html shows."""
    typed = " ".join(words.split())[:LONGEST]
    found = found_actions(account, typed)
    line = found_line(len(found), typed)
    actions = found or found_actions(account, "")
    return {
        "words": typed,
        "line": line,
        "groups": groups(actions, usual(account)),
    }
