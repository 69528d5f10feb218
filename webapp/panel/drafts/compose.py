"""The pages where an invoice is written: new, like another one, and again."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db
from webapp.guard import require, requires
from webapp.i18n import today
from webapp.identity import person
from webapp.panel.banks.stored import add_banks, banks_of
from webapp.panel.drafts.content import content_of, decode
from webapp.panel.drafts.forms import DraftForm, Registries
from webapp.panel.drafts.source import invoice_behind
from webapp.panel.drafts.storing import change_typed, create_typed
from webapp.panel.pages import Page
from webapp.panel.records import find, require_version
from webapp.panel.tables import Contact, Draft, Product

blueprint = Blueprint("compose", __name__, url_prefix="/a/<account>")

#: A bank typed inside the invoice form is a bank created (a side door).
INLINE = "bank.create_inline"


@blueprint.route("/drafts/new", methods=["GET", "POST"])
@requires("draft.create", offers=[INLINE])
def new(account: str) -> Page:
    """A new invoice, kept as a draft."""
    form = DraftForm(_registries(db.session(), account))
    if not form.is_submitted():
        form.customer.data = request.args.get("customer", "")
        return _page(form, account)
    if not _is_ready(form):
        return _page(form, account)
    content = form.content()
    session = begin_write(account)
    _store_new_bank(session, account, form)
    draft = create_typed(session, account, content, person().id)
    address = url_for("drafts.view", account=account, draft=draft.id)
    session.commit()
    return _saved(address)


@blueprint.get("/drafts/<draft>/duplicate")
@requires("draft.duplicate", offers=[INLINE])
def duplicate(account: str, draft: str) -> Page:
    """The form of a new invoice, filled in like a draft; nothing is stored yet."""
    found = find(db.session(), Draft, account, draft)
    content = content_of(invoice_behind(db.session(), found), 0, today())
    if content is None:
        flash(
            _("This draft holds more than the form can: upload its file again."), "warn"
        )
        return redirect(url_for("drafts.view", account=account, draft=draft))
    form = DraftForm(_registries(db.session(), account), content)
    return _page(form, account, action=url_for("compose.new", account=account))


@blueprint.route("/drafts/<draft>/edit", methods=["GET", "POST"])
@requires("draft.update", offers=[INLINE])
def edit(account: str, draft: str) -> Page:
    """Write a draft again; an uploaded one stays as it came."""
    found = find(db.session(), Draft, account, draft)
    if found.file_id is not None:
        abort(404)
    address = url_for("drafts.view", account=account, draft=draft)
    form = DraftForm(_registries(db.session(), account), decode(found.content))
    if not form.is_submitted():
        form.version.data = str(found.version)
        return _page(form, account, found)
    if not _is_ready(form):
        return _page(form, account, found)
    content = form.content()
    session = begin_write(account)
    found = find(session, Draft, account, draft)
    require_version(found, form.version.data)
    _store_new_bank(session, account, form)
    change_typed(session, found, content, person().id)
    session.commit()
    return _saved(address)


def _is_ready(form: DraftForm) -> bool:
    """Whether it can be stored; asking for more rows only shows it again."""
    if "add" in request.form:
        form.add_rows()
        return False
    form.take_chosen()
    if not form.validate_on_submit():
        return False
    if form.new_iban.data:
        require(INLINE)
    return True


def _store_new_bank(session: Session, account: str, form: DraftForm) -> None:
    iban = form.new_iban.data
    if iban:
        name = (form.new_bank_name.data or "").strip()
        add_banks(session, account, {iban: name or _("Bank %(end)s", end=iban[-4:])})


def _registries(session: Session, account: str) -> Registries:
    customers = select(Contact).where(
        Contact.account_id == account, Contact.kind == "customer"
    )
    products = select(Product).where(Product.account_id == account)
    return Registries(
        customers=session.scalars(customers.order_by(Contact.folded)).all(),
        products=session.scalars(products.order_by(Product.folded)).all(),
        banks=banks_of(session, account),
    )


def _page(
    form: DraftForm, account: str, draft: Draft | None = None, action: str = ""
) -> Page:
    """The form; errors turn it into a 422."""
    errors = form.complaints()
    title = _("Edit draft %(number)s", number=draft.number) if draft else ""
    back = (
        url_for("drafts.view", account=account, draft=draft.id)
        if draft
        else url_for("drafts.index", account=account)
    )
    page = {
        "title": title or _("Create an invoice"),
        "action_url": action,
        "cancel_url": back,
        "errors": errors,
        "trail": [(_("Drafts"), url_for("drafts.index", account=account))],
    }
    failed = bool(errors)
    html = render_template("panel/draft_form.html", form=form, page=page, failed=failed)
    return html, 422 if errors else 200


def _saved(address: str) -> Response:
    flash(_("The draft is saved. It was not sent."), "ok")
    return redirect(address)
