from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.buttons import offer, present
from webapp.extensions import begin_write, db
from webapp.guard import can, require, requires
from webapp.i18n import day
from webapp.ids import new_id
from webapp.panel.contacts.forms import ContactForm
from webapp.panel.contacts.kinds import Kind
from webapp.panel.fields import VersionedForm, spaced
from webapp.panel.lists import Listing, filters, nothing, page_of, wanted
from webapp.panel.pages import Page, confirm_page, form_page
from webapp.panel.records import find, matching, require_version
from webapp.panel.tables import Contact

#: Adding an IBAN, or changing it, decides where money goes: so it asks like a bank.
ADD_IBAN, CHANGE_IBAN = "bank.create", "bank.update_iban"


def registry(kind: Kind) -> Blueprint:
    """The pages of one registry."""
    name = kind.resource
    blueprint = Blueprint(
        kind.blueprint, __name__, url_prefix=f"/a/<account>/{kind.blueprint}"
    )

    @blueprint.get("")
    @requires(f"{name}.list", offers=[f"{name}.create"])
    def index(account: str) -> Page:
        return _index(kind, account)

    @blueprint.route("/new", methods=["GET", "POST"])
    @requires(f"{name}.create", offers=[ADD_IBAN])
    def create(account: str) -> Page:
        return _create(kind, account)

    @blueprint.get("/<contact>")
    @requires(
        f"{name}.view", offers=[f"{name}.update", f"{name}.delete", "draft.create"]
    )
    def view(account: str, contact: str) -> Page:
        return _view(kind, _find(db.session(), kind, account, contact))

    @blueprint.route("/<contact>/edit", methods=["GET", "POST"])
    @requires(f"{name}.update", offers=[CHANGE_IBAN])
    def edit(account: str, contact: str) -> Page:
        return _edit(kind, _find(db.session(), kind, account, contact))

    @blueprint.route("/<contact>/delete", methods=["GET", "POST"])
    @requires(f"{name}.delete")
    def delete(account: str, contact: str) -> Page:
        return _delete(kind, _find(db.session(), kind, account, contact))

    return blueprint


def _find(session: Session, kind: Kind, account: str, identity: str) -> Contact:
    found = find(session, Contact, account, identity)
    if found.kind != kind.resource:
        abort(404)
    return found


def _index(kind: Kind, account: str) -> str:
    query = matching(select(Contact), Contact.folded, wanted()).where(
        Contact.account_id == account, Contact.kind == kind.resource
    )
    found, pager = page_of(db.session(), query.order_by(Contact.folded, Contact.id))
    add = url_for(f"{kind.blueprint}.create", account=account)
    listing = Listing(
        title=str(kind.plural),
        caption=str(kind.plural),
        main=offer(f"{kind.resource}.create", str(kind.add), add, "plus-lg"),
        columns=[(_("Name"), ""), (_("VAT number"), ""), (_("Town"), "")],
        rows=[
            {"url": _url(kind, "view", each), "cells": (each.name, each.vat, each.town)}
            for each in found
        ],
        filters=filters(_("Name, VAT number or tax code")),
        empty=nothing(str(kind.empty), str(kind.empty_text)),
        page=pager,
    )
    return render_template("panel/list.html", listing=listing)


def _create(kind: Kind, account: str) -> Page:
    form = ContactForm()
    if form.validate_on_submit():
        _guard_iban(kind, form, "", ADD_IBAN)
        session = begin_write(account)
        contact = Contact(
            account_id=account, id=new_id("co"), kind=kind.resource, version=1
        )
        form.fill(contact)
        if kind.has_iban:
            form.fill_iban(contact)
        session.add(contact)
        address = _url(kind, "view", contact)
        session.commit()
        flash(str(kind.added), "ok")
        return redirect(address)
    return form_page(
        form,
        title=str(kind.add),
        submit=str(kind.add),
        hide=_hidden(kind, ADD_IBAN),
        trail=_trail(kind, account),
        cancel_url=url_for(f"{kind.blueprint}.index", account=account),
    )


