"""The statement behind a page of history: it reads what is shown, not what there is."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all

from authz.storage.protocol import HistoryPage
from authz.storage.tables import PolicyChange

_CHANGE = PolicyChange.__table__


def page_of_changes(page: HistoryPage) -> Select[Any]:
    """The changes themselves, in the order the page is turned in.

    The account's own are walked along their index until the page is full. The others
    are few: giving them neither order nor limit keeps a planner from walking the whole
    table backwards to find them.
    """
    own = select(_CHANGE.c.revision).where(_CHANGE.c.account_id == page.account)
    own = own.where(*_wanted(page)).order_by(_turned(page, _CHANGE.c.revision))
    parts = [select(own.limit(page.limit).subquery().c.revision)]
    if page.also:
        first = select(func.min(_CHANGE.c.revision)).where(
            _CHANGE.c.account_id == page.account
        )
        parts.append(
            select(_CHANGE.c.revision).where(
                _CHANGE.c.account_id.in_(page.also),
                _CHANGE.c.revision > first.scalar_subquery(),
                *_wanted(page),
            )
        )
    both = union_all(*parts).subquery()
    here = select(both.c.revision).order_by(_turned(page, both.c.revision))
    return (
        select(_CHANGE)
        .where(_CHANGE.c.revision.in_(here.limit(page.limit)))
        .order_by(_CHANGE.c.revision.desc())
    )


def _turned(page: HistoryPage, revision: ColumnElement[int]) -> ColumnElement[int]:
    return revision.desc() if page.after is None else revision.asc()


def _wanted(page: HistoryPage) -> Iterator[ColumnElement[bool]]:
    """What the page leaves open asks for nothing."""
    lists = (
        (_CHANGE.c.actor, page.actors),
        (_CHANGE.c.node, page.nodes),
        (_CHANGE.c.kind, page.kinds),
    )
    yield from (column.in_(names) for column, names in lists if names is not None)
    if page.since is not None:
        yield _CHANGE.c.at >= page.since
    if page.until is not None:
        yield _CHANGE.c.at < page.until
    if page.before is not None:
        yield _CHANGE.c.revision < page.before
    if page.after is not None:
        yield _CHANGE.c.revision > page.after
