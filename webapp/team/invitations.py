"""Where an invitation stands: its link, and the mail that carries it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.i18n import moment
from webapp.identity import person
from webapp.links import ACTIVATION, ENDED, end_links, make_link
from webapp.post import absolute, write_mail
from webapp.refusals import EXPIRED, GIVEN_UP, code_of
from webapp.tables import Mail, OneTimeLink, User
from webapp.team.access import require_invited


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """The link that was not used yet, and the last mail to the user.

    Attributes:
        expires_at: None when there is no such link: never made, revoked, used.
        has_mail: whether one was written at all.
        failure: why the mail did not go, "" when nothing failed since; for the log,
            since servers name their hosts in it.
        is_given_up: it is not tried again.
    """

    expires_at: datetime | None = None
    has_mail: bool = False
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    is_given_up: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the link still opens."""
        return self.expires_at is not None and datetime.now(UTC) < self.expires_at


def invitations(session: Session, users: Collection[str]) -> dict[str, Invitation]:
    """Where each of them stands, with one question for the links and one for mails."""
    if not users:
        return {}
    links = select(OneTimeLink.user_id, OneTimeLink.expires_at).where(
        OneTimeLink.user_id.in_(users),
        OneTimeLink.purpose == ACTIVATION,
        OneTimeLink.used_at.is_(None),
    )
    expires = {row[0]: row[1] for row in session.execute(links)}
    given_up = (Mail.body == "").label("is_given_up")
    mails = select(Mail.user_id, Mail.sent_at, Mail.failed_at, Mail.failure, given_up)
    mails = mails.where(Mail.user_id.in_(users)).order_by(Mail.id)
    last = {row[0]: row for row in session.execute(mails)}
    return {user: _invitation(expires.get(user), last.get(user)) for user in users}


def invite(user: User, token: str = "") -> str:
    """A new link, and the mail that carries it, in the language of who will read it.

    Answers the link. Not committed.
    """
    link = address_of(make_link(user, ACTIVATION, token))
    with force_locale(user.language):
        text = _(
            "%(owner)s has made a user for you in the panel. Your user name is"
            " %(name)s. Choose a password here:",
            owner=person().name,
            name=user.user_name,
        )
        note = _("The link works once, for 72 hours.")
        write_mail(user, _("Start using the panel"), f"{text}\n\n{link}\n\n{note}")
    return link


def address_of(token: str) -> str:
    """The whole address of an activation link."""
    return absolute(url_for("signin.activate", token=token))


def revoke_invitation(user: User) -> None:
    """End the open link; the user stays invited, in his seat. Not committed.

    Raises:
        StaleVersionError: he has started meanwhile.
    """
    require_invited(user)
    end_links(user.id, ACTIVATION)


def invitation_line(found: Invitation) -> str:
    """The one thing that matters now, for the list."""
    if found.expires_at is None:
        return _("No open link")
    if not found.is_open:
        return _("Link expired: %(when)s", when=moment(found.expires_at, begins=False))
    if found.failure:
        return _("E-mail failed: %(why)s", why=_why(found))
    if found.has_mail and not found.sent_at:
        return _("E-mail not sent yet")
    return _("Link good until: %(when)s", when=moment(found.expires_at, begins=False))


def invitation_facts(found: Invitation) -> list[tuple[str, str]]:
    """Link and mail, for the user's page."""
    if found.expires_at is None:
        return [(_("Activation link"), _("No open link"))]
    facts = [(_("Activation link"), _until(found))]
    if found.has_mail:
        facts.append((_("E-mail with the link"), _mail(found)))
    return facts


def _until(found: Invitation) -> str:
    when = moment(found.expires_at, begins=False)
    if found.is_open:
        return _("good until: %(when)s", when=when)
    return _("expired: %(when)s", when=when)


def _mail(found: Invitation) -> str:
    if found.sent_at:
        return _("sent: %(when)s", when=moment(found.sent_at, begins=False))
    if found.failure:
        when = moment(found.failed_at, begins=False)
        return _("failed: %(when)s; %(why)s", when=when, why=_why(found))
    return _("not sent yet")


def _invitation(expires_at: datetime | None, mail: Any) -> Invitation:
    if mail is None:
        return Invitation(expires_at=expires_at)
    return Invitation(
        expires_at=expires_at,
        has_mail=True,
        sent_at=mail.sent_at,
        failed_at=mail.failed_at,
        failure="" if mail.sent_at else mail.failure,
        is_given_up=mail.is_given_up,
    )


def _why(found: Invitation) -> str:
    """Our sentence, and of what the server said the code alone."""
    said, code = _sentence(found), code_of(found.failure)
    return _("%(why)s (code %(code)s)", why=said, code=code) if code else said


def _sentence(found: Invitation) -> str:
    if not found.is_given_up:
        return _("it is tried again by itself")
    if found.failure.startswith(GIVEN_UP):
        return _("it did not leave within 7 days: send the link again")
    if found.failure.startswith((ENDED, EXPIRED)):
        return _("the link ended before it left: send the link again")
    return _(
        "nothing can be sent to this address: correct it, then send the link again"
    )
