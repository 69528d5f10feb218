"""The home page's line about the service's end: when, to whom, with which button."""

from datetime import timedelta

import pytest
from flask import Flask

from authz.policy import GRACE_DAYS
from tests.builders import a_company, a_user, signed_in
from tests.webapp.panel.browsing import READ, page, words
from webapp.i18n import day, today


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def the_end(days: int) -> tuple[str, str]:
    """The end's day, and the last day that anything can be looked at."""
    end = today() + timedelta(days=days)
    return day(end), day(end + timedelta(days=GRACE_DAYS))


def test_sixty_days_before_the_end_the_owner_is_offered_the_renewal(app: Flask) -> None:
    company = a_company(app, ends_on=today() + timedelta(days=60))
    html = main_of(page(signed_in(app, company.owner_name), f"/a/{company.id}/"))
    end, closes = the_end(60)
    text = words(html)
    assert "Da guardare" in text
    assert f"Il servizio scade il {end}, tra 60 giorni" in text
    assert f"fino al {closes}, puoi vedere e scaricare; le fatture continuano" in text
    assert "1 cosa da guardare" in text
    assert f'href="/a/{company.id}/customer/renew"' in html
    assert "Rinnova" in text


def test_before_that_nothing_is_said(app: Flask) -> None:
    company = a_company(app, ends_on=today() + timedelta(days=61))
    html = main_of(page(signed_in(app, company.owner_name), f"/a/{company.id}/"))
    assert "Il servizio scade" not in words(html)
    assert "customer/renew" not in html


@pytest.mark.parametrize(
    ("edition", "said"),
    [("FE", "le fatture continuano ad arrivare"), ("SR", "non arriva nessuna fattura")],
)
def test_after_the_end_the_owner_reads_what_is_left_and_may_reactivate(
    app: Flask, edition: str, said: str
) -> None:
    company = a_company(app, edition=edition, ends_on=today() - timedelta(days=10))
    html = main_of(page(signed_in(app, company.owner_name), f"/a/{company.id}/"))
    end, closes = the_end(-10)
    text = words(html)
    assert f"Il servizio è scaduto il {end}, 10 giorni fa" in text
    assert f"Fino al {closes} puoi vedere e scaricare" in text
    assert said in text
    assert "Dopo, tutto viene eliminato." in text
    assert f'href="/a/{company.id}/customer/renew"' in html
    assert "Riattiva" in text


@pytest.mark.parametrize("days", [0, 30, -10])
def test_others_read_it_without_a_button(app: Flask, days: int) -> None:
    company = a_company(app, edition="SR", ends_on=today() + timedelta(days=days))
    client = signed_in(app, a_user(app, company, *READ)[1])
    html = main_of(page(client, f"/a/{company.id}/"))
    end, _closes = the_end(days)
    assert f"il {end}, " in words(html)
    assert "non arriva nessuna fattura" in words(html)
    assert "customer/renew" not in html


def test_it_is_said_in_english_too(app: Flask) -> None:
    company = a_company(app, ends_on=today() + timedelta(days=55))
    client = signed_in(app, company.owner_name)
    html = main_of(page(client, f"/a/{company.id}/?lang=en"))
    end, closes = the_end(55)
    assert f"The service expires on {end}, in 55 days" in words(html)
    assert f"Then, until {closes}, you can look and download" in words(html)
    assert "Renew" in words(html)
