"""The mapping file: method and path -> resource, action and account; TOML, strict.

INVARIANT: no request fits two rules, so their order says nothing.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from authz.errors import Fault, UnknownNameError
from authz.pdp.forward.errors import MappingError, RuleError
from authz.pdp.forward.paths import Target
from authz.pdp.forward.problems import Problems, heading_lines, key_line, readable
from authz.pdp.forward.requests import SPOKEN_FOR
from authz.pdp.forward.rules import RULE_KEYS, Names, Rule, overlaps, read_rule
from authz.pdp.forward.templates import ACCOUNT

#: The code of every fault of a mapping file.
CODE = "DLG404"
SUBJECT_HEADER = "X-Delega-Subject"
KEYS = ("account", "subject", "rule")
SUBJECT_KEYS = ("header", "type")
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


def read_map(text: str, file: str, names: Names | None = None) -> ForwardMap:
    """Read a mapping file.

    Args:
        text: of the file.
        file: its name, for the faults.
        names: knows the actions; None: they are not looked up.

    Raises:
        MappingError: everything that is wrong with it.
    """
    problems = Problems(text)
    said = problems.known(_read_toml(text, file), KEYS, 0)
    header, kind = _subject(said, problems)
    account = problems.value(said, "account", 0, str, None)
    if account is not None and not ACCOUNT.fullmatch(account):
        line = key_line(text, "account", 0)
        problems.note(line, f"`{account}` is no id of an account")
    rules = _rules(said, problems, account, names)
    if problems.noted:
        noted = sorted(problems.noted, key=lambda problem: problem[0])
        raise MappingError([_fault(file, *problem) for problem in noted])
    return ForwardMap(rules=tuple(rules), subject_header=header, subject_type=kind)


def load_map(path: Path, names: Names | None = None) -> ForwardMap:
    """Read a mapping file from where it is; as `read_map`.

    Raises:
        MappingError: also when it can not be read.
    """
    file = str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        fault = _fault(file, 0, "the file is missing; write it, or name another")
        raise MappingError([fault]) from error
    except OSError as error:
        fault = _fault(file, 0, f"the file can not be read: {error.strerror}")
        raise MappingError([fault]) from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = _fault(file, line, "the line is not UTF-8; save the file as UTF-8")
        raise MappingError([fault]) from error
    return read_map(text, file, names)


def _read_toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        fault = _fault(file, line, f"this is not TOML: {error}")
        raise MappingError([fault]) from error


def _subject(said: Mapping[str, Any], problems: Problems) -> tuple[str, SubjectType]:
    """The header that names the user, and what it holds."""
    line = next(iter(heading_lines(problems.text, "subject")), 0)
    nothing: dict[str, Any] = {}
    table = problems.value(said, "subject", 0, dict[str, Any], nothing)
    table = problems.known(table, SUBJECT_KEYS, line, "subject: ")
    header = problems.value(table, "header", line, str, SUBJECT_HEADER)
    usual: SubjectType = "user"
    kind = problems.value(table, "type", line, SubjectType, usual)
    place = key_line(problems.text, "header", line)
    if not _HEADER.fullmatch(header):
        text = f"`{header}` is no header; write it as `{SUBJECT_HEADER}`"
        problems.note(place, text)
    if header.lower() in SPOKEN_FOR:
        problems.note(place, f"`{header}` says something else already")
    return header, kind


def _rules(
    said: Mapping[str, Any],
    problems: Problems,
    account: str | None,
    names: Names | None,
) -> list[Rule]:
    if not said.get("rule"):
        problems.note(0, "there is no [[rule]]; nothing would ever be allowed")
        return []
    nothing: list[dict[str, Any]] = []
    entries = problems.value(said, "rule", 0, list[dict[str, Any]], nothing)
    lines = heading_lines(problems.text, "rule")
    if len(lines) != len(entries):  # written as one list
        lines = [0] * len(entries)
    rules = []
    for number, (line, entry) in enumerate(zip(lines, entries, strict=True), start=1):
        known = problems.known(entry, RULE_KEYS, line, f"rule {number}: ")
        try:
            rules.append(read_rule(number, line, known, account, names))
        except (RuleError, UnknownNameError, msgspec.ValidationError) as error:
            problems.note(line, f"rule {number}: {readable(error)}")
    problems.noted.extend(overlaps(rules))
    return rules


def _fault(file: str, line: int, message: str) -> Fault:
    return Fault(code=CODE, message=message, file=file, line=line)
