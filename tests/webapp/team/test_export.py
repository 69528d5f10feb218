"""The list as CSV: complete, in Italian for a spreadsheet, and never a formula."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from authz import ROME
from tests.builders import Company, a_user, signed_in
from tests.webapp.team.steps import change_row, users
from webapp.i18n import today
from webapp.spreadsheet import safe


def test_every_seated_user_is_a_line_with_role_and_permissions(
    app: Flask, company: Company
) -> None:
    a_user(app, company, "invoicing.read", full_name='=cmd|"/c calc"!A1; x')
    answer = signed_in(app, company.owner_name).get(
        f"/a/{company.id}/settings/users.csv"
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.data.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text), delimiter=";")
    assert head[:3] == ["Nome", "Nome utente", "Email"]
    assert line[0] == '\'=cmd|"/c calc"!A1; x'
    assert line[5] == "Fatturazione: Lettura"


def test_note_and_both_ends_are_columns(app: Flask, company: Company) -> None:
    identity, _name = a_user(app, company, "invoicing.read")
    day = today() - timedelta(days=1)
    change_row(app, company, identity, access_until=day, note="=1+1\ndue righe")
    client = signed_in(app, company.owner_name)
    text = client.get(users(company, ".csv")).data.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    row = dict(zip(head, line, strict=True))
    assert row["Nota"] == "'=1+1\ndue righe"
    assert row["Ultimo giorno di accesso"] == f"{day:%d/%m/%Y}"
    assert row["Posto pagato fino al"] == f"{today() + timedelta(days=110):%d/%m/%Y}"
    assert row["Scadenza"] == f"{day:%d/%m/%Y}"
    assert row["Stato"] == "Scaduto"


def test_last_access_is_a_date_and_a_time_also_when_it_was_today(
    app: Flask, company: Company
) -> None:
    identity, _name = a_user(app, company, "invoicing.read")
    client = signed_in(app, company.owner_name)
    for seen, words in (
        (datetime(2026, 3, 1, 16, 48, tzinfo=UTC), "01/03/2026 17:48"),
        (now := datetime.now(UTC), f"{now.astimezone(ROME):%d/%m/%Y %H:%M}"),
        (None, ""),
    ):
        change_row(app, company, identity, last_access_at=seen)
        text = client.get(users(company, ".csv")).data.decode("utf-8-sig")
        head, line = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        assert dict(zip(head, line, strict=True))["Ultimo accesso"] == words


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert safe("Anna") == "Anna"
