"""Outgoing mail: written in the transaction it tells of, sent afterwards.

A mail may hold a one-time link: its text is forgotten as soon as it was sent.
"""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Protocol

from flask import current_app
from sqlalchemy import select

from webapp.extensions import begin_write, db
from webapp.tables import Mail, User


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
            to=user.email,
            subject=subject,
            body=body,
            created_at=datetime.now(UTC),
        )
    )


def send_waiting(server: Delivery, sender: str) -> tuple[int, int]:
    """Send every mail not sent yet, oldest first; answers (sent, failed).

    Each is marked in a transaction of its own: a crash sends one mail twice at worst.
    """
    sent = failed = 0
    waiting = select(Mail.id).where(Mail.sent_at.is_(None)).order_by(Mail.id)
    for identity in db.session.scalars(waiting).all():
        try:
            server.send_message(_message(db.session.get_one(Mail, identity), sender))
        except (smtplib.SMTPException, OSError) as error:
            current_app.logger.error("mail %s was not sent: %s", identity, error)
            failed += 1
            continue
        mail = begin_write().get_one(Mail, identity)
        mail.sent_at, mail.body = datetime.now(UTC), ""
        db.session.commit()
        sent += 1
    return sent, failed


def absolute(path: str) -> str:
    """An address for a mail: from the settings, never from the Host header."""
    return f"{current_app.config['DELEGA'].public_url}{path}"


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S}@delega>"
    message.set_content(mail.body)
    return message
