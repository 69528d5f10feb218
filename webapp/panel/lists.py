"""Lists of records: searching, paging, and what the list page is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.buttons import Action

PAGE_SIZE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The variables of `panel/list.html`."""

    title: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[dict[str, Any]]
    empty: tuple[str, str, str | None, str | None]
    trail: Sequence[tuple[str, str]] = ()
    lead: str | None = None
    main: Action | None = None
    actions: Sequence[Action] = ()
    consequence: str | None = None
    filters: dict[str, Any] | None = None
    page: dict[str, Any] | None = None
    money: bool = False
    caption: str = field(default="")


def wanted() -> str:
    """What the visitor searches for."""
    return request.args.get("q", "").replace("\0", " ").strip()[:200]


def filters(placeholder: str) -> dict[str, Any]:
    """The search form over a list."""
    return {"url": request.path, "query": wanted(), "placeholder": placeholder}


def page_of(session: Session, query: Select[Any]) -> tuple[list[Any], dict[str, Any]]:
    """One page of a query's records, and the pager."""
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    last = max(0, (count - 1) // PAGE_SIZE)
    number = min(_page_number(), last)
    start = number * PAGE_SIZE
    found = list(session.scalars(query.offset(start).limit(PAGE_SIZE)))
    pager = {
        "previous_url": _page_url(number - 1) if number else None,
        "next_url": _page_url(number + 1) if number < last else None,
        "label": _(
            "%(first)s-%(last)s of %(count)s",
            first=start + 1,
            last=start + len(found),
            count=count,
        ),
    }
    return found, pager


def nothing(title: str, text: str) -> tuple[str, str, str | None, str | None]:
    """The empty state: what is missing, or that the search found nothing."""
    if wanted():
        again = url_for(request.endpoint or "", **(request.view_args or {}))
        return _("Nothing found"), _("No record matches."), again, _("Show all")
    return title, text, None, None


def _page_number() -> int:
    text = request.args.get("page", "1")
    return (
        int(text) - 1 if text.isascii() and text.isdigit() and 0 < len(text) < 7 else 0
    )


def _page_url(number: int) -> str:
    query = {"q": wanted()} if wanted() else {}
    arguments = {**(request.view_args or {}), **query, "page": max(number, 0) + 1}
    return url_for(request.endpoint or "", **arguments)
