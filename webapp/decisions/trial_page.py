"""What templates/decisions/trial.html shows; the answer is the enforcer's."""

from collections.abc import Iterator
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from authz import TEXTS, State, Trace
from authz.engine import Near, Row
from webapp.decisions.key_pages import as_curl
from webapp.decisions.source import EVERY_RECORD
from webapp.decisions.trial_case import Tried, case_of
from webapp.decisions.trial_form import TrialForm
from webapp.decisions.trial_names import MOST, people_of
from webapp.decisions.trial_path import paths, place_of
from webapp.extensions import enforcer, reading
from webapp.i18n import day_and_time, language, number
from webapp.tables import Account, Seat, User

#: So many people are offered by the browser while one types.
MOST_PEOPLE = 100


def form_page(form: TrialForm) -> dict[str, Any]:
    """What the fields offer."""
    release = enforcer().release()
    return {
        "actions": [(each.key, each.label(language())) for each in release.catalogue],
        "people": people_of(form.company, MOST_PEOPLE) if form.company else [],
        "offered": {
            name: {
                "links": [(text, _with(name, value)) for value, text in names[:MOST]],
                "more": len(names) > MOST,
            }
            for name, names in form.offered.items()
        },
    }


def tried_page(form: TrialForm, trace: Trace) -> dict[str, Any]:
    """The answer, and everything behind it."""
    user, seat, company = _read(form)
    decision = trace.explained.decision
    words = {"name": user.full_name or user.user_name, "action": _label(form)}
    yes, no = (
        _("%(name)s can do it: %(action)s"),
        _("%(name)s can not do it: %(action)s"),
    )
    elsewhere = user.account_id not in (None, form.company)
    tried = Tried(
        trace=trace,
        seat=seat if form.instant is None else "",
        has_other_company=elsewhere,
        is_owner_elsewhere=user.state == State.OWNER,
    )
    return {
        "allowed": decision.allowed,
        "sentence": (yes if decision else no) % words,
        "answer": _answer(trace),
        "paths": paths(trace, words["name"], user.user_name),
        "rows": list(_rows(trace)),
        "near": [_near(one) for one in trace.near],
        "changes": [[_change(trace, row) for row in some] for some in trace.changes],
        "facts": _facts(form, trace, company),
        "is_now": form.instant is None,
        "curl": _as_curl(form),
        "case": case_of(tried),
    }


def _answer(trace: Trace) -> list[tuple[str, str]]:
    """The reason in full, and what it was true for."""
    decision = trace.explained.decision
    words = TEXTS[decision.reason]
    admin = words.admin_it if language() == "it" else words.admin_en
    return [
        (_("Reason"), decision.reason.value),
        (_("For the user"), decision.text(language())),
        (_("For the administrator"), admin),
        (_("Revision"), number(decision.revision, 0)),
        (_("Release"), trace.policy.release.hash[:12]),
    ]


def _rows(trace: Trace) -> Iterator[tuple[str, str]]:
    """Rows and where they stand: those that decided, else those in force for the user."""
    if trace.deciding:
        decided = trace.deciding[0]
        rows = [decided.row, *(row for walk in decided.paths for row in walk)]
        rows += [row for walk in trace.explained.path for row in walk]
    else:
        own = trace.policy.own
        links = [row for row in own if row.values[0] == trace.request[0]]
        nodes = {row.values[1] for row in links}
        rows = [*links, *(r for r in own if r.ptype == "g" and r.values[0] in nodes)]
    for row in dict.fromkeys(rows):
        yield str(row), place_of(row)


def _near(near: Near) -> dict[str, Any]:
    failed = [
        (part.words, ", ".join(text for text in (part.values, part.problem) if text))
        for part in near.failed
    ]
    return {"row": str(near.row), "place": place_of(near.row), "failed": failed}


def _change(trace: Trace, row: Row) -> tuple[str, str]:
    """In words where there are any, and as the row to add."""
    goal, release = row.values[1], trace.policy.release
    if row.ptype == "g2":
        return _("The service %(service)s runs in the company.", service=goal), str(row)
    if goal in release.permissions:
        name = release.permissions.title(goal, language())
        return _("Give the permission %(name)s.", name=name), str(row)
    return _("This link is added."), str(row)


def _facts(form: TrialForm, trace: Trace, company: str) -> list[tuple[str, str]]:
    until = day_and_time(trace.policy.valid_until) or _("no date changes it")
    return [
        (_("Company"), f"{company} · {form.company}"),
        (_("Question"), " · ".join(trace.request)),
        (_("State of the user"), str(trace.state or _("not a member"))),
        (_("Service"), trace.explained.service),
        (_("Missing"), ", ".join(trace.explained.missing)),
        (_("When"), day_and_time(form.instant) or _("now")),
        (_("True until"), until),
        (_("Release"), trace.policy.release.hash),
    ]


def _as_curl(form: TrialForm) -> str:
    """The same question as a service asks it, which is answered as of now."""
    body = {
        "subject": {"type": "user", "id": form.who},
        "action": {"name": form.asked.name},
        "resource": {"type": form.asked.resource, "id": EVERY_RECORD},
        "context": {"account": form.company},
    }
    return as_curl("/access/v1/evaluation", body)


def _label(form: TrialForm) -> str:
    return form.asked.label(language())


def _with(name: str, value: str) -> str:
    """The address of the same try with one thing chosen."""
    fields = ("account", "user", "action", "at")
    kept: dict[str, Any] = {key: request.args.get(key, "") for key in fields}
    return url_for("trial.index", **{**kept, name: value})


def _read(form: TrialForm) -> tuple[Any, str, str]:
    """The user's row, his seat or "", the company's name."""
    user = select(User.full_name, User.user_name, User.account_id, User.state)
    seat = select(Seat.id).where(Seat.user_id == form.who)
    name = select(Account.name).where(Account.id == form.company)
    with reading() as connection:
        return (
            connection.execute(user.where(User.id == form.who)).one(),
            connection.scalar(seat.where(Seat.account_id == form.company)) or "",
            connection.scalar(name) or "",
        )
