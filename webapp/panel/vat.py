"""The VAT choices of a line: a rate in percent, or a nature for what bears none."""

from decimal import Decimal

from webapp.i18n import language
from webapp.panel.fatturapa import NATURES, label

RATES = ("22", "10", "5", "4")
#: Natures with a subcode may no longer be used bare (exchange rule 00445).
_BARE = ("N2", "N3", "N6")


def offered() -> frozenset[str]:
    """The rates and natures that a line can have."""
    return frozenset((*RATES, *(name for name in NATURES if name not in _BARE)))


def choices() -> list[tuple[str, str]]:
    """What the form offers, in the reader's language."""
    return [(rate, f"{rate} %") for rate in RATES] + [
        (name, f"{name} {label(NATURES, name, language())}")
        for name in NATURES
        if name not in _BARE
    ]


def rate_of(vat: str) -> Decimal:
    """The rate of a choice; a nature bears none."""
    return Decimal(0) if vat.startswith("N") else Decimal(vat)


def nature_of(vat: str) -> str | None:
    """The nature of a choice, None for a rate."""
    return vat if vat.startswith("N") else None


def shown(rate: Decimal, nature: str | None) -> str:
    """`22 %`, or the nature."""
    return (
        nature if nature and not rate else f"{rate.normalize():f} %".replace(".", ",")
    )
