"""What keyMatch2 to keyMatch5 read in a pattern: names, and live marks of expressions."""

import re
from collections.abc import Iterator
from typing import NamedTuple

#: What each function takes for a name, before the pattern becomes an expression.
_NAME = {
    "keyMatch2": r":[^/]+",
    "keyMatch3": r"\{[^/]+?\}",
    "keyMatch4": r"\{[^/]+\}",
    "keyMatch5": r"\{[^/]+\}",
}
#: A name as somebody means it.
_BRACED = r"\{[^/{}]+\}"
_MEANT = {"keyMatch2": r":[\w-]+[?*+]?"}
#: Whoever writes these writes an expression: escapes, sets, groups, what repeats them,
#: an end or beginning where one is.
_SPARED = "|".join(
    (
        r"\\.(?:\.[*+]|[+?*])?",
        r"\[\^?\]?[^\]]*\][+?*]?",
        r"/\.[*+]",
        r"\)[+?*]?",
        r"\((?:\?[:=!])?\^?",
        r"(?<![^|])\^",
        r"\$(?:\||(?=\))|$)",
    )
)
_LIVE = r"(?P<live>[.+?^$|])"
_TOKENS = {
    function: re.compile(rf"(?P<name>{name})|{_SPARED}|{_LIVE}")
    for function, name in _NAME.items()
}


class Mark(NamedTuple):
    """A mark of regular expressions, and where it stands in a pattern."""

    text: str
    at: int


def live_marks(function: str, pattern: str) -> list[Mark]:
    """The marks that nothing says were meant: not escaped, in no set, `|` in no group."""
    depth, found = 0, []
    for token in _TOKENS[function].finditer(pattern):
        if token.lastgroup is None:
            depth += token[0].startswith("(") - token[0].startswith(")")
        elif token.lastgroup == "live" and not (token[0] == "|" and depth):
            found.append(Mark(token[0], token.start()))
    return found


def escaped(function: str, pattern: str, marks: list[Mark]) -> str:
    """The pattern with these marks standing for themselves, and `|` for one or other."""
    for mark in reversed([mark for mark in marks if mark.text != "|"]):
        before, after = pattern[: mark.at], pattern[mark.at + 1 :]
        if mark.text == "?" and function == "keyMatch5":
            pattern = before  # it asks for what stands before a ? alone
            continue
        # behind a dot that is one, a star is an expression's own
        dot = "." if mark.text == "." and after.startswith("*") else ""
        pattern = f"{before}\\{mark.text}{dot}{after}"
    is_split = any(mark.text == "|" for mark in marks)
    return grouped(function, pattern) if is_split else pattern


def grouped(function: str, pattern: str) -> str:
    """One or other of the parts between `|`, each from beginning to end."""
    if function == "keyMatch4":
        return f"(?:{pattern})"  # it counts any other group for a name
    if function == "keyMatch2":  # or a name takes in the bracket behind it
        pattern = re.sub(_MEANT[function], "[^/]+", pattern)
    return f"({pattern})"


def long_names(function: str, pattern: str) -> Iterator[tuple[str, str]]:
    """A name that takes in more than it looks, and what it looks like as an expression."""
    meant = re.compile(_MEANT.get(function, _BRACED))
    for token in _TOKENS[function].finditer(pattern):
        name = token[0]
        is_whole = name.count("(") == name.count(")")
        if token.lastgroup == "name" and is_whole and not meant.fullmatch(name):
            yield name, _expression(re.split(f"({meant.pattern})", name))


def _expression(parts: list[str]) -> str:
    """What names and the texts between them stand for, a group for the name before it."""
    if parts[-1].startswith("("):
        return parts[-1]
    return "".join(
        "[^/]+" if part.startswith((":", "{")) else re.escape(part).replace(r"\|", "|")
        for part in parts
    )
