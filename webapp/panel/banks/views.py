from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.buttons import offer, present
from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.ids import new_id
from webapp.panel.banks.forms import BankDetailsForm, BankForm, IbanForm
from webapp.panel.banks.stored import banks_of, known_ibans
from webapp.panel.fields import VersionedForm, spaced
from webapp.panel.lists import Listing, nothing
from webapp.panel.pages import Page, confirm_page, form_page
from webapp.panel.records import find, require_version
from webapp.panel.tables import Bank

blueprint = Blueprint("banks", __name__, url_prefix="/a/<account>/banks")


@blueprint.get("")
@requires("bank.list", offers=["bank.create"])
def index(account: str) -> str:
    """All banks."""
    add = url_for("banks.create", account=account)
    listing = Listing(
        title=_("Banks"),
        caption=_("Banks"),
        main=offer("bank.create", _("Add a bank"), add, "plus-lg"),
        columns=[(_("Name"), ""), (_("IBAN"), "")],
        rows=[
            {"url": _url("view", bank), "cells": (bank.name, spaced(bank.iban))}
            for bank in banks_of(db.session(), account)
        ],
        empty=nothing(
            _("No banks"), _("Where customers pay you: you choose it in an invoice.")
        ),
    )
    return render_template("panel/list.html", listing=listing)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("bank.create")
def create(account: str) -> Page:
    """A new bank."""
    form = BankForm()
    if form.validate_on_submit():
        session = begin_write(account)
        if _is_free(session, account, form):
            bank = Bank(account_id=account, id=new_id("ba"), iban=form.iban.data)
            form.fill(bank)
            session.add(bank)
            address = _url("view", bank)
            session.commit()
            return _done(_("The bank is stored."), address)
        session.rollback()
    return form_page(
        form,
        title=_("Add a bank"),
        submit=_("Add a bank"),
        trail=_trail(account),
        cancel_url=url_for("banks.index", account=account),
    )


@blueprint.get("/<bank>")
@requires(
    "bank.view", offers=["bank.update_details", "bank.update_iban", "bank.delete"]
)
def view(account: str, bank: str) -> str:
    """One bank."""
    found = find(db.session(), Bank, account, bank)
    details, iban = _url("edit", found), _url("edit_iban", found)
    page = {
        "title": found.name,
        "trail": _trail(account),
        "actions": present(
            offer("bank.update_details", _("Edit"), details, "pencil"),
            offer("bank.update_iban", _("Change the IBAN"), iban),
            offer("bank.delete", _("Delete"), _url("delete", found), "trash"),
        ),
        "facts": [
            (_("IBAN"), spaced(found.iban)),
            (_("SWIFT code (BIC)"), found.swift or "-"),
        ],
    }
    return render_template("panel/facts.html", page=page)


@blueprint.route("/<bank>/edit", methods=["GET", "POST"])
@requires("bank.update_details")
def edit(account: str, bank: str) -> Page:
    """Name and SWIFT."""
    found = find(db.session(), Bank, account, bank)
    form = BankDetailsForm(obj=found)
    address = _url("view", found)
    if form.validate_on_submit():
        session = begin_write(account)
        found = find(session, Bank, account, bank)
        require_version(found, form.version.data)
        form.fill(found)
        found.version += 1
        session.commit()
        return _done(_("Saved."), address)
    return form_page(
        form,
        title=_("Edit %(name)s", name=found.name),
        submit=_("Save the changes"),
        trail=_trail(account),
        cancel_url=address,
    )


@blueprint.route("/<bank>/iban", methods=["GET", "POST"])
@requires("bank.update_iban")
def edit_iban(account: str, bank: str) -> Page:
    """The IBAN: from then on drafts with the old one can not be sent."""
    found = find(db.session(), Bank, account, bank)
    form = IbanForm(obj=found)
    address = _url("view", found)
    if form.validate_on_submit():
        session = begin_write(account)
        found = find(session, Bank, account, bank)
        require_version(found, form.version.data)
        if form.iban.data == found.iban or _is_free(session, account, form):
            found.iban = form.iban.data or ""
            found.version += 1
            session.commit()
            return _done(_("Saved."), address)
        session.rollback()
        found = find(session, Bank, account, bank)
    return form_page(
        form,
        title=_("Change the IBAN of %(name)s", name=found.name),
        lead=_("Drafts that ask for money on the old IBAN can not be sent any more."),
        submit=_("Change the IBAN"),
        trail=_trail(account),
        cancel_url=address,
    )


@blueprint.route("/<bank>/delete", methods=["GET", "POST"])
@requires("bank.delete")
def delete(account: str, bank: str) -> Page:
    """Forget a bank."""
    found = find(db.session(), Bank, account, bank)
    form = VersionedForm(version=str(found.version))
    if form.validate_on_submit():
        session = begin_write(account)
        found = find(session, Bank, account, bank)
        require_version(found, form.version.data)
        session.delete(found)
        session.commit()
        return _done(_("Deleted."), url_for("banks.index", account=account))
    return confirm_page(
        form,
        title=_("Delete the bank"),
        sentence=_(
            "Drafts with the IBAN of %(name)s can not be sent.", name=found.name
        ),
        submit=_("Delete the bank"),
        cancel_url=_url("view", found),
    )


def _is_free(session: Session, account: str, form: BankForm | IbanForm) -> bool:
    if form.iban.data not in known_ibans(session, account):
        return True
    form.iban.errors = [_("This IBAN is among your banks already.")]
    return False


def _done(words: str, address: str) -> Response:
    flash(words, "ok")
    return redirect(address)


def _url(page: str, bank: Bank) -> str:
    return url_for(f"banks.{page}", account=bank.account_id, bank=bank.id)


def _trail(account: str) -> list[tuple[str, str]]:
    return [(_("Banks"), url_for("banks.index", account=account))]
