"""Reading the files of an upload, and everything that is wrong with them.

Nothing here touches the database: parsing is done before the write lock is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from webapp.i18n import language, today
from webapp.panel.fatturapa import (
    MAX_FILE_BYTES,
    InvalidInvoiceError,
    InvoiceFile,
    Problem,
    check,
    is_party,
    read,
    validate,
)
from webapp.panel.numbers import seller_code
from webapp.tables import Account

_LONGEST_NAME = 120
_MOST = 10**13


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Why a file is refused: where, and what.

    Attributes:
        permission: whether all that is missing is a permission.
    """

    file: str
    message: str
    line: int | None = None
    element: str | None = None
    permission: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One file as it came; `invoice` is None when it can not be read."""

    name: str
    data: bytes
    invoice: InvoiceFile | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """A file without a fault."""

    name: str
    data: bytes
    invoice: InvoiceFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The codes of the account, to know its own files by."""

    vat: str
    tax_code: str

    @classmethod
    def of(cls, account: Account) -> "Owner":
        """As stored."""
        return cls(vat=account.vat, tax_code=account.tax_code)


def receive(files: Iterable[FileStorage]) -> list[Incoming]:
    """Read and check every file that was chosen."""
    xsd: Path | None = current_app.config["DELEGA"].xsd_path
    return [
        _receive(clean_name(file.filename), file.read(MAX_FILE_BYTES + 1), xsd)
        for file in files
        if file.filename
    ]


def faults_of(
    incoming: Sequence[Incoming], owner: Owner, direction: str
) -> list[Fault]:
    """Everything for which the request is refused, in the order of the files."""
    if not incoming:
        return [Fault(file="", message=_("Choose one or more XML files."))]
    return [
        fault
        for each in incoming
        for fault in (
            *_problems(each),
            *_foreign(each, owner, direction),
            *_unstorable(each),
        )
    ] + _repeated(incoming)


def readable(incoming: Iterable[Incoming]) -> list[Readable]:
    """The files that can be read: all of them, when nothing was at fault."""
    return [
        Readable(name=each.name, data=each.data, invoice=each.invoice)
        for each in incoming
        if each.invoice is not None
    ]


def warnings_in(incoming: Iterable[Incoming]) -> int:
    """How many warnings the files carry."""
    return sum(not found.is_error for each in incoming for found in each.problems)


def clean_name(name: str | None) -> str:
    """The last part of a file's name, without controls: it goes into a header."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable())
    return shown.strip()[-_LONGEST_NAME:] or "fattura.xml"


def _receive(name: str, data: bytes, xsd: Path | None) -> Incoming:
    try:
        invoice = read(data, name)
    except InvalidInvoiceError as error:
        return Incoming(name=name, data=data, invoice=None, problems=error.problems)
    problems = _checked(invoice, data, xsd, today())
    return Incoming(name=name, data=data, invoice=invoice, problems=problems)


def _checked(
    invoice: InvoiceFile, data: bytes, xsd: Path | None, day: date
) -> tuple[Problem, ...]:
    strict = validate(data, xsd) if xsd is not None else ()
    return (*check(invoice, today=day), *(replace(p, severity="error") for p in strict))


def _problems(each: Incoming) -> list[Fault]:
    return [
        Fault(
            file=each.name,
            message=found.message(language()),
            line=found.line,
            element=found.element,
        )
        for found in each.problems
        if found.is_error
    ]


def _foreign(each: Incoming, owner: Owner, direction: str) -> list[Fault]:
    if each.invoice is None:
        return []
    party = each.invoice.seller if direction == "sent" else each.invoice.buyer
    if is_party(party, owner.vat, owner.tax_code):
        return []
    name, code = party.name, party.vat or party.tax_code or "-"
    if direction == "sent":
        message = _(
            "The seller is %(name)s (%(code)s): it is not your company.",
            name=name,
            code=code,
        )
    else:
        message = _(
            "The customer is %(name)s (%(code)s): it is not your company.",
            name=name,
            code=code,
        )
    return [Fault(file=each.name, message=message, line=party.source_line)]


def _unstorable(each: Incoming) -> list[Fault]:
    """What the tables have no room for; no real invoice comes near."""
    if each.invoice is None:
        return []
    too_long = [
        text
        for text, most in _texts(each.invoice)
        if text is not None and len(text) > most
    ]
    too_long += [
        str(document.total)
        for document in each.invoice.documents
        if abs(document.total) > _MOST
    ]
    words = (
        _(
            "The file holds a value that is too long or too large: %(value)s.",
            value=f"{value[:40]}…",
        )
        for value in too_long
    )
    return [Fault(file=each.name, message=message) for message in words]


def _texts(invoice: InvoiceFile) -> list[tuple[str | None, int]]:
    parties = (invoice.seller, invoice.buyer)
    codes = [(code, 30) for party in parties for code in (party.vat, party.tax_code)]
    for document in invoice.documents:
        codes += [(document.number, 100), (document.kind, 4), (document.currency, 3)]
    return codes


def _repeated(incoming: Iterable[Incoming]) -> list[Fault]:
    seen: set[tuple[str, int, str, str]] = set()
    faults = []
    for each in incoming:
        keys = set(_keys(each.invoice)) if each.invoice else set()
        faults += [taken(each.name, number) for *_more, number in sorted(keys & seen)]
        seen |= keys
    return faults


def _keys(invoice: InvoiceFile) -> list[tuple[str, int, str, str]]:
    seller = seller_code(invoice.seller)
    return [
        (seller, document.date.year, document.kind, document.number)
        for document in invoice.documents
    ]


def taken(file: str, number: str) -> Fault:
    """The document is here already."""
    words = _("An invoice with the number %(number)s is here already.", number=number)
    return Fault(file=file, message=words)
