"""`delega credentials …`: keys of other services."""

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from webapp.commands.accounts import find_account
from webapp.commands.days import Day
from webapp.decisions.credentials import create_credential, revoke_credential
from webapp.extensions import begin_write, db
from webapp.tables import Credential


@click.group()
def credentials() -> None:
    """Keys of other services."""


@credentials.command()
@click.option("--label", required=True, help="which service it is for")
@click.option(
    "--account", "accounts", multiple=True, help="may ask about it; may repeat"
)
@click.option("--every-account", is_flag=True, help="may ask about all")
@click.option("--expires", type=Day())
@with_appcontext
def create(
    label: str, accounts: tuple[str, ...], every_account: bool, expires: datetime | None
) -> None:
    """Make a key; it is shown once."""
    if every_account == bool(accounts):
        raise click.UsageError("name --account, or say --every-account")
    session = begin_write()
    for account in accounts:
        find_account(session, account)
    ends = expires.replace(tzinfo=UTC) if expires else None
    key = create_credential(session, label, accounts, expires_at=ends)
    session.commit()
    click.echo(key.text)
    click.echo("shown once; keep it where the service reads its secrets", err=True)


@credentials.command("list")
@with_appcontext
def list_() -> None:
    """One line a key: id, state, scopes, label."""
    for found in db.session.scalars(select(Credential).order_by(Credential.created_at)):
        state = "revoked" if found.revoked_at else "live"
        click.echo(f"{found.id}\t{state}\t{found.scopes}\t{found.label}")


@credentials.command()
@click.argument("credential")
@with_appcontext
def revoke(credential: str) -> None:
    """End a key, on every worker at once."""
    session = begin_write(policy=True)
    revoke_credential(session, credential)
    session.commit()
    click.echo(f"{credential} revoked")
