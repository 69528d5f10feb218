"""The panel: the pages where people see the permissions at work."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from webapp.frame import Entry
from webapp.panel import (
    banks,
    contacts,
    drafts,
    home,
    invoices,
    products,
    settings,
    uploads,
)

_INVOICES, _REGISTRIES = _l("Invoices"), _l("Registries")

BLUEPRINTS = (
    home.blueprint,
    *drafts.BLUEPRINTS,
    uploads.blueprint,
    *invoices.BLUEPRINTS,
    *contacts.BLUEPRINTS,
    products.blueprint,
    banks.blueprint,
    settings.blueprint,
)

#: (menu, page, endpoint, action), in the order of the menus.
ENTRIES = tuple(
    Entry(menu=menu, label=label, endpoint=endpoint, action=action)
    for menu, label, endpoint, action in (
        (_l("Home"), _l("Home"), "home.index", "dashboard.view"),
        (_INVOICES, _l("Create an invoice"), "compose.new", "draft.create"),
        (_INVOICES, _l("Upload invoices"), "uploads.index", "invoice_file.upload"),
        (_INVOICES, _l("Drafts"), "drafts.index", "draft.list"),
        (
            _INVOICES,
            lazy_pgettext("invoices", "Sent"),
            "sent.index",
            "sent_invoice.list",
        ),
        (
            _INVOICES,
            lazy_pgettext("invoices", "Received"),
            "received.index",
            "received_invoice.list",
        ),
        (_REGISTRIES, _l("Customers"), "customers.index", "customer.list"),
        (_REGISTRIES, _l("Suppliers"), "suppliers.index", "supplier.list"),
        (_REGISTRIES, _l("Products"), "products.index", "product.list"),
        (_REGISTRIES, _l("Banks"), "banks.index", "bank.list"),
        (_l("Settings"), _l("Settings"), "settings.index", "settings.view"),
    )
)
