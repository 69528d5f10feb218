"""The history of an account, for its owner: a page, and the same as a spreadsheet."""

from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask_babel import gettext as _

from authz import ROME
from webapp.guard import requires
from webapp.history import Told, told_whole
from webapp.review.history_filters import at_revision, read_filters
from webapp.review.history_page import history_page
from webapp.review.refused_page import refused_lines
from webapp.spreadsheet import csv_lines

blueprint = Blueprint("history", __name__)


@blueprint.get("/a/<account>/history")
@requires("history.view", offers=["history.export"])
def index(account: str) -> str:
    """Every change, newest first."""
    filters = read_filters(request.args)
    page = at_revision(filters.page(account), request.args)
    return render_template(
        "review/history.html", history=history_page(account, filters, page)
    )


@blueprint.get("/a/<account>/history.csv")
@requires("history.export")
def export(account: str) -> Response:
    """All that the filters leave, written as it is read."""
    filters = read_filters(request.args)
    page = filters.page(account)
    name = "storico-rifiutate" if filters.refused else "storico"
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    lines = refused_lines(page) if filters.refused else _lines(told_whole(page))
    sent = stream_with_context(csv_lines(lines))
    return Response(sent, mimetype="text/csv", headers=headers)


def _lines(whole: Iterable[Told]) -> Iterator[Iterable[str]]:
    yield (
        _("Revision"),
        _("When (UTC)"),
        _("When (Rome)"),
        _("Who"),
        _("Whom"),
        _("Change"),
        _("Before"),
        _("After"),
        _("Reason"),
        _("Hash"),
        _("Hash before it"),
    )
    yield from map(_line, whole)


def _line(one: Told) -> Iterable[str]:
    record = one.record
    return (
        str(record.revision),
        record.at.isoformat(timespec="seconds"),
        record.at.astimezone(ROME).isoformat(timespec="seconds"),
        one.who,
        one.whom,
        one.label,
        "; ".join(f"{thing.label}: {thing.before}" for thing in one.differences),
        "; ".join(f"{thing.label}: {thing.after}" for thing in one.differences),
        one.reason,
        record.hash,
        record.previous_hash,
    )
