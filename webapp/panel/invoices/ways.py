"""What tells a sent invoice from a received one: its action names and its words."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One archive.

    Attributes:
        resource: the catalogue's noun.
        direction: `Invoice.direction`, and the name and address of its pages.
        adding: the action that brings invoices in, with endpoint and label.
    """

    resource: str
    direction: str
    adding: str
    adding_endpoint: str
    adding_label: Any
    title: Any
    other: Any
    line: Any
    empty: Any
    empty_text: Any

    def endpoint(self, page: str) -> str:
        """The endpoint of one of its pages."""
        return f"{self.direction}.{page}"


SENT = Way(
    resource="sent_invoice",
    direction="sent",
    adding="draft.create",
    adding_endpoint="compose.new",
    adding_label=_l("Create an invoice"),
    title=_l("Sent invoices"),
    other=_l("Customer"),
    line=_l("to %(name)s, sent on %(date)s"),
    empty=_l("No sent invoices"),
    empty_text=_l("What you send to SdI stays here."),
)

RECEIVED = Way(
    resource="received_invoice",
    direction="received",
    adding="received_invoice.import",
    adding_endpoint="received.import_files",
    adding_label=_l("Import invoices"),
    title=_l("Received invoices"),
    other=_l("Supplier"),
    line=_l("from %(name)s, received on %(date)s"),
    empty=_l("No received invoices"),
    empty_text=_l("When SdI delivers one, you find it here."),
)
