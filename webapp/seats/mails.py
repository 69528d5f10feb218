"""Mails about orders, to the owner, in the owner's language."""

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import State
from webapp.i18n import day
from webapp.post import absolute, write_mail
from webapp.seats.prices import Prices
from webapp.seats.tables import Order
from webapp.seats.words import cents, line_words
from webapp.tables import Account, User


def mail_placed(session: Session, order: Order, prices: Prices) -> None:
    """The order's number, what it holds, and how to pay."""
    owner = _owner(session, order)
    with force_locale(owner.language):
        pay = _(
            "To pay: bank transfer to %(name)s, IBAN %(iban)s, reason «%(reason)s».",
            name=prices.beneficiary,
            iban=prices.iban,
            reason=transfer_reason(order),
        )
        note = _(
            "Seats and modules count as soon as the payment is registered, by %(day)s.",
            day=day(order.pay_by),
        )
        write_mail(
            owner,
            _("Order %(number)s: how to pay", number=order.number),
            "\n\n".join((*_contents(session, order), pay, note, link_to(order))),
        )


def mail_payment(session: Session, order: Order) -> None:
    """That the payment is registered, and until when things are paid now."""
    owner = _owner(session, order)
    until = max(line.ends_on for line in order.lines)
    with force_locale(owner.language):
        text = _("The payment is registered: paid until %(day)s.", day=day(until))
        write_mail(
            owner,
            _("Order %(number)s: payment registered", number=order.number),
            "\n\n".join((*_contents(session, order), text, link_to(order))),
        )


def transfer_reason(order: Order) -> str:
    """What the payer writes, so that the payment is found again."""
    return _("Order %(number)s", number=order.number)


def link_to(order: Order) -> str:
    """The order's page, for a mail; also written where no request is."""
    return absolute(f"/a/{order.account_id}/customer/orders/{order.number}")


def _contents(session: Session, order: Order) -> tuple[str, str]:
    edition = session.get_one(Account, order.account_id).edition
    lines = (line_words(line, edition) for line in order.lines)
    listed = "\n".join("{what}, {period}: {net}".format(**line) for line in lines)
    total = _(
        "Total %(total)s, VAT %(vat)s included.",
        total=cents(order.net_cents + order.vat_cents),
        vat=cents(order.vat_cents),
    )
    return listed, total


def _owner(session: Session, order: Order) -> User:
    query = select(User).where(
        User.account_id == order.account_id, User.state == State.OWNER
    )
    return session.scalars(query).one()