def _edit(kind: Kind, contact: Contact) -> Page:
    form = ContactForm(obj=contact)
    address = _url(kind, "view", contact)
    if form.validate_on_submit():
        has_iban = kind.has_iban and "iban" in request.form
        account, identity = contact.account_id, contact.id
        if has_iban:
            _guard_iban(kind, form, contact.iban, CHANGE_IBAN)
        session = begin_write(account)
        contact = _find(session, kind, account, identity)
        require_version(contact, form.version.data)
        before = (contact.vat, contact.tax_code)
        form.fill(contact)
        if contact.iban and before != (contact.vat, contact.tax_code):
            require(CHANGE_IBAN)  # the codes tie the IBAN to its invoices
        if has_iban and contact.iban != form.iban.data:
            form.fill_iban(contact)
        contact.version += 1
        session.commit()
        flash(_("Saved."), "ok")
        return redirect(address)
    return form_page(
        form,
        title=_("Edit %(name)s", name=contact.name),
        submit=_("Save the changes"),
        hide=_hidden(kind, CHANGE_IBAN),
        trail=_trail(kind, contact.account_id),
        cancel_url=address,
    )


def _view(kind: Kind, contact: Contact) -> str:
    name, account = kind.resource, contact.account_id
    invoice = url_for("compose.new", account=account, customer=contact.id)
    buttons = present(
        offer(f"{name}.update", _("Edit"), _url(kind, "edit", contact), "pencil"),
        offer(f"{name}.delete", _("Delete"), _url(kind, "delete", contact), "trash"),
    )
    create = offer("draft.create", _("Create an invoice"), invoice, "plus-lg")
    return render_template(
        "panel/facts.html",
        page={
            "title": contact.name,
            "trail": _trail(kind, account),
            "main": create if name == "customer" else None,
            "actions": buttons,
            "facts": [fact for fact in _facts(kind, contact) if fact[1]],
        },
    )


def _facts(kind: Kind, contact: Contact) -> list[tuple[str, Any]]:
    place = " ".join(filter(None, (contact.postcode, contact.town, contact.province)))
    known = [
        (_("VAT number"), contact.vat),
        (_("Tax code"), contact.tax_code),
        (_("Address"), ", ".join(filter(None, (contact.street, place)))),
        (_("Country"), contact.country),
        (_("Recipient code"), contact.recipient_code),
        (_("Certified e-mail (PEC)"), contact.pec),
        (_("E-mail"), contact.email),
    ]
    if kind.has_iban:
        since = f" ({day(contact.iban_since)})" if contact.iban_since else ""
        known.append((_("IBAN on record"), spaced(contact.iban) + since))
    return known


def _delete(kind: Kind, contact: Contact) -> Page:
    form = VersionedForm(version=str(contact.version))
    address = _url(kind, "view", contact)
    if form.validate_on_submit():
        account, identity = contact.account_id, contact.id
        session = begin_write(account)
        contact = _find(session, kind, account, identity)
        require_version(contact, form.version.data)
        if contact.iban:
            require(CHANGE_IBAN)
        session.delete(contact)
        session.commit()
        flash(_("Deleted."), "ok")
        return redirect(url_for(f"{kind.blueprint}.index", account=account))
    return confirm_page(
        form,
        title=str(kind.delete),
        sentence=_("%(name)s leaves the registry; invoices stay.", name=contact.name),
        submit=str(kind.delete),
        cancel_url=address,
    )


def _guard_iban(kind: Kind, form: ContactForm, known: str, action: str) -> None:
    if kind.has_iban and (form.iban.data or "") != known:
        require(action)


def _hidden(kind: Kind, action: str) -> tuple[str, ...]:
    return () if kind.has_iban and can(action) else ("iban",)


def _url(kind: Kind, page: str, contact: Contact) -> str:
    endpoint = f"{kind.blueprint}.{page}"
    return url_for(endpoint, account=contact.account_id, contact=contact.id)


def _trail(kind: Kind, account: str) -> list[tuple[str, str]]:
    return [(str(kind.plural), url_for(f"{kind.blueprint}.index", account=account))]
