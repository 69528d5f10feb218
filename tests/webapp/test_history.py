"""What happened to one user, for his page."""

from flask import Flask

from tests.builders import Company, a_company, a_user
from webapp.history import events_of


def test_the_last_events_of_a_user_stand_oldest_first(
    app: Flask, company: Company
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    a_user(app, company, "invoicing.read", full_name="Luca Ferri")
    with app.test_request_context("/?lang=it"):
        events = events_of(company.id, user)
        assert [event["text"] for event in events] == [
            "Utente creato (Marta Bellandi)",
            "Utente attivato (Il sistema)",
        ]
        assert events[0]["when"].startswith("Oggi, ")
        last = events_of(company.id, user, limit=1)
        assert [event["text"] for event in last] == ["Utente attivato (Il sistema)"]


def test_another_companys_user_has_no_events_here(app: Flask, company: Company) -> None:
    user, _name = a_user(app, a_company(app), "invoicing.read")
    with app.test_request_context("/"):
        assert events_of(company.id, user) == []
