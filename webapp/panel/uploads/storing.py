"""Storing an upload: every file, or none."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from authz import Decision
from webapp.guard import ask
from webapp.i18n import language
from webapp.panel import events
from webapp.panel.banks.stored import add_banks, known_ibans
from webapp.panel.drafts.sending import NotSendableError, send
from webapp.panel.drafts.storing import create_uploaded
from webapp.panel.fatturapa import InvoiceFile, ibans, normalise
from webapp.panel.fields import spaced
from webapp.panel.filing import record
from webapp.panel.numbers import TakenNumberError, take
from webapp.panel.space import Depot, NoSpaceError, depot, no_space
from webapp.panel.uploads.incoming import Fault, Readable, taken

INLINE = "bank.create_inline"
IMPORTED = "imported"


class RefusedFilesError(Exception):
    """The upload is refused; roll back.

    Attributes:
        faults: why; never empty.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(f"{len(self.faults)} faults")


def store_drafts(
    session: Session,
    account: str,
    incoming: Sequence[Readable],
    actor: str,
    *,
    sending: bool,
) -> list[str]:
    """Keep own invoices as drafts, or send them at once; answers the record ids.

    Raises:
        RefusedFilesError: nothing may be committed.
    """
    place = depot(session, account, actor)
    _add_unknown_banks(session, account, incoming)
    return [_draft(place, each, sending=sending) for each in incoming]


def store_received(
    session: Session, account: str, incoming: Sequence[Readable], actor: str
) -> list[str]:
    """Keep received invoices; answers their ids.

    Raises:
        RefusedFilesError: nothing may be committed.
    """
    place = depot(session, account, actor)
    return [identity for each in incoming for identity in _received(place, each)]


def _draft(place: Depot, each: Readable, *, sending: bool) -> str:
    invoice = each.invoice
    try:
        draft = create_uploaded(place, invoice, each.name, each.data)
        return send(place, draft)[0].id if sending else draft.id
    except TakenNumberError as error:
        raise RefusedFilesError([taken(each.name, error.number)]) from error
    except NoSpaceError as error:
        raise RefusedFilesError([_no_space(each, error)]) from error
    except NotSendableError as error:
        faults = [Fault(file=each.name, message=reason) for reason in error.reasons]
        raise RefusedFilesError(faults) from error


def _received(place: Depot, each: Readable) -> list[str]:
    session, account, invoice = place.session, place.account.id, each.invoice
    try:
        take(session, account, invoice, None)
        file = place.store(each.name, each.data)
    except TakenNumberError as error:
        raise RefusedFilesError([taken(each.name, error.number)]) from error
    except NoSpaceError as error:
        raise RefusedFilesError([_no_space(each, error)]) from error
    rows = record(place, "received", invoice, file, IMPORTED)
    for row in rows:
        events.note(session, account, row.id, "imported", place.actor)
    return [row.id for row in rows]


def _add_unknown_banks(
    session: Session, account: str, incoming: Sequence[Readable]
) -> None:
    """An IBAN in a file is a bank created on the way in: the same permission."""
    known = known_ibans(session, account)
    unknown = [
        (each, iban)
        for each in incoming
        for iban in sorted(ibans(each.invoice) - known)
    ]
    decision = ask(INLINE) if unknown else None
    if decision is not None and not decision:
        raise RefusedFilesError([_no_bank(*pair, decision) for pair in unknown])
    names: dict[str, str] = {}
    for each, _iban in unknown:
        names |= _bank_names(each.invoice)
    add_banks(session, account, names)


def _bank_names(invoice: InvoiceFile) -> dict[str, str]:
    payments = [each for document in invoice.documents for each in document.payments]
    names = {}
    for payment in payments:
        if payment.iban:
            iban = normalise(payment.iban)
            names[iban] = payment.bank_name or _("Bank %(end)s", end=iban[-4:])
    return names


def _no_bank(each: Readable, iban: str, decision: Decision) -> Fault:
    words = _(
        "The IBAN %(iban)s is not among your banks: storing it needs the permission "
        "Edit banks.",
        iban=spaced(iban),
    )
    message = f"{words} {decision.text(language())}"
    return Fault(file=each.name, message=message, permission=True)


def _no_space(each: Readable, error: NoSpaceError) -> Fault:
    return Fault(file=each.name, message=no_space(error))
