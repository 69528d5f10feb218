"""The header of a file: transmission, seller and buyer, in the schema's order."""

from webapp.panel.fatturapa.builder import Builder
from webapp.panel.fatturapa.values import Address, InvoiceFile, Party


def ordinary_header(at: Builder, invoice: InvoiceFile) -> None:
    """The header of FPR12 and FPA12."""
    _transmission(at, invoice)
    _ordinary_seller(at.child("CedentePrestatore"), invoice.seller)
    _ordinary_buyer(at.child("CessionarioCommittente"), invoice.buyer)


def simplified_header(at: Builder, invoice: InvoiceFile) -> None:
    """The header of FSM10."""
    _transmission(at, invoice)
    seller, buyer = invoice.seller, invoice.buyer
    block = at.child("CedentePrestatore")
    _codes(block, seller)
    _name(block, seller)
    _address(block, seller.address)
    _registration(block, seller)
    block.text("RegimeFiscale", seller.regime)
    block = at.child("CessionarioCommittente")
    _codes(block.child("IdentificativiFiscali"), buyer)
    if buyer.name:
        others = block.child("AltriDatiIdentificativi")
        _name(others, buyer)
        _address(others, buyer.address)


def _transmission(header: Builder, invoice: InvoiceFile) -> None:
    sent = invoice.transmission
    at = header.child("DatiTrasmissione")
    sender = at.child("IdTrasmittente")
    sender.text("IdPaese", sent.country)
    sender.text("IdCodice", sent.code)
    at.text("ProgressivoInvio", sent.progressive)
    at.text("FormatoTrasmissione", invoice.format)
    at.text("CodiceDestinatario", sent.recipient_code)
    if sent.phone or sent.email:
        contacts = at.child("ContattiTrasmittente")
        contacts.text("Telefono", sent.phone)
        contacts.text("Email", sent.email)
    at.text("PECDestinatario", sent.pec)


def _ordinary_seller(at: Builder, seller: Party) -> None:
    data = at.child("DatiAnagrafici")
    _codes(data, seller)
    _name(data.child("Anagrafica"), seller)
    data.text("RegimeFiscale", seller.regime)
    _address(at, seller.address)
    _registration(at, seller)
    if seller.phone or seller.fax or seller.email:
        contacts = at.child("Contatti")
        contacts.text("Telefono", seller.phone)
        contacts.text("Fax", seller.fax)
        contacts.text("Email", seller.email)


def _ordinary_buyer(at: Builder, buyer: Party) -> None:
    data = at.child("DatiAnagrafici")
    _codes(data, buyer)
    _name(data.child("Anagrafica"), buyer)
    _address(at, buyer.address)


def _codes(at: Builder, party: Party) -> None:
    if party.vat:
        number = at.child("IdFiscaleIVA")
        number.text("IdPaese", party.vat[:2])
        number.text("IdCodice", party.vat[2:])
    at.text("CodiceFiscale", party.tax_code)


def _name(at: Builder, party: Party) -> None:
    if party.first_name and party.last_name:
        at.text("Nome", party.first_name)
        at.text("Cognome", party.last_name)
    else:
        at.text("Denominazione", party.name)


def _address(at: Builder, address: Address | None) -> None:
    if address is None:
        return
    seat = at.child("Sede")
    seat.text("Indirizzo", address.street)
    seat.text("NumeroCivico", address.number)
    seat.text("CAP", address.postcode)
    seat.text("Comune", address.city)
    seat.text("Provincia", address.province)
    seat.text("Nazione", address.country)


def _registration(at: Builder, party: Party) -> None:
    entry = party.registration
    if entry is None:
        return
    block = at.child("IscrizioneREA")
    block.text("Ufficio", entry.office)
    block.text("NumeroREA", entry.number)
    block.amount("CapitaleSociale", entry.capital)
    block.text("SocioUnico", entry.sole_shareholder)
    block.text("StatoLiquidazione", entry.liquidation)
