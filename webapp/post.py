"""Outgoing mail: written in the transaction it tells of, sent afterwards."""

from datetime import UTC, datetime

from flask import current_app

from webapp.extensions import db
from webapp.tables import Mail, User


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


def absolute(path: str) -> str:
    """An address for a mail: from the settings, never from the Host header."""
    return f"{current_app.config['DELEGA'].public_url}{path}"
