"""`delega orders …`: what was ordered, and payments that came another way."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from webapp.extensions import db
from webapp.i18n import today
from webapp.opening import SYSTEM
from webapp.seats.orders import open_orders, state_of, take_payment, total_cents
from webapp.seats.payments import (
    LARGEST,
    is_reference,
    read_cents,
    tell_paid_twice,
)
from webapp.seats.tables import Order


@click.group()
def orders() -> None:
    """Orders of seats, modules and renewals."""


@orders.command("list")
@click.option("--all", "every", is_flag=True, help="paid and cancelled ones too")
@with_appcontext
def list_(every: bool) -> None:
    """One line an order: number, account, state, total, placed."""
    session = db.session()
    query = select(Order).order_by(Order.number)
    found = session.scalars(query).all() if every else open_orders(session)
    for order in found:
        total = total_cents(order)
        fields = (
            order.number,
            order.account_id,
            state_of(order, today()),
            f"{total // 100}.{total % 100:02}",
            order.placed_at.isoformat(timespec="seconds"),
        )
        click.echo("\t".join(map(str, fields)))


def _reference(_context: click.Context, _option: click.Parameter, text: str) -> str:
    if not is_reference(text):
        raise click.BadParameter("write one line of 1 to 120 characters")
    return text.strip()


def _cents(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> int | None:
    if text is None:
        return None
    cents = read_cents(text)
    if cents is None:
        raise click.BadParameter("write euros with two decimals: 123.45")
    return cents


@orders.command("register-payment")
@click.argument("number", type=click.IntRange(1, LARGEST))
@click.option(
    "--reference", required=True, callback=_reference, help="what the bank calls it"
)
@click.option(
    "--amount", "cents", callback=_cents, help="refused if it is not the total: 123.45"
)
@with_appcontext
def register_payment(number: int, reference: str, cents: int | None) -> None:
    """Register the payment of an order: what it gives counts from now on."""
    taken = take_payment(number, reference=reference, actor=SYSTEM, cents=cents)
    if not taken.is_new:
        other = tell_paid_twice(number, reference)
        how = f", with the reference {other}" if other else ""
        click.echo(f"order {number} was registered already{how}; nothing changed")
        return
    click.echo(
        f"order {number} registered for {taken.account}, revision {taken.revision}"
    )
