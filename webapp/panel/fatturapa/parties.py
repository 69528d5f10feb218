"""The header of both formats: transmission, seller and buyer."""

from webapp.panel.fatturapa.codes import REGIMES
from webapp.panel.fatturapa.cursor import Cursor
from webapp.panel.fatturapa.values import (
    Address,
    Party,
    Registration,
    Transmission,
)


def transmission(header: Cursor) -> tuple[str, Transmission]:
    """The declared format, and the transmission data."""
    at = header.need_child("DatiTrasmissione")
    sender = at.need_child("IdTrasmittente")
    contacts = at.optional("ContattiTrasmittente")
    return at.need_text("FormatoTrasmissione"), Transmission(
        country=sender.need_text("IdPaese"),
        code=sender.need_text("IdCodice"),
        progressive=at.need_text("ProgressivoInvio"),
        recipient_code=at.need_text("CodiceDestinatario"),
        pec=at.text("PECDestinatario"),
        email=contacts.text("Email"),
        phone=contacts.text("Telefono"),
    )


def ordinary_seller(at: Cursor) -> Party:
    """The seller, who must have a VAT number and a regime."""
    data = at.need_child("DatiAnagrafici")
    contacts = at.optional("Contatti")
    name, first_name, last_name = _name(data.need_child("Anagrafica"), needed=True)
    return Party(
        name=name,
        vat=_vat_number(data, needed=True),
        tax_code=data.text("CodiceFiscale"),
        first_name=first_name,
        last_name=last_name,
        address=_address(at.need_child("Sede")),
        regime=data.need_code("RegimeFiscale", REGIMES),
        registration=_registration(at),
        phone=contacts.text("Telefono"),
        fax=contacts.text("Fax"),
        email=contacts.text("Email"),
        source_line=at.line,
    )


def ordinary_buyer(at: Cursor) -> Party:
    """The buyer, for whom the schema foresees no contacts."""
    data = at.need_child("DatiAnagrafici")
    name, first_name, last_name = _name(data.need_child("Anagrafica"), needed=True)
    return Party(
        name=name,
        vat=_vat_number(data, needed=False),
        tax_code=data.text("CodiceFiscale"),
        first_name=first_name,
        last_name=last_name,
        address=_address(at.need_child("Sede")),
        source_line=at.line,
    )


def simplified_seller(at: Cursor) -> Party:
    """The seller of a simplified invoice, whose data stands in one block."""
    name, first_name, last_name = _name(at, needed=True)
    return Party(
        name=name,
        vat=_vat_number(at, needed=True),
        tax_code=at.text("CodiceFiscale"),
        first_name=first_name,
        last_name=last_name,
        address=_address(at.need_child("Sede")),
        regime=at.need_code("RegimeFiscale", REGIMES),
        registration=_registration(at),
        source_line=at.line,
    )


def simplified_buyer(at: Cursor) -> Party:
    """The buyer of a simplified invoice: a code is enough, a name is not needed."""
    codes = at.need_child("IdentificativiFiscali")
    others = at.child("AltriDatiIdentificativi")
    where = others or at.optional("AltriDatiIdentificativi")
    name, first_name, last_name = _name(where, needed=others is not None)
    return Party(
        name=name,
        vat=_vat_number(codes, needed=False),
        tax_code=codes.text("CodiceFiscale"),
        first_name=first_name,
        last_name=last_name,
        address=_address(where.need_child("Sede")) if others else None,
        source_line=at.line,
    )


def _name(at: Cursor, *, needed: bool) -> tuple[str, str | None, str | None]:
    first_name, last_name = at.text("Nome"), at.text("Cognome")
    if at.has("Denominazione") or first_name is None or last_name is None:
        name = at.need_text("Denominazione") if needed else ""
        return name, None, None
    return f"{first_name} {last_name}", first_name, last_name


def _vat_number(at: Cursor, *, needed: bool) -> str | None:
    if not needed and not at.has("IdFiscaleIVA"):
        return None
    number = at.need_child("IdFiscaleIVA")
    return number.need_text("IdPaese") + number.need_text("IdCodice")


def _address(at: Cursor) -> Address:
    return Address(
        street=at.need_text("Indirizzo"),
        number=at.text("NumeroCivico"),
        postcode=at.need_text("CAP"),
        city=at.need_text("Comune"),
        province=at.text("Provincia"),
        country=at.need_text("Nazione"),
    )


def _registration(at: Cursor) -> Registration | None:
    entry = at.child("IscrizioneREA")
    if entry is None:
        return None
    return Registration(
        office=entry.need_text("Ufficio"),
        number=entry.need_text("NumeroREA"),
        capital=entry.amount("CapitaleSociale"),
        sole_shareholder=entry.text("SocioUnico"),
        liquidation=entry.need_text("StatoLiquidazione"),
    )
