"""Reminders: which, when, in whose words, each once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from authz import State
from tests.builders import Company, a_company, a_user
from webapp.extensions import begin_write, db
from webapp.seats import reminders
from webapp.seats.reminders import kinds_due, months_before, write_due
from webapp.seats.tables import Reminder
from webapp.tables import Account, Mail, Seat, User

END = date(2027, 5, 31)
DAY = timedelta(days=1)
READ = "invoicing.read"


@pytest.fixture
def company(app: Flask) -> Company:
    """An FE company with five seats whose service ends on END."""
    return a_company(app, ends_on=END)


def due(app: Flask, on: date) -> int:
    with app.app_context():
        return write_due(on)


def mails(app: Flask) -> list[tuple[str, str]]:
    """Subject and text of each mail, oldest first."""
    with app.app_context():
        query = select(Mail.subject, Mail.body).order_by(Mail.id)
        return [(row.subject, row.body) for row in db.session.execute(query)]


def the_mail(app: Flask) -> str:
    ((subject, body),) = mails(app)
    return f"{subject}\n{body}"


def subjects(app: Flask) -> list[str]:
    return [subject for subject, _body in mails(app)]


def written(app: Flask, company: Company) -> set[tuple[str, date]]:
    with app.app_context():
        query = select(Reminder.kind, Reminder.ends_on)
        rows = db.session.execute(query.where(Reminder.account_id == company.id))
        return {(kind, ends_on) for kind, ends_on in rows}


def change(app: Flask, table: type, identity: str, **facts: object) -> None:
    with app.app_context():
        found = begin_write().get_one(table, identity)
        for name, value in facts.items():
            setattr(found, name, value)
        db.session.commit()


def a_user_until(
    app: Flask, company: Company, until: date, name: str = "Anna Ricci", **facts: object
) -> str:
    """A user whom the owner lets in to that day."""
    identity, _name = a_user(app, company, READ, full_name=name)
    change(app, User, identity, access_until=until, **facts)
    return identity


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2027, 5, 31), 3, date(2027, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2027, 5, 31), 1, date(2027, 4, 30)),
        (date(2027, 3, 14), 3, date(2026, 12, 14)),
        (date(2027, 1, 31), 1, date(2026, 12, 31)),
        (date(2028, 2, 29), 1, date(2028, 1, 29)),
    ],
)
def test_months_before_a_month_s_end_end_with_their_month(
    day: date, months: int, before: date
) -> None:
    assert months_before(day, months) == before


@pytest.mark.parametrize(
    ("on", "nearest"),
    [
        (date(2027, 2, 27), None),
        (date(2027, 2, 28), "three_months"),
        (date(2027, 4, 29), "three_months"),
        (date(2027, 4, 30), "one_month"),
        (date(2027, 5, 15), "one_month"),
        (date(2027, 5, 16), "15_days"),
        (END, "15_days"),
        (END + DAY, "ended"),
        (END + 74 * DAY, "ended"),
        (END + 75 * DAY, "closes"),
        (END + 90 * DAY, "closes"),
        (END + 91 * DAY, None),
    ],
)
def test_each_reminder_has_its_day(on: date, nearest: str | None) -> None:
    found = kinds_due(END, on)
    assert (found[-1] if found else None) == nearest


def test_the_farthest_reminder_is_seen_in_time() -> None:
    for back in range(1500):
        end = date(2028, 12, 31) - back * DAY
        assert end - months_before(end, 3) <= timedelta(days=92)


def test_day_90_is_the_day_that_the_policy_closes(app: Flask, company: Company) -> None:
    with app.app_context():
        contract = db.session.get_one(Account, company.id).contract()
    last = END + reminders.GRACE
    assert contract.closes_at > datetime(
        last.year, last.month, last.day, 12, tzinfo=UTC
    )
    assert contract.closes_at - datetime(
        last.year, last.month, last.day, 12, tzinfo=UTC
    ) < timedelta(days=1)


def test_before_the_end_the_owner_reads_what_ends_when_and_how_to_renew(
    app: Flask, company: Company
) -> None:
    assert due(app, date(2027, 4, 30)) == 1
    text = the_mail(app)
    for said in (
        "Il tuo servizio scade il 31/05/2027",
        "Fatturazione Elettronica di Ceramiche Bellandi S.r.l. scade il 31/05/2027:"
        " tra 31 giorni.",
        "scadono anche 5 posti",
        "fino al 29/08/2027, si può vedere e scaricare",
        "le fatture continuano ad arrivare; inviarle non è possibile",
        "i dati vengono eliminati e non si possono recuperare",
        f"http://127.0.0.1:8000/a/{company.id}/customer/renew",
    ):
        assert said in text, text
    with app.app_context():
        assert db.session.scalars(select(Mail.user_id)).one() == company.owner


def test_after_the_end_the_owner_reads_what_is_left_and_until_when(
    app: Flask, company: Company
) -> None:
    assert due(app, END) == 1
    assert due(app, END + DAY) == 1
    assert due(app, END + 2 * DAY) == 0
    assert due(app, END + 75 * DAY) == 1
    assert due(app, END + 91 * DAY) == 0
    before, ended, closes = mails(app)
    assert "scade il 31/05/2027: oggi." in before[1]
    assert ended[0] == "Il tuo servizio è scaduto il 31/05/2027"
    assert closes[0] == "I tuoi dati vengono eliminati dopo il 29/08/2027"
    for _subject, text in (ended, closes):
        assert "è scaduto il 31/05/2027" in text
        assert "Fino al 29/08/2027" in text
        assert "non si possono recuperare" in text
        assert "le fatture continuano ad arrivare" in text
        assert text.endswith(f"/a/{company.id}/customer/renew")


def test_an_english_owner_of_reception_alone_reads_that_nothing_arrives(
    app: Flask,
) -> None:
    company = a_company(app, edition="SR", ends_on=END, seats=0)
    change(app, User, company.owner, language="en")
    due(app, END - DAY)
    due(app, END + DAY)
    (subject, before), (_ended, after) = mails(app)
    assert subject == "Your service ends on 31/05/2027"
    assert "Reception only of Ceramiche Bellandi S.r.l." in before
    assert "31/05/2027: in 1 day." in before
    assert "seat of your" not in before
    assert "seats of your" not in before
    assert "Until 29/08/2027, day 90 after the end" in after
    for text in (before, after):
        assert "In those 90 days no invoice arrives." in text
        assert "can not be recovered" in text


def test_a_reminder_is_written_once_however_often_the_timer_calls(
    app: Flask, company: Company
) -> None:
    assert [due(app, date(2027, 2, 28)) for _ in range(3)] == [1, 0, 0]
    assert [due(app, date(2027, 4, day)) for day in (29, 30)] == [0, 1]
    assert len(mails(app)) == 2


def test_whoever_was_missed_gets_the_nearest_reminder_alone(
    app: Flask, company: Company
) -> None:
    assert due(app, date(2027, 5, 20)) == 1
    assert written(app, company) == {
        (kind, END) for kind in ("three_months", "one_month", "15_days")
    }
    assert due(app, date(2027, 5, 21)) == 0
    assert due(app, date(2027, 4, 30)) == 0  # a clock that went back
    assert "tra 11 giorni" in the_mail(app)


def test_a_renewed_account_is_left_alone_until_its_new_end(
    app: Flask, company: Company
) -> None:
    due(app, date(2027, 2, 28))
    change(app, Account, company.id, ends_on=date(2028, 5, 31))
    assert due(app, date(2027, 4, 30)) == 0
    assert due(app, date(2028, 2, 29)) == 1
    assert subjects(app)[-1] == "Il tuo servizio scade il 31/05/2028"


def test_two_accounts_are_reminded_apart(app: Flask, company: Company) -> None:
    other = a_company(app, name="Altra S.r.l.", ends_on=END + 10 * DAY)
    assert due(app, date(2027, 2, 28)) == 1
    assert due(app, months_before(END + 10 * DAY, 3)) == 1
    assert written(app, other) == {("three_months", END + 10 * DAY)}
    assert "Altra S.r.l." in mails(app)[1][1]
    assert company.id not in mails(app)[1][1]


def test_two_timers_at_once_write_each_mail_once(app: Flask) -> None:
    for _ in range(4):
        a_user_until(app, a_company(app, ends_on=END), END - DAY)
    start, counts = threading.Barrier(3), list[int]()

    def run() -> None:
        start.wait()
        counts.append(due(app, END - DAY))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == len(mails(app)) == 8


def test_what_another_timer_wrote_meanwhile_is_not_written_again(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, seen = reminders._write, list[int]()

    def late(found: reminders.Due, on: date) -> bool:
        if not seen:
            seen.append(0)
            seen[0] = write_due(on)
        return write(found, on)

    monkeypatch.setattr(reminders, "_write", late)
    assert due(app, date(2027, 2, 28)) == 0
    assert seen == [1]
    assert len(mails(app)) == 1


@pytest.mark.parametrize("what", ["renewed", "moved"])
def test_what_is_no_longer_true_under_the_lock_is_not_written(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "moved":
        identity = a_user_until(app, company, date(2027, 1, 7))
    write = reminders._write

    def late(found: reminders.Due, on: date) -> bool:
        if what == "moved":
            change(app, User, identity, access_until=None)
        else:
            change(app, Account, company.id, ends_on=END.replace(year=2028))
        return write(found, on)

    monkeypatch.setattr(reminders, "_write", late)
    on = date(2027, 1, 1) if what == "moved" else date(2027, 2, 28)
    assert due(app, on) == 0
    assert mails(app) == []
    assert written(app, company) == set()


def test_users_who_stop_on_one_day_are_named_in_one_mail(
    app: Flask, company: Company
) -> None:
    until = date(2026, 12, 20)
    a_user_until(app, company, until, "Bruno Conti")
    a_user_until(app, company, until, "Anna Ricci")
    a_user_until(app, company, until + DAY, "Carla Neri")
    assert due(app, until - 8 * DAY) == 0
    assert due(app, until - 7 * DAY) == 1
    text = the_mail(app)
    assert "L’accesso di 2 utenti scade il 20/12/2026" in text
    assert "Il 20/12/2026 è l’ultimo giorno di accesso di 2 utenti di Ceramiche" in text
    assert text.index("- Anna Ricci (annaricci") < text.index("- Bruno Conti")
    assert "Carla Neri" not in text
    assert f"http://127.0.0.1:8000/a/{company.id}/settings/users" in text
    assert due(app, until) == 1  # the other day's, caught up
    assert due(app, until) == 0
    days = [ends_on for kind, ends_on in written(app, company) if "access" in kind]
    assert sorted(days) == [until, until, until + DAY]


def test_who_gets_a_last_day_that_was_told_of_is_told_of_too_and_alone(
    app: Flask, company: Company
) -> None:
    until = date(2026, 12, 20)
    anna = a_user_until(app, company, until, "Anna Ricci")
    assert due(app, until - 7 * DAY) == 1
    a_user_until(app, company, until, "Bruno Conti")
    assert due(app, until - 6 * DAY) == 1
    (_first, (subject, body)) = mails(app)
    assert subject == "L’accesso di 1 utente scade il 20/12/2026"
    assert "- Bruno Conti" in body
    assert "Anna Ricci" not in body
    change(app, User, anna, access_until=until + DAY)
    assert due(app, until - 5 * DAY) == 1
    assert "- Anna Ricci" in mails(app)[-1][1]
    assert due(app, until) == 0


def test_what_is_remembered_of_a_user_fits_and_is_his_own(
    app: Flask, company: Company
) -> None:
    users = [a_user(app, company, READ)[0] for _ in range(3)]
    kinds = {reminders.access_kind(user) for user in users}
    assert {len(kind) for kind in kinds} == {Reminder.kind.type.length}
    assert len(kinds) == 3


def test_an_english_owner_reads_whose_access_ends(app: Flask, company: Company) -> None:
    change(app, User, company.owner, language="en")
    a_user_until(app, company, date(2026, 12, 20))
    due(app, date(2026, 12, 20))
    text = the_mail(app)
    assert "The access of 1 user ends on 20/12/2026" in text
    assert "The seat stays yours." in text


@pytest.mark.parametrize("state", [State.SUSPENDED, "removed"])
def test_nobody_is_reminded_of_users_who_are_out_already(
    app: Flask, company: Company, state: str
) -> None:
    a_user_until(app, company, date(2026, 12, 20), state=state)
    assert due(app, date(2026, 12, 20)) == 0


def test_nobody_is_told_a_last_day_that_the_seat_does_not_reach(
    app: Flask, company: Company
) -> None:
    identity = a_user_until(app, company, date(2026, 12, 20))
    with app.app_context():
        session = begin_write()
        seat = session.scalars(select(Seat).where(Seat.user_id == identity)).one()
        seat.paid_until = date(2026, 12, 10)
        session.commit()
    assert due(app, date(2026, 12, 20)) == 0
    assert written(app, company) == set()


def test_after_day_90_nobody_is_reminded_of_anybody(
    app: Flask, company: Company
) -> None:
    a_user_until(app, company, END + 95 * DAY)
    assert due(app, END + 95 * DAY) == 0


def test_reminders_change_no_policy(app: Flask, company: Company) -> None:
    a_user_until(app, company, END - DAY)
    before = app.extensions["delega_store"].changes(0).revision
    assert due(app, END - DAY) == 2
    assert app.extensions["delega_store"].changes(0).revision == before
