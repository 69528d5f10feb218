"""The history as CSV: complete, filtered like the page, streamed, and never a formula."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Company, a_user, signed_in
from tests.webapp.review.telling import address, many_changes, save
from webapp import history
from webapp.extensions import begin_write, editor
from webapp.seating import seat_of
from webapp.tables import User


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


def lines(client: FlaskClient, company: Company, query: str = "") -> list[list[str]]:
    answer = client.get(address(company, f".csv{query}"))
    assert answer.status_code == 200
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_every_change_is_a_line_with_its_place_in_the_chain(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    save(owner, company, user, ["invoicing.read", "documents.read"])
    head, first, *rest = lines(owner, company)
    assert head[:6] == [
        "Revisione",
        "Quando (UTC)",
        "Quando (Roma)",
        "Chi",
        "Persona interessata",
        "Modifica",
    ]
    assert first[0] == "5"
    assert first[1].endswith("+00:00")
    assert first[2][-6:] in ("+01:00", "+02:00")
    assert first[3:8] == [
        "Marta Bellandi",
        "Anna Ricci",
        "Permessi cambiati",
        "Documenti: Lettura: no",
        "Documenti: Lettura: sì",
    ]
    record = app.extensions["delega_store"].history()[-1]
    assert first[9:] == [record.hash, record.previous_hash]
    assert rest[0][9] == first[10]
    assert len(rest) == 3


def test_it_leaves_as_a_file_and_obeys_the_filters(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read")
    answer = owner.get(address(company, ".csv"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="storico.csv"' in answer.headers["Content-Disposition"]
    assert len(lines(owner, company, f"?user={user}&actor=system")) == 2


def test_what_a_spreadsheet_would_run_is_text(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, "invoicing.read", full_name="=1+1")
    with app.app_context():
        session = begin_write(company.id, policy=True)
        seat = seat_of(session, session.get_one(User, user))
        assert seat
        editor(company.id, user).set_permissions(
            seat.id, [], user=user, reason="@SUM(A1)"
        )
        session.commit()
    first = lines(owner, company)[1]
    assert (first[3], first[4], first[8]) == ("'=1+1", "'=1+1", "'@SUM(A1)")


def test_a_long_history_is_whole_and_read_in_batches(
    app: Flask, company: Company, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BATCH", 7)
    many_changes(app, company, 30)
    numbers = [int(line[0]) for line in lines(owner, company)[1:]]
    assert numbers == list(range(32, 1, -1))
