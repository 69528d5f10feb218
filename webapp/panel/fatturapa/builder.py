"""Building elements in order, and every text that would not fit written down."""

import base64
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from lxml import etree

from webapp.panel.fatturapa.draft_text import text_problems
from webapp.panel.fatturapa.problems import Problem, problem

_MAX_DECIMALS: Final = 8
_CENTS: Final = 2
_TEXT_DEFAULT: Final = 100

# The longest text of each element in the schema.
TEXT_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "ABI": 5,
        "BIC": 11,
        "Beneficiario": 200,
        "CAB": 5,
        "CAP": 5,
        "Causale": 200,
        "CausalePagamento": 2,
        "CodiceCIG": 15,
        "CodiceCUP": 15,
        "CodiceCommessaConvenzione": 100,
        "CodiceDestinatario": 7,
        "CodiceFiscale": 16,
        "CodicePagamento": 60,
        "CodiceTipo": 35,
        "CodiceValore": 35,
        "Cognome": 60,
        "Comune": 60,
        "Denominazione": 80,
        "DescrizioneAttachment": 100,
        "Descrizione": 1000,
        "Divisa": 3,
        "ElementiRettificati": 1000,
        "Email": 256,
        "EsigibilitaIVA": 1,
        "Fax": 12,
        "FormatoAttachment": 10,
        "IBAN": 34,
        "IdCodice": 28,
        "IdDocumento": 20,
        "IdPaese": 2,
        "Indirizzo": 60,
        "IstitutoFinanziario": 80,
        "ModalitaPagamento": 4,
        "Natura": 4,
        "Nazione": 2,
        "Nome": 60,
        "NomeAttachment": 60,
        "NumItem": 20,
        "Numero": 20,
        "NumeroCivico": 8,
        "NumeroDDT": 20,
        "NumeroFR": 20,
        "NumeroREA": 20,
        "PECDestinatario": 256,
        "ProgressivoInvio": 10,
        "Provincia": 2,
        "RiferimentoAmministrazione": 20,
        "RiferimentoNormativo": 100,
        "RiferimentoTesto": 60,
        "Telefono": 12,
        "TipoDato": 10,
        "UnitaMisura": 10,
    }
)

# Elements of which the schema takes ASCII alone; the others take Latin-1.
_ASCII: Final = frozenset(
    {
        "CodiceFiscale",
        "CodiceDestinatario",
        "FormatoAttachment",
        "IBAN",
        "IdCodice",
        "IdDocumento",
        "NumItem",
        "Numero",
        "NumeroCivico",
        "NumeroDDT",
        "NumeroFR",
        "ProgressivoInvio",
        "TipoDato",
        "UnitaMisura",
    }
)


class Builder:
    """An element under construction; faults of the whole tree go to one list."""

    def __init__(
        self, element: etree._Element, path: str, problems: list[Problem]
    ) -> None:
        self.element = element
        self.path = path
        self.problems = problems

    def child(self, name: str) -> "Builder":
        """A new child element."""
        element = etree.SubElement(self.element, name)
        path = f"{self.path}/{name}".removeprefix("/")
        return Builder(element, path, self.problems)

    def text(self, name: str, value: str | None) -> None:
        """A child with a text, left out when None."""
        if value is None:
            return
        leaf = self.child(name)
        limit = TEXT_LIMITS.get(name, _TEXT_DEFAULT)
        faults = text_problems(
            value, limit, ascii_only=name in _ASCII, element=leaf.path
        )
        self.problems.extend(faults)
        if not faults:
            leaf.element.text = value

    def integer(self, name: str, value: int | None) -> None:
        """A child with a whole number, left out when None."""
        self.text(name, None if value is None else str(value))

    def date(self, name: str, value: dt.date | None) -> None:
        """A child with a day, left out when None."""
        self.text(name, None if value is None else value.isoformat())

    def flag(self, name: str, value: bool) -> None:
        """A child that says `SI`, left out when false."""
        self.text(name, "SI" if value else None)

    def content(self, name: str, value: bytes) -> None:
        """A child with bytes in base64."""
        self.child(name).element.text = base64.b64encode(value).decode("ascii")

    def amount(self, name: str, value: Decimal | None, *, fine: bool = False) -> None:
        """A child with a number: two decimals, or up to eight when `fine`."""
        if value is None:
            return
        most = _MAX_DECIMALS if fine else _CENTS
        leaf = self.child(name)
        plain = format(value.normalize(), "f")
        whole, _, decimals = plain.partition(".")
        if len(decimals) > most:
            found = problem(
                "DLG-DECIMALS", element=leaf.path, value=plain, expected=f"2-{most}"
            )
            self.problems.append(found)
        leaf.element.text = f"{whole}.{decimals.ljust(_CENTS, '0')}"
