"""The users of a company as CSV for a spreadsheet: `;`, UTF-8 with a mark, no formulas."""

from collections.abc import Collection, Iterable, Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from authz import Release, State
from webapp.i18n import day, day_and_time, language
from webapp.spreadsheet import csv_lines
from webapp.tables import Account, Seat, User
from webapp.team.ends import end_of, has_ended
from webapp.team.filters import Filters, found_users
from webapp.team.holdings import Holdings, holdings
from webapp.team.wording import role_label, state_chip


def users_csv(
    session: Session, release: Release, account: Account, filters: Filters
) -> bytes:
    """One line a user who fits, in the reader's language; the owner is none.

    Without a tab it is everybody who sits in the account.
    """
    return b"".join(csv_lines(_lines(session, release, account, filters)))


def _lines(
    session: Session, release: Release, account: Account, filters: Filters
) -> Iterator[Iterable[str]]:
    query = found_users(session, release, account, filters).where(
        User.state != State.OWNER
    )
    if not filters.tab:
        query = query.where(Seat.id.is_not(None))
    held = holdings(session, account, release)
    yield _head()
    for user, seat in session.execute(query):
        state = state_chip(user, ended=has_ended(session, user, seat))["text"]
        yield _line(release, user, seat, held, state)


def _head() -> Iterable[str]:
    return (
        _("Name"),
        _("User name"),
        _("E-mail"),
        _("State"),
        _("Role"),
        _("Permissions"),
        _("Last day of access"),
        _("Seat paid until"),
        _("End date"),
        _("Last access"),
        _("Created"),
        _("Note"),
    )


def _line(
    release: Release, user: User, seat: Seat | None, held: Holdings, state: str
) -> Iterable[str]:
    return (
        user.full_name,
        user.user_name,
        user.email,
        state,
        role_label(release, seat),
        _titles(release, held.get(seat.id, ())) if seat else "",
        day(user.access_until),
        day(seat.paid_until) if seat else "",
        day(end_of(user, seat)) if seat else "",
        day_and_time(user.last_access_at),
        day(user.created_at),
        user.note,
    )


def _titles(release: Release, held: Collection[str]) -> str:
    """Permissions in the order of the form, with their modules."""
    permissions = release.permissions
    return ", ".join(permissions.title(n, language()) for n in permissions if n in held)
