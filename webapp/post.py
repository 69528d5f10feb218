"""Outgoing mail: written in the transaction it tells of, sent afterwards.

A mail may hold a one-time link: its text is forgotten as soon as it was sent, or can
never be sent. What the mail server said stays with the mail, for its owner to read.
"""

import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update

from authz import AuthzError
from webapp.extensions import begin_write, db
from webapp.people import normal_email
from webapp.tables import Mail, User

LONGEST_FAILURE = 300
#: A mail under way for longer is of a process that died: another one takes it.
CLAIM_LASTS = timedelta(minutes=15)
_PERMANENT, _CLOSING = 500, 421
#: Refusals of us, not of whom the mail goes to: the next run may be set up better.
_OF_US = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPHeloError,
    smtplib.SMTPConnectError,
    smtplib.SMTPAuthenticationError,
)


class NoAddressError(AuthzError, ValueError):
    """A mail goes to what is no address."""


class Delivery(Protocol):
    """What sends a mail: smtplib.SMTP, or a test's own."""

    def send_message(self, msg: EmailMessage) -> object:
        """Hand one over; raises smtplib.SMTPException or OSError."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Refusal:
    """Why a mail did not go.

    Attributes:
        text: one line, the server's answer where there is one.
        is_final: trying again is of no use.
        is_over: nothing more goes over this connection.
    """

    text: str
    is_final: bool = False
    is_over: bool = False


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
        refusal = _hand_over(server, mail, sender)
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


def _hand_over(server: Delivery, mail: Mail, sender: str) -> _Refusal | None:
    try:
        server.send_message(_message(mail, sender))
    except (smtplib.SMTPException, OSError, ValueError, MessageError) as error:
        return _refusal(error)
    return None


def _mark(identity: int, refusal: _Refusal | None) -> None:
    now, facts = datetime.now(UTC), dict[str, object]()
    if refusal is None:
        facts |= {"sent_at": now, "failed_at": None, "failure": ""}
    else:
        facts |= {"failed_at": now, "failure": refusal.text}
    if refusal is None or refusal.is_final:
        facts["body"] = ""
    begin_write().execute(update(Mail).where(Mail.id == identity).values(facts))
    db.session.commit()


def _refusal(error: Exception) -> _Refusal:
    """What became of it: only what the server says of this mail or address is final."""
    if isinstance(error, _OF_US):
        return _Refusal(text=_one_line(f"sender refused: {_answer(error)}"))
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for code, text in error.recipients.values():
            error = smtplib.SMTPResponseException(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        return _Refusal(
            text=_one_line(_answer(error)),
            is_final=code >= _PERMANENT,
            is_over=code == _CLOSING,
        )
    if not isinstance(error, OSError):
        return _Refusal(text=_one_line(f"no mail to write: {error}"), is_final=True)
    talks = isinstance(error, smtplib.SMTPException) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    )
    why = "not sent" if talks else "no answer"
    return _Refusal(text=_one_line(f"{why}: {error}"), is_over=not talks)


def _answer(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{error.smtp_code} {text}"


def _one_line(text: str) -> str:
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(kept.split())[:LONGEST_FAILURE]


def _message(mail: Mail, sender: str) -> EmailMessage:
    """INVARIANT: whatever people typed, one address, and no header of their own.

    Raises:
        NoAddressError: it goes to none.
    """
    to = normal_email(mail.to)
    if to is None:
        raise NoAddressError(f"`{mail.to}` is no address")
    domain = sender.rpartition("@")[2].rstrip("> ")
    message = EmailMessage()
    message["From"] = _one_line(sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    return message
