"""The official order of elements, and the warnings for what departs from it.

One table serves the ordinary schema (v1.2) and the simplified one (v1.0): where a
parent has children in both, they never mix.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from lxml import etree

from webapp.panel.fatturapa.problems import WARNING, Problem, problem

ORDINARY_NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
SIMPLIFIED_NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.0"
# As `{namespace`; the last one is of children, which official files leave bare.
NAMESPACES = frozenset({f"{{{ORDINARY_NAMESPACE}", f"{{{SIMPLIFIED_NAMESPACE}", ""})
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"

REPEATABLE = frozenset(
    {
        "FatturaElettronicaBody",
        "DatiRitenuta",
        "DatiCassaPrevidenziale",
        "ScontoMaggiorazione",
        "Causale",
        "DatiOrdineAcquisto",
        "DatiContratto",
        "DatiConvenzione",
        "DatiRicezione",
        "DatiFattureCollegate",
        "DatiSAL",
        "DatiDDT",
        "RiferimentoNumeroLinea",
        "DettaglioLinee",
        "CodiceArticolo",
        "AltriDatiGestionali",
        "DatiRiepilogo",
        "DatiPagamento",
        "DettaglioPagamento",
        "Allegati",
    }
)

_VAT = "IdFiscaleIVA CodiceFiscale "
_NAME = "Denominazione Nome Cognome "
_SEAT = "Indirizzo NumeroCivico CAP Comune Provincia Nazione"
_REFERENCE = (
    "RiferimentoNumeroLinea IdDocumento Data NumItem CodiceCommessaConvenzione "
    "CodiceCUP CodiceCIG"
)

_TABLE = {
    "FatturaElettronica": "FatturaElettronicaHeader FatturaElettronicaBody Signature",
    "FatturaElettronicaHeader": (
        "DatiTrasmissione CedentePrestatore RappresentanteFiscale "
        "CessionarioCommittente TerzoIntermediarioOSoggettoEmittente SoggettoEmittente"
    ),
    "DatiTrasmissione": (
        "IdTrasmittente ProgressivoInvio FormatoTrasmissione CodiceDestinatario "
        "ContattiTrasmittente PECDestinatario"
    ),
    "IdTrasmittente": "IdPaese IdCodice",
    "IdFiscaleIVA": "IdPaese IdCodice",
    "ContattiTrasmittente": "Telefono Email",
    "CedentePrestatore": (
        f"DatiAnagrafici {_VAT}{_NAME}Sede StabileOrganizzazione "
        "RappresentanteFiscale IscrizioneREA Contatti RiferimentoAmministrazione "
        "RegimeFiscale"
    ),
    "CessionarioCommittente": (
        "IdentificativiFiscali AltriDatiIdentificativi DatiAnagrafici Sede "
        "StabileOrganizzazione RappresentanteFiscale"
    ),
    "IdentificativiFiscali": _VAT,
    "AltriDatiIdentificativi": (
        f"{_NAME}Sede StabileOrganizzazione RappresentanteFiscale"
    ),
    "RappresentanteFiscale": f"DatiAnagrafici IdFiscaleIVA {_NAME}",
    "TerzoIntermediarioOSoggettoEmittente": "DatiAnagrafici",
    "DatiAnagrafici": (
        f"{_VAT}Anagrafica AlboProfessionale ProvinciaAlbo NumeroIscrizioneAlbo "
        "DataIscrizioneAlbo RegimeFiscale"
    ),
    "DatiAnagraficiVettore": f"{_VAT}Anagrafica NumeroLicenzaGuida",
    "Anagrafica": f"{_NAME}Titolo CodEORI",
    "Sede": _SEAT,
    "StabileOrganizzazione": _SEAT,
    "IndirizzoResa": _SEAT,
    "IscrizioneREA": "Ufficio NumeroREA CapitaleSociale SocioUnico StatoLiquidazione",
    "Contatti": "Telefono Fax Email",
    "FatturaElettronicaBody": (
        "DatiGenerali DatiBeniServizi DatiVeicoli DatiPagamento Allegati"
    ),
    "DatiGenerali": (
        "DatiGeneraliDocumento DatiFatturaRettificata DatiOrdineAcquisto "
        "DatiContratto DatiConvenzione DatiRicezione DatiFattureCollegate DatiSAL "
        "DatiDDT DatiTrasporto FatturaPrincipale"
    ),
    "DatiGeneraliDocumento": (
        "TipoDocumento Divisa Data Numero BolloVirtuale DatiRitenuta DatiBollo "
        "DatiCassaPrevidenziale ScontoMaggiorazione ImportoTotaleDocumento "
        "Arrotondamento Causale Art73"
    ),
    "DatiFatturaRettificata": "NumeroFR DataFR ElementiRettificati",
    "DatiRitenuta": "TipoRitenuta ImportoRitenuta AliquotaRitenuta CausalePagamento",
    "DatiBollo": "BolloVirtuale ImportoBollo",
    "DatiCassaPrevidenziale": (
        "TipoCassa AlCassa ImportoContributoCassa ImponibileCassa AliquotaIVA "
        "Ritenuta Natura RiferimentoAmministrazione"
    ),
    "ScontoMaggiorazione": "Tipo Percentuale Importo",
    "DatiOrdineAcquisto": _REFERENCE,
    "DatiContratto": _REFERENCE,
    "DatiConvenzione": _REFERENCE,
    "DatiRicezione": _REFERENCE,
    "DatiFattureCollegate": _REFERENCE,
    "DatiSAL": "RiferimentoFase",
    "DatiDDT": "NumeroDDT DataDDT RiferimentoNumeroLinea",
    "DatiTrasporto": (
        "DatiAnagraficiVettore MezzoTrasporto CausaleTrasporto NumeroColli "
        "Descrizione UnitaMisuraPeso PesoLordo PesoNetto DataOraRitiro "
        "DataInizioTrasporto TipoResa IndirizzoResa DataOraConsegna"
    ),
    "FatturaPrincipale": "NumeroFatturaPrincipale DataFatturaPrincipale",
    "DatiBeniServizi": (
        "DettaglioLinee DatiRiepilogo Descrizione Importo DatiIVA Natura "
        "RiferimentoNormativo"
    ),
    "DatiIVA": "Imposta Aliquota",
    "DettaglioLinee": (
        "NumeroLinea TipoCessionePrestazione CodiceArticolo Descrizione Quantita "
        "UnitaMisura DataInizioPeriodo DataFinePeriodo PrezzoUnitario "
        "ScontoMaggiorazione PrezzoTotale AliquotaIVA Ritenuta Natura "
        "RiferimentoAmministrazione AltriDatiGestionali"
    ),
    "CodiceArticolo": "CodiceTipo CodiceValore",
    "AltriDatiGestionali": "TipoDato RiferimentoTesto RiferimentoNumero RiferimentoData",
    "DatiRiepilogo": (
        "AliquotaIVA Natura SpeseAccessorie Arrotondamento ImponibileImporto Imposta "
        "EsigibilitaIVA RiferimentoNormativo"
    ),
    "DatiVeicoli": "Data TotalePercorso",
    "DatiPagamento": "CondizioniPagamento DettaglioPagamento",
    "DettaglioPagamento": (
        "Beneficiario ModalitaPagamento DataRiferimentoTerminiPagamento "
        "GiorniTerminiPagamento DataScadenzaPagamento ImportoPagamento "
        "CodUfficioPostale CognomeQuietanzante NomeQuietanzante CFQuietanzante "
        "TitoloQuietanzante IstitutoFinanziario IBAN ABI CAB BIC "
        "ScontoPagamentoAnticipato DataLimitePagamentoAnticipato "
        "PenalitaPagamentiRitardati DataDecorrenzaPenale CodicePagamento"
    ),
    "Allegati": (
        "NomeAttachment AlgoritmoCompressione FormatoAttachment "
        "DescrizioneAttachment Attachment"
    ),
}
_TABLE["FatturaElettronicaSemplificata"] = _TABLE["FatturaElettronica"]

ORDER: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        parent: {name: place for place, name in enumerate(children.split())}
        for parent, children in _TABLE.items()
    }
)


def departures(root: etree._Element) -> Iterator[Problem]:
    """A warning for each unknown element, and for each one out of order."""
    yield from _departures(root, "")


def _departures(parent: etree._Element, path: str) -> Iterator[Problem]:
    order = ORDER[local_name(parent)]
    names = list(order)
    totals = Counter(local_name(child) for child in parent)
    seen: Counter[str] = Counter()
    furthest = 0
    for child in parent:
        name = local_name(child)
        seen[name] += 1
        here = step(path, name, place=seen[name], of=totals[name])
        place = order.get(name)
        if place is None:
            yield _warning("DLG-UNKNOWN", child, here, name=name)
            continue
        if place < furthest:
            after = names[furthest]
            yield _warning("DLG-ORDER", child, here, name=name, after=after)
        furthest = max(furthest, place)
        if name in ORDER:
            yield from _departures(child, here)


def _warning(code: str, at: etree._Element, path: str, **values: object) -> Problem:
    return problem(code, line=source_line(at), element=path, severity=WARNING, **values)


def step(path: str, name: str, *, place: int = 1, of: int = 1) -> str:
    """The path of a child, with its index where the element may repeat or does."""
    index = f"[{place}]" if name in REPEATABLE or of > 1 else ""
    return f"{path}/{name}{index}".removeprefix("/")


def source_line(element: etree._Element) -> int | None:
    """The line of the file where the element starts, from 1."""
    return cast("int | None", element.sourceline)


def local_name(element: etree._Element) -> str:
    """The element's name: bare when it is the invoice's own or the signature.

    An element of a foreign namespace keeps it, so that it is never taken for ours.
    """
    namespace, _, name = str(element.tag).rpartition("}")
    known = namespace in NAMESPACES or str(element.tag) == _SIGNATURE
    return name if known else str(element.tag)
