"""Outgoing mail: written in the transaction it tells of, sent afterwards.

A mail may hold a one-time link: its text is forgotten as soon as it was sent, can never
be sent, or the link ended. What the mail server said stays with the mail.
"""

import smtplib
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update

from authz import AuthzError
from webapp.extensions import begin_write, db
from webapp.links import LASTS, PATHS
from webapp.people import wire_email
from webapp.refusals import EXPIRED, Refusal, one_line, refusal_of
from webapp.tables import Mail, User

#: A mail under way for longer is of a process that died: another one takes it.
CLAIM_LASTS = timedelta(minutes=15)
#: What was refused for the moment for so long is given up.
TRIED_FOR = timedelta(days=7)


class NoAddressError(AuthzError, ValueError):
    """A mail goes to what is no address."""


class Delivery(Protocol):
    """What sends a mail: smtplib.SMTP, or a test's own."""

    def send_message(self, msg: EmailMessage) -> object:
        """Hand one over; raises smtplib.SMTPException or OSError."""
        ...


def write_mail(user: User, subject: str, body: str) -> None:
    """Put a mail to a user into the outbox, in the current transaction."""
    db.session.add(
        Mail(
            account_id=user.account_id,
            user_id=user.id,
            to=user.email,
            subject=subject,
            body=body,
            created_at=datetime.now(UTC),
        )
    )


def send_waiting(server: Delivery, sender: str) -> tuple[int, int]:
    """Send every mail that waits, oldest first; answers (sent, failed).

    Each is claimed and marked in transactions of its own: no two processes send the
    same one, and a crash sends one mail twice at worst. When the server goes away, the
    rest counts as failed and waits.
    """
    began = datetime.now(UTC)
    query = select(Mail.id).where(_waits(began)).order_by(Mail.id)
    waiting = db.session.scalars(query).all()
    sent = failed = 0
    for seen, identity in enumerate(waiting, start=1):
        mail = _claim(identity, began)
        if mail is None:
            continue
        refusal = _outdated(mail, began) or _hand_over(server, mail, sender)
        _mark(mail.id, refusal)
        if refusal is None:
            sent += 1
            continue
        failed += 1
        current_app.logger.error("mail %s was not sent: %s", mail.id, refusal.text)
        if refusal.is_over:
            return sent, failed + len(waiting) - seen
    return sent, failed


def absolute(path: str) -> str:
    """An address for a mail: from the settings, never from the Host header."""
    return f"{current_app.config['DELEGA'].public_url}{path}"


def _waits(began: datetime) -> ColumnElement[bool]:
    """Not sent, not given up, not tried since `began`, in nobody else's hands.

    INVARIANT: an unsent mail without text was given up. One with `failed_at` and no
    `failure` is under way since then.
    """
    under_way = and_(Mail.failure == "", Mail.failed_at > began - CLAIM_LASTS)
    return and_(
        Mail.sent_at.is_(None),
        Mail.body != "",
        or_(Mail.failed_at.is_(None), and_(Mail.failed_at <= began, ~under_way)),
    )


def _claim(identity: int, began: datetime) -> Mail | None:
    """The mail, ours alone from now on; None if another process was faster."""
    session = begin_write()
    ours = update(Mail).where(Mail.id == identity, _waits(began))
    ours = ours.values(failed_at=datetime.now(UTC), failure="")
    mail = None
    if session.connection().execute(ours).rowcount:
        mail = session.get_one(Mail, identity)
        session.expunge(mail)  # no transaction stays open while the server talks
    session.commit()
    return mail


def _hand_over(server: Delivery, mail: Mail, sender: str) -> Refusal | None:
    try:
        server.send_message(_message(mail, sender))
    except (smtplib.SMTPException, OSError, ValueError, MessageError) as error:
        refusal = refusal_of(error)
    else:
        return None
    is_old = datetime.now(UTC) - mail.created_at >= TRIED_FOR
    return refusal.given_up() if is_old and not refusal.is_final else refusal


def _outdated(mail: Mail, now: datetime) -> Refusal | None:
    """INVARIANT: a one-time link that opens nothing any more is never sent."""
    for purpose, path in PATHS.items():
        if path in mail.body and mail.created_at <= now - LASTS[purpose]:
            return Refusal(text=f"{EXPIRED}: not sent", is_final=True)
    return None


def _mark(identity: int, refusal: Refusal | None) -> None:
    now, facts = datetime.now(UTC), dict[str, object]()
    if refusal is None:
        facts |= {"sent_at": now, "failed_at": None, "failure": ""}
    else:
        facts |= {"failed_at": now, "failure": refusal.text}
    if refusal is None or refusal.is_final:
        facts["body"] = ""
    begin_write().execute(update(Mail).where(Mail.id == identity).values(facts))
    db.session.commit()


def _message(mail: Mail, sender: str) -> EmailMessage:
    """INVARIANT: whatever people typed, one address, and no header of their own.

    Raises:
        NoAddressError: it goes to none.
    """
    to = wire_email(mail.to)
    if to is None:
        raise NoAddressError(f"`{mail.to}` is no address")
    domain = sender.rpartition("@")[2].rstrip("> ")
    message = EmailMessage()
    message["From"] = one_line(sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    return message
