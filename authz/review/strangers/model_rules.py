"""What a model.conf says to a reader and not to casbin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from authz.engine import read_model
from authz.errors import Fault, ModelError
from authz.review.strangers.conf import SECTIONS, Conf, Entry, read_conf
from authz.review.strangers.finding import Finding

_TEXT = re.compile(r'"[^"]*"|\'[^\']*\'')
_FAULT_SAYS = {
    "DLG001": ("can not load the model", "a model.conf that casbin's own editor takes"),
    "DLG002": ("loads the model and raises on every request", "the section as named"),
    "DLG003": (
        "takes the comment or mark for part of the name: no rule about it ever matches",
        "plain names; comments on lines of their own",
    ),
    "DLG004": ("raises on every request that gets there", "g = _, _ in it"),
    "DLG005": ("refuses to start", "one of its five effects, blank by blank"),
}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text in a matcher that casbin changes before it compares."""

    finding: Finding
    key: str
    text: str


def model_findings(text: str, file: str) -> list[Finding]:
    """Everything about a model.conf alone."""
    conf = read_conf(text)
    if text.startswith("\ufeff"):
        return [_marked(file)]
    found = [*_lost_sections(conf, file), *_lost_keys(conf, file)]
    found += [*_effects(conf, file), *_half_rewritten(conf, file)]
    found += [one.finding for one in rewritten_texts(text, file)]
    said = " ".join(finding.instead for finding in found)
    try:
        read_model(text, file)
    except ModelError as error:
        for fault in error.faults:
            known = re.search(r"\[(\w+)\]", fault.message)
            if not (fault.code == "DLG002" and known and f"[{known[1]}]" in said):
                found.append(_from_fault(conf, fault))
    return found


def rewritten_texts(text: str, file: str) -> list[Rewritten]:
    """The texts of matchers that do not reach casbin's comparison as written."""
    found = []
    for entry in read_conf(text).of("m"):
        python = as_python(entry.value)
        for word in _TEXT.findall(entry.value):
            if word not in python:
                finding = _literal(entry, word, file)
                found.append(Rewritten(finding, entry.key, word[1:-1]))
    return found


def as_python(matcher: str) -> str:
    """A matcher as casbin evaluates it; its texts are not spared."""
    for letter in "pr":
        first = re.search(rf"\b{letter}(\d*)\.", matcher)
        if first:
            name = letter + first[1]
            matcher = re.sub(rf"\b{name}\.", f"{name}_", matcher)
    matcher = matcher.partition("#")[0].strip() if "#" in matcher else matcher
    matcher = matcher.replace("&&", "and").replace("||", "or")
    return re.sub(r"!(?!=)", "not ", matcher)


def _literal(entry: Entry, word: str, file: str) -> Finding:
    inner = as_python(word)
    seen = "cuts the matcher at the #" if "#" in word else f"compares with {inner}"
    return Finding(
        code="DLG301",
        file=file,
        line=entry.line,
        wrong=f"the text {word} in `{entry.key}` holds what casbin rewrites",
        casbin=f"{seen}: the value as written never matches",
        instead="a name without p. r. && || ! and #",
    )


def _marked(file: str) -> Finding:
    return Finding(
        code="DLG320",
        file=file,
        line=1,
        wrong="the file begins with a byte order mark",
        casbin="does not see the first section, and can not load the model",
        instead="save the file as UTF-8 without a mark",
    )


def _lost_sections(conf: Conf, file: str) -> Iterator[Finding]:
    for header in conf.headers():
        name = header.section
        if name not in SECTIONS:
            near = get_close_matches(name.strip().lower(), SECTIONS, n=1, cutoff=0.5)
            yield Finding(
                code="DLG303",
                file=file,
                line=header.line,
                wrong=f"no section of casbin's is called [{name}]",
                casbin="skips all of it without a word",
                instead=f"[{near[0]}]" if near else "one of its five sections",
            )


def _lost_keys(conf: Conf, file: str) -> Iterator[Finding]:
    for section, letter in SECTIONS.items():
        written = [entry for entry in conf.options() if entry.section == section]
        names = [entry.key for entry in written]
        read = list(_read_keys(letter, set(names)))
        for place, entry in enumerate(written):
            if entry.key in names[place + 1 :]:
                yield _key(entry, file, "DLG304", "stands twice", "keeps the last")
            elif entry.key not in read:
                wrong = f"is no key that casbin gets to: it reads {', '.join(read)}"
                casbin = f"stops at the first that is missing, {letter}{len(read) + 1}"
                if not re.fullmatch(rf"{letter}\d+", entry.key):
                    casbin = "skips it without a word"
                yield _key(entry, file, "DLG302", wrong, casbin)


def _read_keys(letter: str, names: set[str]) -> Iterator[str]:
    """Count as casbin does: m, m2, m3 … up to the first gap."""
    key, count = letter, 1
    while key in names:
        yield key
        count += 1
        key = f"{letter}{count}"


def _key(entry: Entry, file: str, code: str, wrong: str, casbin: str) -> Finding:
    letter = SECTIONS[entry.section]
    return Finding(
        code=code,
        file=file,
        line=entry.line,
        wrong=f"`{entry.key}` in [{entry.section}] {wrong}",
        casbin=casbin,
        instead=f"{letter}, {letter}2, {letter}3, each once and without a gap",
    )


def _effects(conf: Conf, file: str) -> Iterator[Finding]:
    first, *others = conf.of("e") or (None,)
    for entry in others:
        if first and entry.value != first.value.replace("p.", f"p{entry.key[1:]}."):
            yield Finding(
                code="DLG305",
                file=file,
                line=entry.line,
                wrong=f"`{entry.key}` is another effect than `e`",
                casbin="never uses it: `e` decides in every context",
                instead="one effect; another model for another effect",
            )


def _half_rewritten(conf: Conf, file: str) -> Iterator[Finding]:
    for entry in conf.of("m"):
        left = re.search(r"\b([rp]\d*)\.\w", _TEXT.sub('""', as_python(entry.value)))
        if left:
            yield Finding(
                code="DLG306",
                file=file,
                line=entry.line,
                wrong=f"`{entry.key}` mixes {left[1]}. with another of its kind",
                casbin=f"rewrites the first alone and raises where `{left[1]}` is asked",
                instead="one r and one p in a matcher",
            )


def _from_fault(conf: Conf, fault: Fault) -> Finding:
    casbin, instead = _FAULT_SAYS[fault.code]
    key = re.search(r"token of (\w+)$", fault.message)
    letter = {"DLG004": "m", "DLG005": "e"}.get(fault.code, key[1] if key else "")
    return Finding(
        code=fault.code,
        file=fault.file,
        line=conf.line_of(letter),
        wrong=fault.message,
        casbin=casbin,
        instead=instead,
    )
