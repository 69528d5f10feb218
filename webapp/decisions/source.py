"""From an AuthZEN question to the panel's enforcer, and its answer back."""

from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import select

from authz import TEXTS, Reason
from authz.pdp import BadRequestError, Evaluation, ItemError, Outcome, Subject
from webapp.decisions.callers import Caller
from webapp.extensions import enforcer, reading
from webapp.tables import Account, User


@dataclass(frozen=True, slots=True)
class PanelSource:
    """Answers for one caller; `account` is the address's, None on the general one."""

    caller: Caller
    account: str | None

    def decide(self, question: Evaluation) -> Outcome:
        """The same enforcer that every route of the panel obeys."""
        account = self._account(question)
        self._require_mine(account)
        decision = enforcer().decide(
            _subject(question.subject),
            account,
            question.resource.type,
            question.action.name,
        )
        context = {} if decision else _context(decision.reason)
        return Outcome(
            allowed=decision.allowed, revision=decision.revision, context=context
        )

    def _account(self, question: Evaluation) -> str:
        """Path, then context, then resource; two that differ are no question."""
        named = [
            self.account,
            question.context.get("account"),
            question.resource.properties.get("account"),
        ]
        found = [name for name in named if name is not None]
        if not found:
            raise BadRequestError("name the account in `context.account`")
        if any(not isinstance(name, str) or name != found[0] for name in found):
            raise BadRequestError("the request names two different accounts")
        return str(found[0])

    def _require_mine(self, account: str) -> None:
        if not self.caller.may_ask_about(account):
            raise ItemError(403, "this key is not for that account")
        if account in g.setdefault("known_accounts", set()):
            return
        with reading() as connection:
            if (
                connection.scalar(select(Account.id).where(Account.id == account))
                is None
            ):
                raise ItemError(403, "this key is not for that account")
        g.known_accounts.add(account)


def _subject(subject: Subject) -> str:
    """Our id; a user name is looked up. Whatever else is nobody, refused as such."""
    if subject.type == "user":
        return subject.id
    if subject.type == "user_name":
        query = select(User.id).where(User.folded_name == subject.id.lower())
        with reading() as connection:
            return connection.scalar(query) or ""
    return ""


def _context(reason: Reason) -> dict[str, Any]:
    italian, english, admin = TEXTS[reason]
    return {
        "code": reason.value,
        "reason_user": {"it": italian, "en": english},
        "reason_admin": {"en": admin},
    }
