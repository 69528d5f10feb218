"""Language, dates and money the way Italian and English readers write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask, Response, g, has_request_context, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from authz import ROME
from webapp.extensions import DOMAINS, babel

LANGUAGES = ("it", "en")
COOKIE = "language"
_YEAR_SECONDS = 31_536_000


def init_app(app: Flask) -> None:
    """Choose the language of each answer; `?lang=` changes it and is remembered."""
    babel.init_app(
        app,
        default_locale="it",
        default_timezone="Europe/Rome",
        default_domain=";".join(DOMAINS),
        default_translation_directories=";".join(["translations"] * len(DOMAINS)),
        locale_selector=_choose,
    )
    app.jinja_env.filters.update(
        money=money, day=day, moment=moment, distance=distance, number=number
    )
    app.after_request(_remember)


def language() -> str:
    """`it` or `en`, which every word is shown in now; a mail has its reader's."""
    return str(get_locale().language)


def _choose() -> str:
    """Asked for, remembered, the user's own, the browser's, Italian."""
    if not has_request_context():
        return LANGUAGES[0]
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    # an error page asks nobody: the database may be what broke
    if not g.get("bare") and current_user.is_authenticated:
        return str(current_user.language)
    return request.accept_languages.best_match(LANGUAGES) or "it"


def _remember(response: Response) -> Response:
    wish = request.args.get("lang")
    # INVARIANT: what caches keep for everybody sets nobody's cookie
    if wish in LANGUAGES and not response.cache_control.public:
        response.set_cookie(
            COOKIE, wish, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax"
        )
    return response


def number(value: Decimal | float, places: int = 2) -> str:
    """1.234,56 in Italian, 1,234.56 in English."""
    text = f"{Decimal(str(value)):,.{places}f}"
    if str(get_locale()) == "it":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def money(value: Decimal | None, currency: str = "EUR") -> str:
    """An amount with its currency, kept on one line."""
    if value is None:
        return ""
    sign = "€" if currency == "EUR" else currency
    return f"{number(value)}\u00a0{sign}"


def day(value: date | datetime | None) -> str:
    """24/11/2026; instants as the day they are in Rome."""
    if isinstance(value, datetime):
        value = value.astimezone(ROME)
    return f"{value:%d/%m/%Y}" if value else ""


def moment(value: datetime | None, *, begins: bool = True) -> str:
    """24/11/2026, 09:12; today as *Oggi, 09:12*, inside a sentence *oggi, 09:12*."""
    if value is None:
        return ""
    local = value.astimezone(ROME)
    if local.date() != today():
        return f"{local:%d/%m/%Y, %H:%M}"
    time = f"{local:%H:%M}"
    return (
        _("Today, %(time)s", time=time) if begins else _("today, %(time)s", time=time)
    )


def day_and_time(value: datetime | None) -> str:
    """24/11/2026 09:12, in Rome: as a spreadsheet reads it, today or not."""
    return f"{value.astimezone(ROME):%d/%m/%Y %H:%M}" if value else ""


def today() -> date:
    """The day it is in Rome."""
    return datetime.now(UTC).astimezone(ROME).date()


def distance(value: date) -> str:
    """*tra 110 giorni*, *73 giorni fa*."""
    days = (value - today()).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(num)d day", "in %(num)d days", days)
    return ngettext("%(num)d day ago", "%(num)d days ago", -days)
