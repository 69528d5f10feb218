"""One rule of a mapping: which requests, and what they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol

import msgspec

from authz.pdp.forward.errors import RuleError
from authz.pdp.forward.requests import METHODS
from authz.pdp.forward.templates import ACCOUNT, Template, read_template


class Names(Protocol):
    """The catalogue, as far as it is asked."""

    def named(self, key: str) -> object:
        """The action written `draft.send`.

        Raises:
            UnknownNameError: the catalogue lacks it.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One line of the mapping.

    Attributes:
        number: from 1, in the order of the file.
        line: of its heading, 0 when it is written in another way.
        methods: exact; whatever answers GET answers HEAD.
        account: the fixed one, None when the path names it.
    """

    number: int
    line: int
    methods: frozenset[str]
    template: Template
    resource: str
    action: str
    account: str | None


class _Entry(msgspec.Struct, frozen=True):
    method: str | list[str]
    path: str
    requires: str
    account: str | None = None


RULE_KEYS = _Entry.__struct_fields__


def read_rule(
    number: int,
    line: int,
    written: dict[str, Any],
    account: str | None,
    names: Names | None,
) -> Rule:
    """Read what the file says, of `RULE_KEYS` alone; `account` is the file's own.

    Raises:
        RuleError: says what to write.
        UnknownNameError: the catalogue lacks the action.
        ValidationError: a key is missing or of the wrong type.
    """
    entry = msgspec.convert(written, _Entry)
    template = read_template(entry.path)
    if names is not None:
        names.named(entry.requires)
    resource, _, action = entry.requires.partition(".")
    if not (resource and action):
        raise RuleError(f"`{entry.requires}` is no action; write it as noun.verb")
    return Rule(
        number=number,
        line=line,
        methods=_methods(entry.method),
        template=template,
        resource=resource,
        action=action,
        account=_account(template, entry.account, account),
    )


def _methods(written: str | list[str]) -> frozenset[str]:
    methods = [written] if isinstance(written, str) else written
    for method in methods:
        if method not in METHODS or method == "HEAD":
            known = ", ".join(each for each in METHODS if each != "HEAD")
            raise RuleError(f"the method `{method}` is none of {known}")
    if not methods or len(set(methods)) != len(methods):
        raise RuleError("name each method once, and one at least")
    # a HEAD asks for less of the same
    return frozenset([*methods, "HEAD"] if "GET" in methods else methods)


def _account(template: Template, own: str | None, common: str | None) -> str | None:
    if own is not None and not ACCOUNT.fullmatch(own):
        raise RuleError(f"`{own}` is no id of an account")
    if template.names_account:
        if own is not None:
            raise RuleError("the account stands in the path and beside it")
        return None
    if own is None and common is None:
        raise RuleError("name the account: `{account}` in the path, or `account`")
    return common if own is None else own


def overlaps(rules: Sequence[Rule]) -> list[tuple[int, str]]:
    """Every pair that one request could fit."""
    return [
        (
            other.line,
            f"rule {other.number}: `{other.template.text}` overlaps "
            f"`{rule.template.text}` of rule {rule.number} "
            f"for {', '.join(sorted(rule.methods & other.methods))}",
        )
        for rule, other in combinations(rules, 2)
        if rule.methods & other.methods and rule.template.overlaps(other.template)
    ]
