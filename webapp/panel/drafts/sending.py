"""Sending a draft: its number, its file for the channel, its place under *Inviate*."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _

from authz import AuthzError
from config.settings import Settings
from webapp.i18n import today
from webapp.panel import events
from webapp.panel.banks.stored import known_ibans
from webapp.panel.drafts.source import invoice_behind
from webapp.panel.drafts.storing import discard
from webapp.panel.fatturapa import (
    InvalidInvoiceError,
    InvoiceFile,
    Problem,
    check,
    file_name,
    ibans,
    next_progressive,
    read,
    validate,
    write,
)
from webapp.panel.fields import spaced
from webapp.panel.filing import record
from webapp.panel.numbers import next_number, seller_code, settle, take
from webapp.panel.showing import sentence
from webapp.panel.space import Depot
from webapp.panel.tables import Draft, Invoice, OutboxFile

READY = "ready"


class NotSendableError(AuthzError):
    """The draft can not be sent as it stands.

    Attributes:
        reasons: what to put right, in the reader's language; never empty.
    """

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__("; ".join(self.reasons))


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """Who transmits, and what the file must satisfy."""

    transmitter: str
    xsd: Path | None
    today: date

    @classmethod
    def current(cls) -> "Channel":
        """As the settings say."""
        settings: Settings = current_app.config["DELEGA"]
        return cls(
            transmitter=settings.transmitter, xsd=settings.xsd_path, today=today()
        )


def send(depot: Depot, draft: Draft) -> list[Invoice]:
    """Turn a draft into sent invoices, in the current transaction.

    Raises:
        NotSendableError: something is missing or wrong; roll back.
        NoSpaceError: the file does not fit; likewise.
    """
    session, account, actor = depot.session, draft.account_id, depot.actor
    channel = Channel.current()
    invoice = invoice_behind(session, draft)
    _require_known_ibans(depot, invoice)
    waiting = OutboxFile(account_id=account)
    session.add(waiting)
    session.flush()
    invoice, sequence = _numbered(depot, draft, invoice)
    progressive = next_progressive(waiting.number)
    data = _written(_addressed(invoice, channel, progressive), channel)
    discard(depot, draft, sent=True)
    file = depot.store(file_name("IT", channel.transmitter, progressive), data)
    waiting.file_id = file.id
    sent = record(depot, "sent", invoice, file, READY)
    sent[0].sequence = sequence
    settle(session, account, draft.id)
    events.follow(session, account, draft.id, sent[0].id)
    for each in sent:
        events.note(session, account, each.id, "sent", actor)
    return sent


def unknown_ibans(depot_ibans: frozenset[str], invoice: InvoiceFile) -> list[str]:
    """The IBANs that are not among the stored banks."""
    return sorted(ibans(invoice) - depot_ibans)


def _require_known_ibans(depot: Depot, invoice: InvoiceFile) -> None:
    unknown = unknown_ibans(known_ibans(depot.session, depot.account.id), invoice)
    if unknown:
        raise NotSendableError(
            _(
                "The IBAN %(iban)s is not among your banks: whoever has Edit "
                "banks can add it, then it can be sent.",
                iban=spaced(iban),
            )
            for iban in unknown
        )


def _numbered(
    depot: Depot, draft: Draft, invoice: InvoiceFile
) -> tuple[InvoiceFile, int | None]:
    """A typed invoice gets its number now; a file keeps the one it came with."""
    if draft.file_id is not None:
        return invoice, None
    document = invoice.documents[0]
    seller, year = seller_code(invoice.seller), document.date.year
    sequence, number = next_number(depot.session, draft.account_id, seller, year)
    invoice = replace(invoice, documents=(replace(document, number=number),))
    take(depot.session, draft.account_id, invoice, draft.id)
    return invoice, sequence


def _addressed(invoice: InvoiceFile, channel: Channel, progressive: str) -> InvoiceFile:
    sent = replace(
        invoice.transmission,
        country="IT",
        code=channel.transmitter,
        progressive=progressive,
    )
    return replace(invoice, transmission=sent)


def _written(invoice: InvoiceFile, channel: Channel) -> bytes:
    """The file, read back and checked: what leaves is what was shown."""
    try:
        data = write(invoice)
        again = read(data, "")
    except InvalidInvoiceError as error:
        raise NotSendableError(_sentences(error.problems)) from error
    problems = list(check(again, today=channel.today, sending=True))
    if channel.xsd is not None:
        problems += [problem.as_error() for problem in validate(data, channel.xsd)]
    errors = _sentences(problem for problem in problems if problem.is_error)
    if again != replace(invoice, encoding=again.encoding):
        errors.append(_("Something in the file would be lost: send it from elsewhere."))
    if errors:
        raise NotSendableError(errors)
    return data


def _sentences(problems: Iterable[Problem]) -> list[str]:
    return [sentence(replace(problem, line=None)) for problem in problems]
