"""What templates/review/history.html shows: a page of changes and the filter form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from authz.storage import HistoryPage
from webapp.buttons import Action, offer
from webapp.changes import KINDS
from webapp.extensions import reading
from webapp.history import Told, told
from webapp.i18n import day, moment, number
from webapp.opening import SYSTEM, WEBHOOK
from webapp.review.history_filters import OPERATORS, REFUSED, Filters
from webapp.review.refused_page import ToldAct, count_recent, refused_acts
from webapp.review.refused_words import ACTS
from webapp.tables import RefusedAct, User

PAGE = 50
#: As many differences stand in sight; the rest is folded.
IN_SIGHT = 6
Option = tuple[str, str]


def history_page(account: str, filters: Filters, page: HistoryPage) -> dict[str, Any]:
    """Newest first; one more than the page holds is read, to know whether to go on."""
    read: Callable[[HistoryPage], Sequence[Told | ToldAct]]
    read = refused_acts if filters.refused else told
    found = read(replace(page, limit=PAGE + 1))
    if page.after is not None and len(found) <= PAGE:
        page = replace(page, after=None)  # the first page is always a full one
        found = read(replace(page, limit=PAGE + 1))
    more = len(found) > PAGE
    here = found[-PAGE:] if page.after is not None else found[:PAGE]
    newer = more if page.after is not None else page.before is not None
    older = page.after is not None or more
    return {
        "trail": [(_("Settings"), url_for("settings.index", account=account))],
        "filters": _form(account, filters),
        "refused": filters.refused,
        "hint": _hint(account, filters),
        "rows": [_row(one) for one in here],
        "pager": _pager(account, filters, here, newer=newer, older=older),
        "export": _export(account, filters),
    }


def _export(account: str, filters: Filters) -> Action | None:
    kept: dict[str, Any] = dict(filters.parameters)
    url = url_for("history.export", account=account, **kept)
    return offer("history.export", _("Export CSV"), url)


def _hint(account: str, filters: Filters) -> dict[str, str] | None:
    """Where the page of changes leads to those that were refused."""
    count = 0 if filters.parameters else count_recent(account)
    if not count:
        return None
    text = ngettext(
        "%(num)d change was asked for and refused in the last 30 days.",
        "%(num)d changes were asked for and refused in the last 30 days.",
        count,
    )
    url = url_for("history.index", account=account, outcome=REFUSED)
    return {"text": text, "url": url}


def _row(one: Told | ToldAct) -> dict[str, Any]:
    if isinstance(one, ToldAct):
        return _refused_row(one)
    return {
        "when": moment(one.at),
        "who": one.who,
        "what": one.what,
        "label": one.label,
        "reason": one.reason,
        "differences": one.differences[:IN_SIGHT],
        "more": one.differences[IN_SIGHT:],
        "facts": _facts(one),
    }


def _refused_row(one: ToldAct) -> dict[str, Any]:
    return {
        "when": moment(one.act.at),
        "who": one.who,
        "what": one.what,
        "reason": "",
        "label": one.label,
        "why": one.why,
        "wanted": one.wanted,
        "facts": _refused_facts(one.act),
    }


def _refused_facts(act: RefusedAct) -> list[Option]:
    return [
        (_("Number"), number(act.number, 0)),
        (_("Action"), act.act),
        (_("Answer"), act.code),
        (_("Done by"), act.actor),
        (_("Done to"), act.node),
        (_("Instant"), act.at.isoformat(timespec="seconds")),
        (_("Hash"), act.hash),
        (_("Hash before it"), act.previous_hash),
    ]


def _facts(one: Told) -> list[Option]:
    """For whoever checks the chain: only here do ids and hashes stand."""
    record = one.record
    return [
        (_("Revision"), number(record.revision, 0)),
        (_("Kind"), record.kind),
        (_("Done by"), record.actor),
        (_("Done to"), record.node),
        (_("Instant"), record.at.isoformat(timespec="seconds")),
        (_("Hash"), record.hash),
        (_("Hash before it"), record.previous_hash),
    ]


def _pager(
    account: str,
    filters: Filters,
    here: Sequence[Told | ToldAct],
    *,
    newer: bool,
    older: bool,
) -> dict[str, Any]:
    def url(**place: int) -> str:
        kept: dict[str, Any] = {**filters.parameters, **place}
        return url_for("history.index", account=account, **kept)

    if not here:
        return {"previous_url": url() if newer else None, "next_url": None, "label": ""}
    first, last = here[0], here[-1]
    return {
        "previous_url": url(after=first.place) if newer else None,
        "next_url": url(before=last.place) if older else None,
        "label": f"{day(last.at)} – {day(first.at)}",
    }


def _form(account: str, filters: Filters) -> dict[str, Any]:
    url = url_for("history.index", account=account)
    users = list(_users(account))
    actors = [
        (SYSTEM, _("The system")),
        (WEBHOOK, _("The payment service")),
        (OPERATORS, _("Whoever runs the service")),
    ]
    known = ACTS if filters.refused else KINDS
    kinds = [(name, str(kind.label)) for name, kind in known.items()]
    outcomes = [(REFUSED, _("Refused changes"))]
    return {
        "url": url,
        "selects": [
            _select(
                "outcome",
                _("Outcome"),
                filters.outcome,
                outcomes,
                everything=_("Changes made"),
            ),
            _select("user", _("Person concerned"), filters.user, users),
            _select("actor", _("Done by"), filters.actor, [*users, *actors]),
            _select("kind", _("Change"), filters.kind, kinds),
        ],
        "days": [
            ("since", _("From"), filters.since),
            ("until", _("To"), filters.until),
        ],
        "problems": filters.problems,
        "clear_url": url if filters.parameters else None,
    }


def _select(
    name: str,
    label: str,
    chosen: str,
    options: Iterable[Option],
    *,
    everything: str = "",
) -> dict[str, Any]:
    first = ("", everything or _("All"))
    return {
        "name": name,
        "label": label,
        "options": [(v, text, v == chosen) for v, text in (first, *options)],
    }


def _users(account: str) -> Iterable[Option]:
    """Everybody who is or was in the account, while the name is kept."""
    query = select(User.id, User.full_name, User.user_name)
    query = query.where(User.account_id == account).order_by(User.folded_name)
    with reading() as connection:
        return [
            (user.id, f"{user.full_name} ({user.user_name})".strip())
            for user in connection.execute(query)
        ]
