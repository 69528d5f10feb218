"""A decision in words and as a path: user, seat, permission, service, action."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from authz import Action, Explained, Reason, Release
from webapp.editions import role_name
from webapp.extensions import enforcer
from webapp.i18n import language, moment
from webapp.steps import Station, drawn
from webapp.tables import Seat, User

#: Reasons that lie before the permissions: the path breaks at the user or the seat.
_AT_USER = frozenset(
    {
        Reason.NOT_A_MEMBER,
        Reason.INVITED,
        Reason.SUSPENDED,
        Reason.PASSWORD_CHANGE_REQUIRED,
    }
)
_AT_SEAT = frozenset({Reason.SEAT_ENDED, Reason.DELEGATION_NOT_ACTIVE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Who is asked about, and what.

    Attributes:
        seat: where he sits; None for the owner.
        mine: whether the reader asks about himself.
    """

    user: User
    seat: Seat | None
    action: Action
    explained: Explained
    release: Release
    mine: bool

    @property
    def label(self) -> str:
        """The action by its name."""
        return self.action.label(language())


def ask(user: User, seat: Seat | None, action: Action, *, mine: bool) -> Question:
    """Ask the enforcer, which explains itself."""
    explained = enforcer().explain(
        user.id, str(user.account_id), action.resource, action.name
    )
    return Question(
        user=user,
        seat=seat,
        action=action,
        explained=explained,
        release=enforcer().release(),
        mine=mine,
    )


def verdict(question: Question) -> dict[str, Any]:
    """What templates/review/why.html shows."""
    decision = question.explained.decision
    name = question.user.shown_name
    words = {"name": name, "action": question.label}
    if question.mine:
        yes, no = _("You can do it: %(action)s"), _("Why can I not: %(action)s?")
    else:
        yes = _("%(name)s can do it: %(action)s")
        no = _("Why can %(name)s not: %(action)s?")
    return {
        "title": (yes if decision else no) % words,
        "allowed": bool(decision),
        "reason": decision.text(language()),
        "steps": drawn(_stations(question)),
        "change": _change(question),
        "facts": _facts(question),
    }


def _stations(question: Question) -> Iterator[Station]:
    explained, user = question.explained, question.user
    reason = explained.decision.reason
    yield Station(reason not in _AT_USER, _("User"), user.shown_name, user.user_name)
    if question.seat is not None:
        paid = _("paid until %(day)s", day=f"{question.seat.paid_until:%d/%m/%Y}")
        yield Station(reason not in _AT_SEAT, _("Seat"), _role(question), paid)
    for name in _needed(question):
        held = name not in explained.missing
        yield Station(held, _("Permission"), _title(question, name))
    runs = explained.service_runs
    state = _("active") if runs else _("not active")
    yield Station(runs, _("Service"), state)
    allowed = bool(explained.decision)
    reached = "" if allowed else _("not reached")
    yield Station(allowed, _("Action"), question.label, reached)


def _needed(question: Question) -> list[str]:
    grant = question.release.grant_for(question.action)
    return [name for name in grant.needs if name != "seated"]


def _title(question: Question, name: str) -> str:
    if name in question.release.permissions:
        return question.release.permissions.title(name, language())
    return _("The owner alone") if name == "owner" else _("Every user’s own")


def _role(question: Question) -> str:
    preset = question.seat and question.release.presets.get(question.seat.preset)
    return role_name(preset.name) if preset else _("Own choice")


def _change(question: Question) -> dict[str, str] | None:
    """The smallest change that is enough, where a permission is all that lacks."""
    explained = question.explained
    if explained.decision.reason is not Reason.NO_PERMISSION:
        return None
    permissions = question.release.permissions
    wanted = [name for name in explained.missing if name in permissions]
    if not wanted:
        return None
    names = " + ".join(permissions.title(name, language()) for name in wanted)
    url = url_for(
        "team.permissions", account=question.user.account_id, user=question.user.id
    )
    return {"names": names, "url": "" if question.mine else url}


def _facts(question: Question) -> list[tuple[str, str]]:
    explained = question.explained
    asked = (question.user.id, str(question.user.account_id), question.action.key)
    row = explained.row
    links = "; ".join(str(link) for walk in explained.path for link in walk)
    return [
        (_("Answer"), explained.decision.reason.value),
        (_("Question"), " · ".join(asked)),
        (_("Nearest row"), f"{row} ({row.place})" if row else ""),
        (_("Links"), links),
        (_("Missing"), ", ".join(explained.missing)),
        (_("Service"), explained.service),
        (_("Revision"), str(explained.decision.revision)),
        (_("Release"), question.release.hash[:12]),
        (_("Last access"), moment(question.user.last_access_at)),
    ]
