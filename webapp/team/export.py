"""The users of a company as CSV for a spreadsheet: `;`, UTF-8 with a mark, no formulas."""

import csv
import io
from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import State
from webapp.extensions import enforcer
from webapp.i18n import day, language, moment
from webapp.tables import Account, Seat, User
from webapp.team.editing import draft_of
from webapp.team.listing import role_label, state_chip

#: A spreadsheet runs a cell that starts so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def users_csv(session: Session, account: Account) -> bytes:
    """One line a user who sits in the account, in the reader's language."""
    query = (
        select(User, Seat)
        .join(Seat, Seat.user_id == User.id)
        .where(User.account_id == account.id, User.state.in_(list(State)))
        .order_by(User.folded_name)
    )
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_head())
    for user, seat in session.execute(query):
        writer.writerow(map(safe, _line(session, account, user, seat)))
    return "\ufeff".encode() + out.getvalue().encode()


def safe(text: str) -> str:
    """The text as a spreadsheet shows it, never as one it runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _head() -> Iterable[str]:
    return (
        _("Name"),
        _("User name"),
        _("E-mail"),
        _("State"),
        _("Role"),
        _("Permissions"),
        _("Seat paid until"),
        _("Last access"),
        _("Created"),
    )


def _line(session: Session, account: Account, user: User, seat: Seat) -> Iterable[str]:
    release = enforcer().release()
    held = draft_of(session, account, seat).wanted
    titles = [
        release.permissions.title(n, language())
        for n in release.permissions
        if n in held
    ]
    return (
        user.full_name,
        user.user_name,
        user.email,
        state_chip(user)["text"],
        role_label(release, seat),
        ", ".join(titles),
        day(seat.paid_until),
        moment(user.last_access_at),
        day(user.created_at),
    )
