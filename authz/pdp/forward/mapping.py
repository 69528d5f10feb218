"""The mapping file: method and path -> resource, action and account; TOML, strict.

INVARIANT: no request fits two rules, so their order says nothing.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from authz.errors import Fault, UnknownNameError
from authz.pdp.forward.errors import MappingError, RuleError
from authz.pdp.forward.paths import Target
from authz.pdp.forward.requests import SPOKEN_FOR
from authz.pdp.forward.rules import Names, Rule, overlaps, read_rule
from authz.pdp.forward.templates import ACCOUNT

#: The code of every fault of a mapping file.
CODE = "DLG404"
SUBJECT_HEADER = "X-Delega-Subject"
_HEADING = re.compile(r"\s*\[\[\s*rule\s*\]\]\s*(?:#.*)?")
_AT = re.compile(r"at line (\d+)")
_HEADER = re.compile(r"X-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
SubjectType = Literal["user", "user_name"]


@dataclass(frozen=True, slots=True)
class Match:
    """The rule of a request, and the account it is about."""

    rule: Rule
    account: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForwardMap:
    """A mapping file that was read.

    Attributes:
        subject_header: in which the proxy names the user.
        subject_type: what it writes there: our id, or the user name.
    """

    rules: tuple[Rule, ...]
    subject_header: str
    subject_type: SubjectType

    def match(self, method: str, target: Target) -> Match | None:
        """The one rule that a request fits; None: it is denied."""
        for rule in self.rules:
            if method not in rule.methods:
                continue
            found = rule.template.match(target.segments)
            if found is not None:
                return Match(rule, rule.account or found["account"])
        return None


class _Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: str = SUBJECT_HEADER
    type: SubjectType = "user"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: list[dict[str, Any]]
    account: str | None = None
    subject: _Subject = _Subject()


def read_map(text: str, file: str, names: Names | None = None) -> ForwardMap:
    """Read a mapping file.

    Args:
        text: of the file.
        file: its name, for the faults.
        names: knows the actions; None: they are not looked up.

    Raises:
        MappingError: everything that is wrong with it.
    """
    whole = _read_file(text, file)
    problems = [(0, problem) for problem in _head_problems(whole)]
    rules = []
    for number, line, entry in _numbered(text, whole.rule):
        try:
            rules.append(read_rule(number, line, entry, whole.account, names))
        except (RuleError, UnknownNameError, msgspec.ValidationError) as error:
            problems.append((line, f"rule {number}: {_readable(error)}"))
    problems += overlaps(rules)
    if problems:
        raise MappingError([_fault(file, *problem) for problem in problems])
    return ForwardMap(
        rules=tuple(rules),
        subject_header=whole.subject.header,
        subject_type=whole.subject.type,
    )


def load_map(path: Path, names: Names | None = None) -> ForwardMap:
    """Read a mapping file from where it is; as `read_map`.

    Raises:
        MappingError: also when it can not be read.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = _fault(str(path), 0, f"it can not be read as UTF-8: {error}")
        raise MappingError([fault]) from error
    return read_map(text, str(path), names)


def _read_file(text: str, file: str) -> _File:
    try:
        return msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        fault = _fault(file, line, f"this is not TOML: {error}")
        raise MappingError([fault]) from error
    except msgspec.ValidationError as error:
        raise MappingError([_fault(file, 0, _readable(error))]) from error


def _numbered(
    text: str, entries: Sequence[dict[str, Any]]
) -> Iterable[tuple[int, int, dict[str, Any]]]:
    lines = [
        number
        for number, line in enumerate(text.split("\n"), start=1)
        if _HEADING.fullmatch(line)
    ]
    if len(lines) != len(entries):  # written as one list
        lines = [0] * len(entries)
    return zip(range(1, len(entries) + 1), lines, entries, strict=True)


def _head_problems(whole: _File) -> Iterable[str]:
    if not whole.rule:
        yield "there is no [[rule]]; nothing would ever be allowed"
    if whole.account is not None and not ACCOUNT.fullmatch(whole.account):
        yield f"`{whole.account}` is no id of an account"
    if not _HEADER.fullmatch(whole.subject.header):
        yield f"`{whole.subject.header}` is no header; write it as `{SUBJECT_HEADER}`"
    if whole.subject.header.lower() in SPOKEN_FOR:
        yield f"`{whole.subject.header}` says something else already"


def _readable(error: Exception) -> str:
    """One line that begins in lower case, as all of ours."""
    text = str(error)
    return text[:1].lower() + text[1:]


def _fault(file: str, line: int, message: str) -> Fault:
    return Fault(code=CODE, message=message, file=file, line=line)
