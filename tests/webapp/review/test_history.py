"""The history: who changed what, when, before and after; the owner's alone."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from authz.policy import default_folder, read_folder
from tests.builders import Company, a_company, a_user, publish_policies, signed_in
from tests.webapp.operator.world import an_operator, an_order
from tests.webapp.review.telling import (
    address,
    in_sight,
    many_changes,
    press,
    rows,
    save,
)
from webapp.cli import delega
from webapp.decisions.credentials import create_credential, revoke_credential
from webapp.extensions import begin_write, db, editor
from webapp.i18n import today
from webapp.opening import WEBHOOK
from webapp.seating import seat_of
from webapp.seats.orders import take_payment
from webapp.tables import User

EDITS = ["invoicing.read", "invoicing.create_edit"]


@pytest.fixture
def owner(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, company.owner_name)


def test_a_change_is_told_in_words_with_before_and_after(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, *EDITS)
    save(owner, company, user, ["invoicing.read", "documents.read"])
    told = rows(owner, company)[0]
    assert in_sight(told) == (
        "Oggi, " + told[6:11] + " Marta Bellandi Permessi di Anna Ricci cambiati"
        " Fatturazione: Creazione e modifica: sì → poi no"
        " Documenti: Lettura: no → poi sì "
    )
    for fact in ("permissions.changed", company.owner, user, "Impronta"):
        assert fact in told


def test_the_newest_stands_first_and_the_opening_last(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, *EDITS)
    for act in ("suspend", "reactivate", "temporary"):
        press(owner, company, user, act)
    told = [in_sight(row) for row in rows(owner, company)]
    for row, sentence in zip(
        told,
        (
            "Password temporanea data a Anna Ricci",
            "Utente Anna Ricci riattivato",
            "Utente Anna Ricci sospeso Stato: Attivo → poi Sospeso",
            "Il sistema Utente Anna Ricci attivato",
            "Utente Anna Ricci creato",
            "Il sistema Servizio attivato, titolare Marta Bellandi",
        ),
        strict=True,
    ):
        assert sentence in row


def test_no_identifier_stands_outside_the_folded_details(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, *EDITS)
    save(owner, company, user, [])
    with app.app_context():
        session = begin_write(policy=True)
        create_credential(session, "Magazzino", [company.id])
        session.commit()
    for row in rows(owner, company):
        assert not {"u_", "s_", "a_", "k_"} & {w[:2] for w in in_sight(row).split()}


def test_a_story_through_the_forms_verifies_until_a_row_is_altered(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, *EDITS)
    save(owner, company, user, ["invoicing.read"])
    press(owner, company, user, "suspend")
    press(owner, company, user, "remove")
    runner = app.test_cli_runner()
    told = runner.invoke(delega, ["policy", "verify"])
    assert told.exit_code == 0
    assert "7 changes, the chain holds" in told.output
    with app.app_context():
        statement = "UPDATE policy_change SET before = '[]' WHERE kind = :kind"
        db.session.execute(text(statement), {"kind": "permissions.changed"})
        db.session.commit()
    told = runner.invoke(delega, ["policy", "verify"])
    assert told.exit_code == 1
    assert "revision 5: DLG503" in told.output


def test_who_holds_every_permission_does_not_read_it(
    app: Flask, company: Company
) -> None:
    everything = read_folder(default_folder()).permissions
    _user, name = a_user(app, company, *everything)
    client = signed_in(app, name)
    for page in (address(company), address(company, ".csv")):
        assert client.get(page).status_code == 403
    assert address(company) not in client.get(f"/a/{company.id}/").text


def test_it_stands_in_the_owners_menu_and_can_be_read_to_day_ninety(app: Flask) -> None:
    late = a_company(app, ends_on=today() - timedelta(days=60))
    owner = signed_in(app, late.owner_name)
    page = owner.get(address(late)).get_data(as_text=True)
    assert 'aria-current="page">Storico' in page
    assert f"/a/{late.id}/history.csv" in page
    closed = a_company(app, ends_on=today() - timedelta(days=91))
    assert signed_in(app, closed.owner_name).get(address(closed)).status_code != 200


def test_another_companys_history_is_never_shown(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    other = a_company(app, name="Altra S.r.l.")
    stranger, _name = a_user(app, other, *EDITS, full_name="Zoe Estranea")
    assert owner.get(address(other)).status_code == 404
    for query in (f"?user={stranger}", f"?actor={other.owner}", f"?user={other.id}"):
        assert rows(owner, company, query) == []
        assert "Zoe Estranea" not in owner.get(address(company, query)).text
    with app.app_context():
        session = begin_write(company.id, policy=True)
        # rows that no page writes: even then no name crosses
        ed = editor(company.id, stranger)
        ed.add_seats(["s_poked"])
        session.commit()
    assert "utente rimosso" in in_sight(rows(owner, company)[0])


def test_the_filters_leave_what_was_asked_for(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    anna, _name = a_user(app, company, *EDITS)
    luca, _name = a_user(app, company, *EDITS, full_name="Luca Ferri")
    save(owner, company, luca, ["invoicing.read"])
    assert len(rows(owner, company)) == 6
    assert len(rows(owner, company, f"?user={anna}")) == 2
    assert len(rows(owner, company, f"?user={luca}&kind=permissions.changed")) == 1
    assert len(rows(owner, company, "?actor=system")) == 3
    assert len(rows(owner, company, f"?actor={company.owner}")) == 3
    day, tomorrow = today(), today() + timedelta(days=1)
    assert len(rows(owner, company, f"?since={day}&until={day}")) == 6
    assert rows(owner, company, f"?since={tomorrow}") == []
    assert rows(owner, company, f"?until={day - timedelta(days=1)}") == []
    page = owner.get(address(company, f"?user={anna}&since={day}")).text
    assert f'value="{anna}" selected' in page
    assert f"history.csv?user={anna}&amp;since={day}" in page


def test_whoever_runs_the_service_is_one_choice_and_is_named_where_he_acted(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    operator = an_operator(app)
    assert rows(owner, company, "?actor=operators") == []
    many_changes(app, company, 1, actor=operator, kind="services.changed")
    (told,) = rows(owner, company, "?actor=operators")
    with app.app_context():
        name = db.session.get_one(User, operator).shown_name
    assert f"{name} Servizi cambiati" in in_sight(told)


def test_the_payment_service_is_named_and_can_be_looked_for(
    app: Flask, company: Company
) -> None:
    number = an_order(app, company)
    with app.app_context():
        take_payment(number, reference="TRN 1", actor=WEBHOOK)
    owner = signed_in(app, company.owner_name)
    found = rows(owner, company, "?actor=webhook")
    assert found
    for row in found:
        assert "Il servizio di pagamento" in in_sight(row)
    page = owner.get(address(company)).get_data(as_text=True)
    assert "utente rimosso" not in page
    assert '<option value="webhook">Il servizio di pagamento</option>' in page
    assert "Il servizio di pagamento" in owner.get(
        f"/a/{company.id}/history.csv"
    ).get_data(as_text=True)


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ("u_gone", "utente rimosso"),
        ("o_gone", "utente rimosso"),
        ("elves", "sconosciuto"),
    ],
)
def test_who_is_nobody_we_know_is_no_removed_user(
    app: Flask, company: Company, actor: str, name: str
) -> None:
    many_changes(app, company, 1, actor=actor)
    newest = rows(signed_in(app, company.owner_name), company)[0]
    assert name in in_sight(newest)


@pytest.mark.parametrize(
    "query",
    [
        "?user=" + "x" * 10_000,
        "?user=%00&actor=%00&kind=%00&since=%00&until=%00&before=%00",
        "?user=u_%25&actor='--&kind=<script>",
        "?before=" + "9" * 19,
        "?before=" + "9" * 10_000,
        "?before=-1&after=²",
        "?after=9223372036854775807",
        "?since=0001-01-01&until=9999-12-31",
        "?since=2026-02-30&until=ieri",
        "?since=2000-01-01&until=2999-12-31",
    ],
)
def test_whatever_the_address_says_the_page_answers(
    company: Company, owner: FlaskClient, query: str
) -> None:
    for page in (address(company, query), address(company, f".csv{query}")):
        answer = owner.get(page)
        assert answer.status_code == 200
        assert b"<script>" not in answer.data
        assert len(answer.data) < 60_000


def test_a_date_that_is_none_is_said_to_be_none(
    company: Company, owner: FlaskClient
) -> None:
    page = owner.get(address(company, "?since=2026-02-30&until=boh")).text
    assert "«Dal» non è una data" in page
    assert "«Al» non è una data" in page
    assert len(rows(owner, company, "?since=2026-02-30")) == 1


def test_a_long_history_is_read_page_by_page_in_both_directions(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    many_changes(app, company, 120)
    first = rows(owner, company)
    newest = 122  # release, opening, 120 changes
    assert len(first) == 50
    last = newest - 49
    page = owner.get(address(company)).text
    assert f"?before={last}" in page
    assert "?after=" not in page
    second = rows(owner, company, f"?before={last}")
    assert len(second) == 50
    assert f"Revisione {last - 1} " in second[0]
    page = owner.get(address(company, f"?before={last}")).text
    assert f"?after={last - 1}" in page
    assert rows(owner, company, f"?after={last - 1}") == first
    third = rows(owner, company, f"?before={last - 50}")
    assert "Servizio attivato" in third[-1]
    assert "?before=" not in owner.get(address(company, f"?before={last - 50}")).text
    assert rows(owner, company, f"?after={last - 51}") == second
    assert rows(owner, company, f"?after={newest}") == first
    beyond = owner.get(address(company, "?before=1")).text
    assert "Qui non c’è niente" in beyond
    assert 'rel="prev"' in beyond


def test_the_reason_is_told_until_it_is_erased(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    user, _name = a_user(app, company, *EDITS)
    with app.app_context():
        session = begin_write(company.id, policy=True)
        seat = seat_of(session, session.get_one(User, user))
        assert seat
        editor(company.id, company.owner).set_permissions(
            seat.id, ["invoicing.read"], user=user, reason="Lo chiede <Anna>"
        )
        session.commit()
    assert "cambiati Lo chiede <Anna>" in in_sight(rows(owner, company)[0])
    with app.app_context():
        db.session.execute(text("DELETE FROM policy_reason"))
        db.session.commit()
    assert "Lo chiede" not in rows(owner, company)[0]
    told = app.test_cli_runner().invoke(delega, ["policy", "verify"])
    assert told.exit_code == 0


def test_what_touches_everybody_is_told_since_the_account_exists(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    assert len(rows(owner, company)) == 1
    publish_policies(app)
    told = rows(owner, company)
    assert "Il sistema Nuove regole in vigore: versione 2" in in_sight(told[0])
    assert len(told) == 2


def test_a_key_is_told_to_the_company_it_asks_about_and_to_no_other(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    other = a_company(app)
    with app.app_context():
        session = begin_write(policy=True)
        key = create_credential(session, "Magazzino", [company.id])
        create_credential(session, "Altri", [other.id])
        session.flush()
        revoke_credential(session, f"k_{key.id}")
        session.commit()
    told = [in_sight(row) for row in rows(owner, company)]
    assert "Chiave del servizio Magazzino revocata" in told[0]
    assert "Chiede cosa può fare ogni utente: no → poi sì" in told[1]
    assert "Altri" not in owner.get(address(company)).text
    assert len(told) == 3


def test_a_kind_without_words_is_a_code_and_never_a_crash(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    many_changes(app, company, 1, kind="moon.painted", actor="u_erased")
    assert "<code>moon.painted</code>" in owner.get(address(company)).text
    assert "utente rimosso moon.painted" in in_sight(rows(owner, company)[0])
    assert len(rows(owner, company, "?kind=moon.painted")) == 1


def test_what_is_too_much_for_a_row_is_folded(
    app: Flask, company: Company, owner: FlaskClient
) -> None:
    opened = rows(owner, company)[-1]
    assert in_sight(opened).count("→") == 5  # the state stands first, without an arrow
    assert "Ordini elettronici: consultazione: no → poi" in opened.split("Dettagli")[1]
