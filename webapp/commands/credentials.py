"""`delega credentials …`: keys of other services."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from typing_extensions import override

from authz import ROME, end_of_day
from webapp.commands.accounts import find_account
from webapp.commands.days import Day
from webapp.decisions.callers import SCOPES
from webapp.decisions.credentials import (
    accounts_of,
    create_credential,
    narrow,
    revoke_credential,
    rotate,
    works,
)
from webapp.extensions import begin_write, db
from webapp.opening import SYSTEM
from webapp.tables import Credential

KEEP_HOURS = 24
MOST_HOURS = 24 * 90
_scope = click.Choice(SCOPES)
_KEY = re.compile(r"dlg_live_([a-z2-7]{26})_.*")


class _KeyId(click.ParamType[str]):
    """The id of a key, or the key itself, as somebody found it."""

    name = "credential"

    @override
    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """INVARIANT: a secret is repeated in no message."""
        if not value.startswith("dlg_"):
            return value
        key = _KEY.fullmatch(value.strip())
        if key is None:
            self.fail("a key, but not whole; `delega credentials list` has its id")
        return f"k_{key[1]}"


@click.group()
def credentials() -> None:
    """Keys of other services."""


@credentials.command()
@click.option("--label", required=True, help="which service it is for")
@click.option(
    "--account", "accounts", multiple=True, help="may ask about it; may repeat"
)
@click.option("--every-account", is_flag=True, help="may ask about all")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=_scope,
    default=["decide"],
    help="what it may do; may repeat",
    show_default=True,
)
@click.option("--expires", type=Day(), help="last day it works")
@with_appcontext
def create(
    label: str,
    accounts: tuple[str, ...],
    every_account: bool,
    scopes: tuple[str, ...],
    expires: datetime | None,
) -> None:
    """Make a key; it is shown once."""
    if every_account == bool(accounts):
        raise click.UsageError("name --account, or say --every-account")
    session = begin_write()
    for account in accounts:
        find_account(session, account)
    ends = end_of_day(expires.date()) if expires else None
    names = list(dict.fromkeys(accounts))
    key = create_credential(session, label, names, scopes=scopes, expires_at=ends)
    session.commit()
    _show(key.text)


@credentials.command("list")
@with_appcontext
def list_() -> None:
    """One line a key: id, state, scopes, label, accounts, last use."""
    session = db.session()
    for found in session.scalars(select(Credential).order_by(Credential.created_at)):
        about = "*" if found.every_account else " ".join(accounts_of(session, found.id))
        used = (
            found.last_used_at.isoformat("T", "minutes") if found.last_used_at else ""
        )
        told = [found.id, _state(found), found.scopes, found.label, about, used or "-"]
        click.echo("\t".join(told))


@credentials.command("rotate")
@click.argument("credential", type=_KeyId())
@click.option(
    "--keep",
    "hours",
    type=click.IntRange(0, MOST_HOURS),
    help=f"hours that the old secret still works; {KEEP_HOURS} unless told",
)
@click.option(
    "--keep-until",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="until when it still works, in Rome's time",
)
@with_appcontext
def rotate_(credential: str, hours: int | None, keep_until: datetime | None) -> None:
    """Make a new secret, shown once; the old one goes on for a while."""
    if hours is not None and keep_until is not None:
        raise click.UsageError("say --keep or --keep-until, not both")
    until = _until(KEEP_HOURS if hours is None else hours, keep_until)
    session = begin_write(policy=True)
    key = rotate(session, credential, until, SYSTEM)
    session.commit()
    _show(key.text)
    told = f"works until {until.isoformat('T', 'minutes')}" if until else "is dead"
    click.echo(f"the secret before it {told}", err=True)


@credentials.command("narrow")
@click.argument("credential", type=_KeyId())
@click.option(
    "--scope", "scopes", multiple=True, type=_scope, help="to keep; may repeat"
)
@click.option("--account", "accounts", multiple=True, help="to keep; may repeat")
@with_appcontext
def narrow_(
    credential: str, scopes: tuple[str, ...], accounts: tuple[str, ...]
) -> None:
    """Take scopes or accounts away: what is named stays, all of a kind not named stays."""
    if not scopes and not accounts:
        raise click.UsageError("name what stays: --scope, --account")
    session = begin_write(policy=True)
    found = session.get(Credential, credential)
    kept: Collection[str] = scopes or (found.scopes.split() if found else ())
    narrow(session, credential, kept, accounts or None, SYSTEM)
    session.commit()
    click.echo(f"{credential} narrowed")


@credentials.command()
@click.argument("credential", type=_KeyId())
@with_appcontext
def revoke(credential: str) -> None:
    """End a key, on every worker at once."""
    session = begin_write(policy=True)
    found = session.get(Credential, credential)
    if found is not None and found.revoked_at is not None:
        click.echo(f"{credential} was revoked before; it is dead")
        return
    revoke_credential(session, credential)
    session.commit()
    click.echo(f"{credential} revoked")


def _show(text: str) -> None:
    click.echo(text)
    click.echo("shown once; keep it where the service reads its secrets", err=True)


def _state(found: Credential) -> str:
    if found.revoked_at is not None:
        return "revoked"
    return "live" if works(found, datetime.now(UTC)) else "expired"


def _until(hours: int, instant: datetime | None) -> datetime | None:
    """None: not at all."""
    now = datetime.now(UTC)
    if instant is None:
        return now + timedelta(hours=hours) if hours else None
    until = instant.replace(tzinfo=ROME)
    if not now < until <= now + timedelta(hours=MOST_HOURS):
        raise click.UsageError(f"the old secret can stay {MOST_HOURS} hours at most")
    return until
