"""Whether a text, a file name or a number may stand in an invoice we write."""

import re
from typing import Final

from webapp.panel.fatturapa.problems import Problem, problem

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PROGRESSIVE_LENGTH: Final = 5
_COUNTRY = re.compile(r"[A-Z]{2}")
_TRANSMITTER = re.compile(r"[A-Z0-9]{2,28}")
_PROGRESSIVE = re.compile(r"[A-Za-z0-9]{1,5}")
_LATIN_1_LAST: Final = 0xFF
_ASCII_LAST: Final = 0x7F


def text_problems(
    value: str,
    max_length: int,
    *,
    ascii_only: bool = False,
    element: str | None = None,
) -> tuple[Problem, ...]:
    """Why the schema refuses a text: its length, and each character outside its set.

    The set is U+0000 to U+00FF (`ascii_only`: to U+007F) less the control
    characters, which XML excludes or turns into spaces. So the euro sign and the
    typographic apostrophe are refused.
    """
    found = []
    if not value.strip():
        found.append(problem("DLG-TEXT-EMPTY", element=element))
    if len(value) > max_length:
        size = len(value)
        found.append(
            problem("DLG-TEXT-LENGTH", element=element, size=size, limit=max_length)
        )
    last = _ASCII_LAST if ascii_only else _LATIN_1_LAST
    found.extend(
        problem(
            "DLG-TEXT-CHARACTER",
            element=element,
            value=_shown(character),
            expected=f"U+0020 - U+{last:04X}",
        )
        for character in dict.fromkeys(value)
        if ord(character) > last or not _is_plain(character)
    )
    return tuple(found)


def _shown(character: str) -> str:
    name = f"U+{ord(character):04X}"
    return f"{name} «{character}»" if character.isprintable() else name


def _is_plain(character: str) -> bool:
    # The C1 controls pass the schema and no reader shows them.
    return not (ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0)


def file_name(country: str, transmitter: str, progressive: str) -> str:
    """The name a file must have when sent, such as `IT01879020517_00001.xml`.

    Raises:
        ValueError: when a part has characters or a length the exchange refuses.
    """
    if not _COUNTRY.fullmatch(country):
        raise ValueError(f"country `{country}` is not two capital letters")
    if not _TRANSMITTER.fullmatch(transmitter):
        raise ValueError(
            f"transmitter `{transmitter}` is not 2 to 28 capital characters"
        )
    if not _PROGRESSIVE.fullmatch(progressive):
        raise ValueError(f"progressive `{progressive}` is not 1 to 5 letters or digits")
    return f"{country}{transmitter}_{progressive}.xml"


def next_progressive(n: int) -> str:
    """The n-th progressive: base 36, five characters, `00001` for 1.

    Raises:
        ValueError: below 0, or once five characters are used up.
    """
    if not 0 <= n < len(_DIGITS) ** _PROGRESSIVE_LENGTH:
        raise ValueError(f"progressive number {n} does not fit in five characters")
    text = ""
    for _ in range(_PROGRESSIVE_LENGTH):
        n, digit = divmod(n, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text
