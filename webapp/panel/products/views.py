from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.buttons import offer, present
from webapp.extensions import begin_write, db
from webapp.guard import requires
from webapp.i18n import money
from webapp.ids import new_id
from webapp.panel.fields import VersionedForm
from webapp.panel.lists import Listing, filters, nothing, page_of, wanted
from webapp.panel.pages import Page, confirm_page, form_page
from webapp.panel.products.forms import ProductForm
from webapp.panel.records import find, matching, require_version
from webapp.panel.tables import Product
from webapp.panel.vat import choices

blueprint = Blueprint("products", __name__, url_prefix="/a/<account>/products")


@blueprint.get("")
@requires("product.list", offers=["product.create"])
def index(account: str) -> str:
    """All products, or those that match."""
    query = matching(select(Product), Product.folded, wanted()).where(
        Product.account_id == account
    )
    found, pager = page_of(db.session(), query.order_by(Product.folded, Product.id))
    add = url_for("products.create", account=account)
    listing = Listing(
        title=_("Products"),
        caption=_("Products"),
        main=offer("product.create", _("Add a product"), add, "plus-lg"),
        columns=[(_("Name"), ""), (_("VAT"), ""), (_("Price"), "number")],
        rows=[
            {
                "url": _url("view", product),
                "cells": (product.name, _vat(product), _price(product)),
            }
            for product in found
        ],
        filters=filters(_("Name")),
        empty=nothing(
            _("No products"),
            _("What you sell often: you choose it in a line of an invoice."),
        ),
        page=pager,
    )
    return render_template("panel/list.html", listing=listing)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("product.create")
def create(account: str) -> Page:
    """A new product."""
    form = ProductForm()
    if form.validate_on_submit():
        session = begin_write(account)
        product = Product(account_id=account, id=new_id("pr"), version=1)
        form.fill(product)
        session.add(product)
        address = _url("view", product)
        session.commit()
        return _done(_("The product is in the registry."), address)
    return form_page(
        form,
        title=_("Add a product"),
        submit=_("Add a product"),
        trail=_trail(account),
        cancel_url=url_for("products.index", account=account),
    )


@blueprint.get("/<product>")
@requires("product.view", offers=["product.update", "product.delete"])
def view(account: str, product: str) -> str:
    """One product."""
    found = find(db.session(), Product, account, product)
    edit_url, delete_url = _url("edit", found), _url("delete", found)
    page = {
        "title": found.name,
        "trail": _trail(account),
        "actions": present(
            offer("product.update", _("Edit"), edit_url, "pencil"),
            offer("product.delete", _("Delete"), delete_url, "trash"),
        ),
        "facts": [(_("Price without VAT"), _price(found)), (_("VAT"), _vat(found))],
    }
    return render_template("panel/facts.html", page=page)


@blueprint.route("/<product>/edit", methods=["GET", "POST"])
@requires("product.update")
def edit(account: str, product: str) -> Page:
    """Change a product; drafts keep what they say."""
    found = find(db.session(), Product, account, product)
    form = ProductForm(found)
    address = _url("view", found)
    if form.validate_on_submit():
        session = begin_write(account)
        found = find(session, Product, account, product)
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


@blueprint.route("/<product>/delete", methods=["GET", "POST"])
@requires("product.delete")
def delete(account: str, product: str) -> Page:
    """Take a product out of the registry."""
    found = find(db.session(), Product, account, product)
    form = VersionedForm(version=str(found.version))
    if form.validate_on_submit():
        session = begin_write(account)
        found = find(session, Product, account, product)
        require_version(found, form.version.data)
        session.delete(found)
        session.commit()
        return _done(_("Deleted."), url_for("products.index", account=account))
    return confirm_page(
        form,
        title=_("Delete the product"),
        sentence=_("%(name)s leaves the registry; invoices stay.", name=found.name),
        submit=_("Delete the product"),
        cancel_url=_url("view", found),
    )


def _done(words: str, address: str) -> Response:
    flash(words, "ok")
    return redirect(address)


def _url(page: str, product: Product) -> str:
    endpoint = f"products.{page}"
    return url_for(endpoint, account=product.account_id, product=product.id)


def _trail(account: str) -> list[tuple[str, str]]:
    return [(_("Products"), url_for("products.index", account=account))]


def _price(product: Product) -> str:
    return money(Decimal(product.price_cents) / 100)


def _vat(product: Product) -> str:
    return dict(choices()).get(product.vat, product.vat)
