"""`delega accounts|users|seats …`: what an operator does by hand."""

from datetime import datetime, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from authz import UnknownNameError
from webapp.commands.days import Day
from webapp.extensions import begin_write, db, enforcer
from webapp.i18n import today
from webapp.links import ACTIVATION, make_link
from webapp.opening import SYSTEM, NewAccount, add_seats, open_account
from webapp.passwords import hash_password, temporary
from webapp.post import absolute
from webapp.refused_acts import noted
from webapp.seats.orders import require_no_order
from webapp.tables import Account, Seat
from webapp.team.users import TEMPORARY_LASTS, NewUser, create_user

YEAR = timedelta(days=365)


@click.group()
def accounts() -> None:
    """Companies."""


@accounts.command("list")
@with_appcontext
def list_accounts() -> None:
    """One line an account: id, edition, end, seats used and bought, name."""
    used = func.count(Seat.user_id)
    query = (
        select(Account, used, func.count(Seat.id))
        .outerjoin(Seat, Seat.account_id == Account.id)
        .group_by(Account.id)
        .order_by(Account.name)
    )
    for account, taken, bought in db.session.execute(query):
        fields = (account.id, account.edition, account.ends_on, f"{taken}/{bought}")
        click.echo("\t".join(map(str, (*fields, account.name))))


@accounts.command("open")
@click.option("--name", required=True)
@click.option("--vat", required=True, help="with its country: IT02561470390")
@click.option("--edition", type=click.Choice(["FE", "SR"]), required=True)
@click.option("--module", "modules", multiple=True)
@click.option("--seats", default=0)
@click.option("--ends-on", type=Day(), help="last paid day, 2027-03-14")
@click.option("--owner", required=True, help="the owner's user name")
@click.option("--email", required=True, help="the owner's e-mail")
@with_appcontext
def open_(  # noqa: PLR0913  (one option a fact)
    name: str,
    vat: str,
    edition: str,
    modules: tuple[str, ...],
    seats: int,
    ends_on: datetime | None,
    owner: str,
    email: str,
) -> None:
    """Open an account; prints its id and the owner's activation link."""
    session = begin_write(policy=True)
    account, user = open_account(
        session,
        NewAccount(
            name=name,
            vat=vat,
            edition=edition,
            ends_on=ends_on.date() if ends_on else today() + YEAR,
            owner_name="",
            owner_user_name=owner,
            owner_email=email,
            modules=modules,
            seats=seats,
            details={"tax_code": vat.removeprefix("IT")},
        ),
    )
    link = absolute(f"/activate/{make_link(user, ACTIVATION)}")
    lines = f"{account.id}\n{user.id}\n{link}"
    session.commit()
    click.echo(lines)


@click.group()
def seats() -> None:
    """Bought places."""


@seats.command("add")
@click.option("--account", required=True)
@click.option("--count", default=1, type=click.IntRange(1, 1000))
@with_appcontext
def add(account: str, count: int) -> None:
    """Add seats whose payment was registered, to the service's end."""
    find_account(db.session(), account)
    session = begin_write(account, policy=True)
    found = find_account(session, account)
    with noted(account, SYSTEM, "seat.buy"):
        require_no_order(session, account)
    add_seats(session, found, count, found.ends_on)
    until = found.ends_on
    session.commit()
    click.echo(f"{count} seats added, paid until {until}")


@click.group()
def users() -> None:
    """Additional users."""


@users.command("create")
@click.option("--account", required=True)
@click.option("--user-name", required=True)
@click.option("--email", required=True)
@click.option("--full-name", default="")
@click.option("--preset", help="a preset of the release, role.bookkeeper")
@click.option("--permission", "permissions", multiple=True, help="invoicing.read …")
@with_appcontext
def create(  # noqa: PLR0913  (one option a fact)
    account: str,
    user_name: str,
    email: str,
    full_name: str,
    preset: str | None,
    permissions: tuple[str, ...],
) -> None:
    """Create a user in a free seat; prints the id and a temporary password."""
    password = temporary()
    password_hash = hash_password(password)
    find_account(db.session(), account)
    new = NewUser(
        user_name=user_name,
        full_name=full_name,
        email=email,
        permissions=frozenset(permissions) | _preset(preset),
        password_hash=password_hash,
    )
    session = begin_write(account, policy=True)
    with noted(account, SYSTEM, "subuser.create"):
        user = create_user(session, find_account(session, account), new, SYSTEM)
    identity = user.id
    session.commit()
    hours = int(TEMPORARY_LASTS.total_seconds() // 3600)
    click.echo(f"{identity}\n{password}")
    click.echo(f"to be changed at the first sign-in, within {hours} hours", err=True)


def find_account(session: Session, account: str) -> Account:
    """The account of an id.

    Raises:
        UnknownNameError: there is none.
    """
    found = session.get(Account, account)
    if found is None:
        raise UnknownNameError("account", account, "see `delega accounts list`")
    return found


def _preset(name: str | None) -> frozenset[str]:
    if name is None:
        return frozenset()
    presets = enforcer().release().presets
    if name not in presets:
        raise UnknownNameError("preset", name, f"there are {', '.join(presets)}")
    return presets[name].permissions
