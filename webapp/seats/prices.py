"""The price list, and what a period costs by it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from flask import current_app

import config
from authz import ADD_ONS, AuthzError, Edition

DEFAULT = Path(config.__file__).with_name("prices.toml")
PRODUCTS = (*Edition, "seat", *ADD_ONS)
_DAYS = 365


class PriceListError(AuthzError):
    """A price list that can not be used; says what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What things cost.

    Attributes:
        yearly: edition, `seat` or module -> cents a year without VAT.
        vat_percent: whole percent on everything.
        beneficiary, iban: where bank transfers go.
    """

    yearly: Mapping[str, int]
    vat_percent: int
    beneficiary: str
    iban: str

    def net(self, product: str, start: date, end: date) -> int:
        """Cents for the period, both days included: whole years, then by the day."""
        years, days = span(start, end)
        yearly = self.yearly[product]
        return yearly * years + _rounded(yearly * days, _DAYS)

    def vat(self, net: int) -> int:
        """Cents of VAT on cents."""
        return _rounded(net * self.vat_percent, 100)


def price_list() -> Prices:
    """The one of this application."""
    return read_prices(current_app.config["DELEGA"].prices_path)


@cache
def read_prices(file: Path | None = None) -> Prices:
    """The price list of a file; read once.

    Raises:
        PriceListError: it is no TOML, or lacks a price.
    """
    file = file or DEFAULT
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        yearly = {product: found["yearly"][product] for product in PRODUCTS}
        transfer = found["transfer"]
        prices = Prices(
            yearly=yearly,
            vat_percent=found["vat_percent"],
            beneficiary=transfer["beneficiary"],
            iban=transfer["iban"],
        )
    except KeyError as error:
        raise PriceListError(f"{file.name} lacks `{error.args[0]}`") from error
    except (OSError, TypeError, tomllib.TOMLDecodeError) as error:
        raise PriceListError(f"{file.name} can not be read: {error}") from error
    numbers = [*yearly.values(), prices.vat_percent]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise PriceListError(f"{file.name}: prices are whole cents, none below zero")
    return prices


def span(start: date, end: date) -> tuple[int, int]:
    """Whole years and the days left from a day to a day, both included."""
    years = max(end.year - start.year + 1, 0)
    while years and years_from(start, years) > end:
        years -= 1
    rest = years_from(start, years) if years else start - timedelta(days=1)
    return years, max((end - rest).days, 0)


def years_from(start: date, years: int) -> date:
    """The last day of that many years that begin on a day."""
    try:
        after = start.replace(year=start.year + years)
    except ValueError:  # begun on 29 February
        after = date(start.year + years, 3, 1)
    return after - timedelta(days=1)


def _rounded(amount: int, by: int) -> int:
    """Half a cent goes up."""
    return (2 * amount + by) // (2 * by)
