"""The words of reminders, to the owner, in the owner's language."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from authz import Edition
from webapp.i18n import day
from webapp.post import absolute, write_mail
from webapp.seating import count_seats
from webapp.seats.words import edition_name
from webapp.tables import Account, User

#: How long before day 90 the last reminder goes out.
LAST_DAYS = timedelta(days=15)


def mail_end(
    session: Session, owner: User, account: Account, kind: str, on: date
) -> None:
    """What ends or has ended and when, what then happens, how to renew."""
    with force_locale(owner.language):
        if account.ends_on >= on:
            subject, parts = _ending(session, account, on)
        else:
            subject, parts = _ended(account, kind == "closes")
        write_mail(owner, subject, "\n\n".join((*parts, _link(account))))


def mail_access(
    owner: User, account: Account, users: Sequence[User], until: date
) -> None:
    """Which users stop coming in on one day, and what can be done about it."""
    with force_locale(owner.language):
        text = ngettext(
            "%(day)s is the last day of access of %(num)d user of %(company)s:",
            "%(day)s is the last day of access of %(num)d users of %(company)s:",
            len(users),
            day=day(until),
            company=account.name,
        )
        after = _(
            "From the next day on, signing in opens nothing. The seat stays yours."
            " To let a user in for longer, move the date on the user’s page:"
        )
        names = "\n".join(f"- {user.shown_name} ({user.user_name})" for user in users)
        parts = (text, names, after, absolute(f"/a/{account.id}/settings/users"))
        subject = ngettext(
            "The access of %(num)d user ends on %(day)s",
            "The access of %(num)d users ends on %(day)s",
            len(users),
            day=day(until),
        )
        write_mail(owner, subject, "\n\n".join(parts))


def _ending(session: Session, account: Account, on: date) -> tuple[str, Iterator[str]]:
    subject = _("Your service ends on %(day)s", day=day(account.ends_on))
    return subject, _before(session, account, (account.ends_on - on).days)


def _before(session: Session, account: Account, days: int) -> Iterator[str]:
    yield _(
        "%(service)s of %(company)s ends on %(day)s: %(distance)s.",
        service=edition_name(account.edition),
        company=account.name,
        day=day(account.ends_on),
        distance=ngettext("in %(num)d day", "in %(num)d days", days)
        if days
        else _("today"),
    )
    seats = count_seats(session, account).total
    if seats:
        yield ngettext(
            "With it ends %(num)d seat of your additional users.",
            "With it end %(num)d seats of your additional users.",
            seats,
        )
    yield _(
        "Then, for 90 days, until %(day)s, one can look and download, and change"
        " nothing.",
        day=_last_day(account),
    )
    yield _receiving(account)
    yield _("After that day the data is deleted and can not be recovered.")
    yield _("When you renew you choose how many seats and which modules to keep:")


def _ended(account: Account, is_last: bool) -> tuple[str, Iterator[str]]:
    if is_last:
        subject = _("Your data is deleted after %(day)s", day=_last_day(account))
    else:
        subject = _("Your service ended on %(day)s", day=day(account.ends_on))
    return subject, _after(account)


def _after(account: Account) -> Iterator[str]:
    yield _(
        "%(service)s of %(company)s ended on %(day)s.",
        service=edition_name(account.edition),
        company=account.name,
        day=day(account.ends_on),
    )
    yield _(
        "Until %(day)s, day 90 after the end, you and your users can look and"
        " download, and change nothing.",
        day=_last_day(account),
    )
    yield _receiving(account)
    yield _("After that day the data is deleted and can not be recovered.")
    yield _("To go on where you stopped, reactivate the service:")


def _receiving(account: Account) -> str:
    if account.edition == Edition.FE:
        return _("In those 90 days invoices still arrive; sending is not possible.")
    return _("In those 90 days no invoice arrives.")


def _last_day(account: Account) -> str:
    """Day 90; the instant at which everything closes is the midnight after it."""
    return day(account.contract().closes_at - timedelta(seconds=1))


def _link(account: Account) -> str:
    return absolute(f"/a/{account.id}/customer/renew")
