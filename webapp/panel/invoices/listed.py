"""Invoices as rows of a list and of the home page, each with its state."""

from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.i18n import day
from webapp.panel.showing import from_cents, kind_of
from webapp.panel.tables import Contact, Invoice

Known = dict[str, tuple[str, date | None]]


def rows_of(session: Session, invoices: list[Invoice]) -> list[dict[str, Any]]:
    """Invoices as rows: name, state, date, total."""
    known = known_ibans_of(session, invoices)
    return [
        {
            "url": address(invoice),
            "cells": (
                (invoice.counterparty, detail(invoice)),
                state_of(invoice, known),
                day(invoice.issued_on),
                total(invoice),
            ),
        }
        for invoice in invoices
    ]


def address(invoice: Invoice) -> str:
    """Its page."""
    return url_for(
        f"{invoice.direction}.view", account=invoice.account_id, invoice=invoice.id
    )


def detail(invoice: Invoice) -> str:
    """*Invoice 2026/318*, or the kind when it is another one."""
    if invoice.kind == "TD01":
        return _("Invoice %(number)s", number=invoice.number)
    return f"{kind_of(invoice.kind)} {invoice.number}"


def total(invoice: Invoice) -> str:
    """With a minus when it gives money back."""
    cents = -invoice.total_cents if invoice.is_credit else invoice.total_cents
    return from_cents(cents, invoice.currency)


def state_of(invoice: Invoice, known: Known) -> tuple[str, str]:
    """The chip of an invoice: kind and words."""
    if invoice.direction == "sent":
        return "ok", _("Ready for the channel")
    if differing(invoice, known):
        return "warn", _("Different IBAN")
    if not invoice.read_at:
        return "new", pgettext("invoice", "New")
    return "neutral", pgettext("invoice", "Read")


def known_ibans_of(session: Session, invoices: list[Invoice]) -> Known:
    """The IBAN on record by supplier's code, for suppliers that have one."""
    asking = {italian_code(each.counterparty_vat) for each in invoices if each.ibans}
    if not asking:
        return {}
    suppliers = asking | {f"IT{code}" for code in asking}
    query = select(Contact).where(
        Contact.account_id == invoices[0].account_id,
        Contact.kind == "supplier",
        Contact.vat.in_(suppliers) | Contact.tax_code.in_(suppliers),
        Contact.iban != "",
    )
    found: Known = {}
    for contact in session.scalars(query):
        for code in filter(None, (contact.vat, contact.tax_code)):
            found[italian_code(code)] = (contact.iban, contact.iban_since)
    return found


def differing(invoice: Invoice, known: Known) -> str | None:
    """The first IBAN it asks for that is not the supplier's on record."""
    on_record = known.get(italian_code(invoice.counterparty_vat))
    if invoice.direction == "sent" or on_record is None:
        return None
    others = (iban for iban in invoice.ibans.split() if iban != on_record[0])
    return next(others, None)


def italian_code(code: str) -> str:
    """An Italian number with or without its country is one number."""
    return code.removeprefix("IT")
