"""From an AuthZEN question to the panel's enforcer, and its answer back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from authz import Explained
from authz.pdp import (
    BadRequestError,
    Evaluation,
    Failure,
    Head,
    ItemError,
    Outcome,
    Subject,
    Wanted,
    denial,
)
from webapp.decisions.callers import Caller
from webapp.decisions.panel import Panel
from webapp.tables import User

#: Stands for every record of its kind: which one it is takes no part in a decision.
EVERY_RECORD = "*"
#: User, account, resource and action, as the enforcer is asked.
About = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class PanelSource:
    """Answers for one caller; `account` is the address's, None on the general one."""

    panel: Panel
    caller: Caller
    account: str | None

    def decide(self, question: Evaluation) -> Outcome:
        """The same enforcer that every route of the panel obeys."""
        return self.panel.outcome(self.panel.enforcer.decide(*self.about(question)))

    def about(self, question: Evaluation) -> About:
        """What the enforcer is asked, if this caller may ask it."""
        account = self._account(question)
        subject = self._subject(question.subject)
        return subject, account, question.resource.type, question.action.name

    @staticmethod
    def is_lasting(question: Evaluation) -> bool:
        """Whether the same question is always about the same: names may go over."""
        return question.subject.type != "user_name"

    def decide_many(
        self, questions: Sequence[Evaluation]
    ) -> Iterable[Outcome | Failure]:
        """All questions about one user in one account are answered at one revision."""
        askings = self._askings(questions)
        first = askings[0] if askings else None
        if isinstance(first, tuple) and askings.count(first) == len(askings):
            return self._about(first, questions)
        asked: dict[tuple[str, str], list[int]] = {}
        for place, who in enumerate(askings):
            if isinstance(who, tuple):
                asked.setdefault(who, []).append(place)
        answers: dict[int, Outcome] = {}
        for who, places in asked.items():
            found = self._about(who, [questions[place] for place in places])
            answers.update(zip(places, found, strict=True))
        return [
            answers[place] if isinstance(who, tuple) else who
            for place, who in enumerate(askings)
        ]

    def explain(self, question: Evaluation) -> Outcome:
        """The grant, the links to each of its permissions, and what is missing."""
        explained = self.panel.enforcer.explain(*self.about(question))
        decision = explained.decision
        context = {} if decision.allowed else denial(decision.reason)
        return Outcome(
            allowed=decision.allowed,
            revision=decision.revision,
            release=self.panel.release(decision.revision),
            context={**context, "trace": _trace(explained)},
        )

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterable[str]:
        """The account's people; the catalogue's actions; one name for all records."""
        account = self._account(question)
        if wanted == "subject":
            return self._people(account, question.subject.type)
        catalogue = self.panel.enforcer.release().catalogue
        kind = question.resource.type
        if wanted == "resource":
            return [EVERY_RECORD] if catalogue.has_resource(kind) else []
        return [action.name for action in catalogue if action.resource == kind]

    def head(self) -> Head:
        """Page tokens of one account's address are not for another's."""
        head = self.panel.head()
        return Head(
            state=f"{head.state} {self.account or ''}",
            revision=head.revision,
            release=head.release,
        )

    def at_least(self, revision: int) -> None:
        """Read your own writes."""
        self.panel.enforcer.at_least(revision)

    def charge(self, decisions: int) -> None:
        """The door has counted the first one."""
        refused = self.panel.callers.charge(self.caller, decisions - 1)
        if refused is not None:
            raise ItemError(refused.status, refused.message, refused.retry_after)

    def _about(
        self, who: tuple[str, str], questions: Iterable[Evaluation]
    ) -> list[Outcome]:
        """Of one user in one account."""
        names = [(each.resource.type, each.action.name) for each in questions]
        return self.panel.outcomes(self.panel.enforcer.decide_many(*who, names))

    def _askings(
        self, questions: Sequence[Evaluation]
    ) -> list[tuple[str, str] | Failure]:
        """User and account of each; what items share by default is looked at once."""
        subject = context = who = None
        found: list[tuple[str, str] | Failure] = []
        for question in questions:
            if question.resource.properties:  # the account may be this one's alone
                found.append(self._asking(question))
                continue
            if (
                who is None
                or question.subject is not subject
                or question.context is not context
            ):
                subject, context = question.subject, question.context
                who = self._asking(question)
            found.append(who)
        return found

    def _asking(self, question: Evaluation) -> tuple[str, str] | Failure:
        try:
            account = self._account(question)
            return self._subject(question.subject), account
        except (BadRequestError, ItemError) as error:
            return error

    def _account(self, question: Evaluation) -> str:
        """Path, then context, then resource; two that differ are no question."""
        account = self.account
        for name in (
            question.context.get("account"),
            question.resource.properties.get("account"),
        ):
            if name is None:
                continue
            if account is None and isinstance(name, str):
                account = name
            elif name != account:
                raise BadRequestError("the request names two different accounts")
        if account is None:
            raise BadRequestError("name the account in `context.account`")
        # one answer for both, so that nobody learns which accounts exist
        if not (self.caller.may_ask_about(account) and self.panel.has_account(account)):
            raise ItemError(403, "this key is not for that account")
        return account

    def _subject(self, subject: Subject) -> str:
        """Our id; a user name is looked up. Whatever else is nobody, refused as such."""
        if subject.type == "user":
            return subject.id
        if subject.type == "user_name":
            query = select(User.id).where(User.folded_name == subject.id.lower())
            with self.panel.reading() as connection:
                return connection.scalar(query) or ""
        return ""

    def _people(self, account: str, kind: str) -> Iterable[str]:
        if kind not in ("user", "user_name"):
            return []
        people = self.panel.enforcer.users(account)
        if kind == "user":
            return people
        query = select(User.user_name).where(User.id.in_(people))
        with self.panel.reading() as connection:
            return list(connection.scalars(query))


def _trace(explained: Explained) -> dict[str, Any]:
    """For who keeps the policy: rows as casbin reads them."""
    row = explained.row
    return {
        "grant": [row.ptype, *row.values] if row else None,
        "paths": [
            [[link.ptype, *link.values] for link in path] for path in explained.path
        ],
        "missing": list(explained.missing),
        "service": explained.service,
        "service_runs": explained.service_runs,
    }
