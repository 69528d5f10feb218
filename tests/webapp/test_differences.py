"""Before and after in words: permissions, states, services, seats, keys."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from authz.engine import Row
from authz.policy import DatedRow, default_folder, end_of_day, read_folder
from authz.storage import Change
from authz.storage.chain import entry
from webapp.differences import Differences
from webapp.i18n import today

RELEASE = read_folder(default_folder())
NAMES = {"u_1": "Anna Ricci", "u_2": "Luca Ferri"}
SPRING = datetime(2027, 3, 14, tzinfo=UTC).date()


@pytest.fixture(autouse=True)
def italian(app: Flask) -> Iterator[None]:
    with app.test_request_context("/?lang=it"):
        yield


def row(start: str, goal: str, ends: datetime | None = None) -> DatedRow:
    return DatedRow(Row("g", (start, goal, "a_1")), None, ends)


def service(name: str, ends: datetime, begins: datetime | None = None) -> DatedRow:
    return DatedRow(Row("g2", ("a_1", name)), begins, ends)


def told(
    remove: tuple[DatedRow, ...] = (),
    add: tuple[DatedRow, ...] = (),
    kind: str = "permissions.changed",
    node: str = "u_1",
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> list[str]:
    change = Change(
        account="a_1",
        actor="u_9",
        kind=kind,
        node=node,
        remove=remove,
        add=add,
        before=before,
        after=after,
    )
    found = Differences(RELEASE, NAMES).of(entry(change, 1, "", ""))
    return [f"{one.label}: {one.before} > {one.after}" for one in found]


def test_permissions_are_told_by_title_in_the_order_of_the_form() -> None:
    assert told(
        (row("s_1", "payments.read"),),
        (row("s_1", "invoicing.send_sdi"), row("s_1", "invoicing.read")),
    ) == [
        "Fatturazione: Lettura: no > sì",
        "Fatturazione: Invio a SdI: no > sì",
        "Incassi e pagamenti: Lettura: sì > no",
    ]


def test_what_comes_with_a_state_is_told_by_the_state_alone() -> None:
    active = (row("u_1", "state.active"), row("u_1", "self.password"))
    assert told(active, (row("u_1", "state.suspended"),)) == ["Stato: Attivo > Sospeso"]
    assert told((), (row("u_1", "state.owner"), row("u_1", "role.owner"))) == [
        "Stato:  > Titolare"
    ]
    assert told(active, ()) == ["Stato: Attivo > Rimosso"]
    assert told((), (row("u_1", "state.dreaming"),)) == ["Stato:  > dreaming"]


def test_a_seat_is_kept_while_its_user_is_suspended_or_invited() -> None:
    ends = end_of_day(SPRING)
    active = (row("u_1", "state.active"), row("u_1", "s_1", ends))
    for state, word in (("suspended", "Sospeso"), ("invited", "Invito in attesa")):
        waiting = (row("u_1", f"state.{state}"),)
        assert told(active, waiting) == [
            f"Stato: Attivo > {word}",
            "Posto: fino al 14/03/2027 > tenuto, senza accesso",
        ]
        assert told(waiting, active)[1] == (
            "Posto: tenuto, senza accesso > fino al 14/03/2027"
        )
    assert told(active, ())[1] == "Posto: fino al 14/03/2027 > no"


def test_others_than_the_one_it_is_about_are_named() -> None:
    ends = end_of_day(SPRING)
    change = (row("u_2", "state.active"), row("u_2", "s_2", ends))
    assert told((), change, node="a_1") == [
        "Stato di Luca Ferri:  > Attivo",
        "Posto di Luca Ferri: no > fino al 14/03/2027",
    ]
    assert told((), (row("u_3", "s_2"),), node="a_1") == ["Posto: no > sì"]


def test_services_are_told_with_the_last_day_they_run() -> None:
    later = end_of_day(SPRING + timedelta(days=366))
    before = service("invoicing:change", end_of_day(SPRING))
    assert told((before,), (service("invoicing:change", later),)) == [
        "Fatturazione: modifica: fino al 14/03/2027 > fino al 14/03/2028"
    ]
    assert told((), (service("woocommerce:view", later),)) == [
        "WooCommerce: consultazione: no > fino al 14/03/2028"
    ]
    assert told((), (service("moon:shine", later),)) == [
        "moon: shine: no > fino al 14/03/2028"
    ]


def test_what_begins_later_says_when() -> None:
    begins = end_of_day(today() + timedelta(days=3))
    first = today() + timedelta(days=4)
    future = service("reception:view", end_of_day(SPRING), begins)
    assert told((), (future,)) == [
        f"Ricezione: consultazione: no > dal {first:%d/%m/%Y} fino al 14/03/2027"
    ]


def test_what_stays_as_it_was_is_not_told() -> None:
    same = row("s_1", "invoicing.read")
    assert told((same,), (same,)) == []


def test_seats_are_counted_and_never_named() -> None:
    seats = tuple(row(f"s_{number}", "seated") for number in range(3))
    assert told((), seats, kind="seats.added") == ["Numero di posti:  > +3"]
    assert told(seats[:1], ()) == ["Numero di posti:  > -1"]


def test_roles_and_delegations_are_told_by_their_names() -> None:
    assert told(
        (row("s_1", "role.bookkeeper"),),
        (row("s_1", "r_7"), row("u_1", "d_3"), row("s_1", "gone.read")),
    ) == [
        "Ruolo Contabilità: sì > no",
        "Un ruolo tuo: no > sì",
        "Delega: no > sì",
        "gone.read: no > sì",
    ]


def test_a_key_never_tells_which_other_accounts_it_is_for() -> None:
    assert told(kind="credential.created", after=("decide", "spy", "a_1", "a_2")) == [
        "Chiede cosa può fare ogni utente: no > sì",
        "spy: no > sì",
    ]
    assert told(kind="credential.revoked") == ["La chiave funziona: sì > no"]
    assert told(
        kind="credential.narrowed",
        before=("decide", "search", "a_1", "a_2"),
        after=("decide", "a_1"),
    ) == ["Elenca chi può fare qualcosa e che cosa può fare un utente: sì > no"]


def test_a_new_secret_tells_how_long_the_one_before_it_works() -> None:
    assert told(kind="credential.rotated", after=("2027-03-14T08:05:00+00:00",)) == [
        "Il segreto di prima vale: sì > fino al 14/03/2027, 09:05"
    ]
    assert told(kind="credential.rotated") == ["Il segreto di prima vale: sì > no"]


def test_a_release_is_told_by_its_number_and_not_row_by_row() -> None:
    rows = (row("role.x", "invoicing.read"),)
    assert told((), rows, kind="release.published", node="release.2") == []
