"""Refused changes for the page of the history: a page of them, or all that fit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from authz import ROME, Release
from authz.storage import HistoryPage
from webapp.extensions import db, enforcer
from webapp.history import names_of, who
from webapp.i18n import language
from webapp.review.refused_words import act_label, act_sentence, obstacle
from webapp.tables import RefusedAct

#: How many the whole of them are read by.
BATCH = 500
#: How far back the page of changes counts them.
RECENT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldAct:
    """One refused change in words.

    Attributes:
        what: what was asked for, of whom.
        why: why it was refused; of the last before a pause, that more may have come.
        wanted: the permissions that were asked for.
    """

    who: str
    whom: str
    label: str
    what: str
    why: str
    wanted: Sequence[str]
    act: RefusedAct

    @property
    def at(self) -> datetime:
        """When it was refused."""
        return self.act.at

    @property
    def place(self) -> int:
        """Where it stands in its order."""
        return self.act.number


def refused_acts(page: HistoryPage) -> list[ToldAct]:
    """A page of the account's refused changes, newest first."""
    query = _query(page)
    if page.after is not None and page.before is None:
        nearest = query.where(RefusedAct.number > page.after)
        nearest = nearest.order_by(RefusedAct.number.asc()).limit(page.limit)
        found = list(db.session.scalars(nearest))[::-1]
    else:
        if page.before is not None:
            query = query.where(RefusedAct.number < page.before)
        newest = query.order_by(RefusedAct.number.desc()).limit(page.limit)
        found = list(db.session.scalars(newest))
    names = names_of(page.account, {n for act in found for n in (act.actor, act.node)})
    release = enforcer().release()
    return [_tell(act, names, release) for act in found]


def refused_whole(page: HistoryPage) -> Iterator[ToldAct]:
    """All that fit, newest first, never all of them in memory."""
    here = refused_acts(replace(page, limit=BATCH))
    while here:
        yield from here
        before = here[-1].act.number
        here = refused_acts(replace(page, limit=BATCH, before=before))


def refused_lines(page: HistoryPage) -> Iterator[Iterable[str]]:
    """All that fit as a spreadsheet."""
    yield (
        _("Number"),
        _("When (UTC)"),
        _("When (Rome)"),
        _("Who"),
        _("Whom"),
        _("Change asked for"),
        _("Permissions asked for"),
        _("Why not"),
        _("Answer"),
        _("Hash"),
        _("Hash before it"),
    )
    yield from map(_line, refused_whole(page))


def _line(one: ToldAct) -> Iterable[str]:
    act = one.act
    return (
        str(act.number),
        act.at.isoformat(timespec="seconds"),
        act.at.astimezone(ROME).isoformat(timespec="seconds"),
        one.who,
        one.whom,
        one.label,
        "; ".join(one.wanted),
        one.why,
        act.code,
        act.hash,
        act.previous_hash,
    )


def count_recent(account: str) -> int:
    """How many were refused lately."""
    query = select(func.count()).select_from(RefusedAct)
    query = query.where(
        RefusedAct.account_id == account, RefusedAct.at > datetime.now(UTC) - RECENT
    )
    return db.session.scalar(query) or 0


def _query(page: HistoryPage) -> Select[RefusedAct]:
    query = select(RefusedAct).where(RefusedAct.account_id == page.account)
    for column, values in (
        (RefusedAct.node, page.nodes),
        (RefusedAct.actor, page.actors),
        (RefusedAct.act, page.kinds),
    ):
        if values is not None:
            query = query.where(column.in_(values))
    if page.since is not None:
        query = query.where(RefusedAct.at >= page.since)
    if page.until is not None:
        query = query.where(RefusedAct.at < page.until)
    return query


def _tell(act: RefusedAct, names: Mapping[str, str], release: Release) -> ToldAct:
    whom = who(names, act.node) if act.node else ""
    why = obstacle(act.code)
    if act.is_last:
        why += " " + _("There may have been more: not all are written down.")
    return ToldAct(
        who=who(names, act.actor),
        whom=whom,
        label=act_label(act.act),
        what=act_sentence(act.act, whom),
        why=why,
        wanted=_titles(release, act.wanted.split()),
        act=act,
    )


def _titles(release: Release, names: Iterable[str]) -> list[str]:
    known = release.permissions
    return [known.title(n, language()) if n in known else n for n in names]
