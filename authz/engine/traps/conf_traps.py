"""What a model.conf says to a reader and not to casbin, seen in its text alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from authz.engine.traps.conf import SECTIONS, Conf, Entry, read_conf
from authz.engine.traps.trap import Trap

#: A byte order mark; casbin finds no section in such a file.
MARK = "DLG320"
#: A text in quotes.
TEXT = re.compile(r'"[^"]*"|\'[^\']*\'')
#: Backslashes that Python, and so casbin, takes for something else than they look.
_ESCAPE = re.compile(r"\\([\\'\"abfnrtvuxUN0-7])")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text in a matcher that casbin changes before it compares."""

    trap: Trap
    key: str
    text: str


def conf_traps(text: str) -> list[Trap]:
    """Everything that the text of a model.conf shows by itself."""
    if text.startswith("\ufeff"):
        return [
            Trap(
                code=MARK,
                line=1,
                wrong="the file begins with a byte order mark",
                casbin="does not see the first section, and can not load the model",
                instead="save the file as UTF-8 without a mark",
            )
        ]
    conf = read_conf(text)
    found = [*_lost_sections(conf), *_lost_keys(conf), *_effects(conf)]
    found += [*_half_rewritten(conf), *_escapes(conf)]
    return found + [one.trap for one in rewritten_texts(text)]


def rewritten_texts(text: str) -> list[Rewritten]:
    """The texts of matchers that do not reach casbin's comparison as written."""
    return [
        Rewritten(_literal(entry, word), entry.key, word[1:-1])
        for entry in read_conf(text).of("m")
        for word in TEXT.findall(entry.value)
        if word not in rewritten(entry.value)
    ]


def rewritten(matcher: str) -> str:
    """A matcher as casbin evaluates it; its texts are not spared."""
    for letter in "pr":
        first = re.search(rf"\b{letter}(\d*)\.", matcher)
        if first:
            name = letter + first[1]
            matcher = re.sub(rf"\b{name}\.", f"{name}_", matcher)
    matcher = matcher.partition("#")[0].strip() if "#" in matcher else matcher
    matcher = matcher.replace("&&", "and").replace("||", "or")
    return re.sub(r"!(?!=)", "not ", matcher)


def _literal(entry: Entry, word: str) -> Trap:
    inner = rewritten(word)
    seen = "cuts the matcher at the #" if "#" in word else f"compares with {inner}"
    return Trap(
        code="DLG301",
        line=entry.line,
        wrong=f"the text {word} in `{entry.key}` holds what casbin rewrites",
        casbin=f"{seen}: the value as written never matches",
        instead="a name without p. r. && || ! and #",
    )


def _lost_sections(conf: Conf) -> Iterator[Trap]:
    for header in conf.headers():
        name = header.section
        if name not in SECTIONS:
            near = get_close_matches(name.strip().lower(), SECTIONS, n=1, cutoff=0.5)
            yield Trap(
                code="DLG303",
                line=header.line,
                wrong=f"no section of casbin's is called [{name}]",
                casbin="skips all of it without a word",
                instead=f"[{near[0]}]" if near else "one of its five sections",
            )


def _lost_keys(conf: Conf) -> Iterator[Trap]:
    for section, letter in SECTIONS.items():
        written = [entry for entry in conf.options() if entry.section == section]
        names = [entry.key for entry in written]
        read = list(_read_keys(letter, set(names)))
        for place, entry in enumerate(written):
            if entry.key in names[:place]:
                first = written[names.index(entry.key)].line
                wrong = f"stands twice, first at line {first}"
                yield _key(entry, "DLG304", wrong, "keeps the last")
            elif entry.key not in read:
                wrong = f"is no key that casbin gets to: it reads {', '.join(read)}"
                casbin = f"stops at the first that is missing, {letter}{len(read) + 1}"
                if not re.fullmatch(rf"{letter}\d+", entry.key):
                    casbin = "skips it without a word"
                yield _key(entry, "DLG302", wrong, casbin)


def _read_keys(letter: str, names: set[str]) -> Iterator[str]:
    """Count as casbin does: m, m2, m3 … up to the first gap."""
    key, count = letter, 1
    while key in names:
        yield key
        count += 1
        key = f"{letter}{count}"


def _key(entry: Entry, code: str, wrong: str, casbin: str) -> Trap:
    letter = SECTIONS[entry.section]
    return Trap(
        code=code,
        line=entry.line,
        wrong=f"`{entry.key}` in [{entry.section}] {wrong}",
        casbin=casbin,
        instead=f"{letter}, {letter}2, {letter}3, each once and without a gap",
    )


def _effects(conf: Conf) -> Iterator[Trap]:
    first, *others = conf.of("e") or (None,)
    for entry in others:
        same = first and first.value.replace("p.", f"p{entry.key[1:]}.")
        if first and entry.value not in (first.value, same):
            yield Trap(
                code="DLG305",
                line=entry.line,
                wrong=f"`{entry.key}` is another effect than `e`",
                casbin="never uses it: `e` decides in every context",
                instead="one effect; another model for another effect",
            )


def _half_rewritten(conf: Conf) -> Iterator[Trap]:
    for entry in conf.of("m"):
        left = re.search(r"\b([rp]\d*)\.\w", TEXT.sub('""', rewritten(entry.value)))
        if left:
            yield Trap(
                code="DLG306",
                line=entry.line,
                wrong=f"`{entry.key}` mixes {left[1]}. with another of its kind",
                casbin=f"rewrites the first alone and raises where `{left[1]}` is asked",
                instead="one r and one p in a matcher",
            )


def _escapes(conf: Conf) -> Iterator[Trap]:
    for entry in conf.of("m"):
        for word in TEXT.findall(entry.value):
            found = _ESCAPE.search(word)
            if found:
                yield Trap(
                    code="DLG308",
                    line=entry.line,
                    wrong=f"the text {word} in `{entry.key}` holds {found[0]}",
                    casbin="reads it as Python does, not as the two characters it shows",
                    instead=f"\\{found[0]}, or a text without a backslash",
                )
