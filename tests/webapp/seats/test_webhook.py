"""Payments from a payment service: only what it signed counts, and once."""

import io
import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from tests.authz.storage.stores import a_postgresql
from tests.builders import Company, a_company, publish_policies
from tests.webapp.conftest import close, settings_in
from tests.webapp.operator.world import (
    a_cancelled_order,
    actors,
    amount_of,
    an_order,
    order_row,
    seats_of,
)
from webapp import create_app
from webapp.extensions import begin_write
from webapp.i18n import today
from webapp.seats.signature import sign
from webapp.seats.tables import Order
from webapp.seats.webhook import MAX_BODY_BYTES

ADDRESS = "/webhooks/payments"
OLD, NEW = "o" * 32, "n" * 32


@pytest.fixture
def app(migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application that knows two secrets of its payment service."""
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(tmp_path, payment_secrets=(NEW, OLD)))
    yield app
    close(app)


@pytest.fixture
def number(app: Flask, company: Company) -> int:
    """An order of two seats that waits."""
    return an_order(app, company, seats=2)


def event(app: Flask, number: int, **changes: Any) -> dict[str, Any]:
    facts = {
        "order": number,
        "amount": amount_of(app, number) if number < 900 else "1.00",
        "currency": "EUR",
        "reference": "TRN 0042",
        "id": "evt_0001",
    }
    return {**facts, **changes}


def deliver(
    app: Flask, body: object, *, secret: str = NEW, age: int = 0, **more: Any
) -> TestResponse:
    """Send an event, or any bytes, signed."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    moment = str(int(time.time()) - age)
    headers = {"Delega-Signature": f"t={moment},v1={sign(secret, moment, sent)}"}
    facts = {"content_type": "application/json", "headers": headers, **more}
    return app.test_client().post(ADDRESS, data=sent, **facts)


def refused(answer: TestResponse, status: int, code: str) -> None:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == code
    assert answer.json["detail"]


def test_a_signed_payment_counts_at_once(
    app: Flask, company: Company, number: int
) -> None:
    before = seats_of(app, company)
    answer = deliver(app, event(app, number, extra={"of": "theirs"}))
    assert answer.status_code == 200
    assert answer.json == {"order": number, "registered": True}
    assert seats_of(app, company) == before + 2
    assert order_row(app, number).payment_reference == "TRN 0042"
    assert set(actors(app, company)[1:]) == {"webhook"}


def test_the_same_event_again_changes_nothing(
    app: Flask, company: Company, number: int
) -> None:
    body = event(app, number)
    deliver(app, body)
    seats, history = seats_of(app, company), actors(app, company)
    for secret in (NEW, OLD):
        answer = deliver(app, body, secret=secret)
        assert answer.status_code == 200
        assert answer.json == {"order": number, "registered": False}
    assert seats_of(app, company) == seats
    assert actors(app, company) == history


def test_deliveries_at_the_same_time_register_once(
    app: Flask, company: Company, number: int
) -> None:
    body, before = event(app, number), seats_of(app, company)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deliver(app, body), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json["registered"] for answer in answers].count(True) == 1
    assert seats_of(app, company) == before + 2


def test_on_postgresql_too_deliveries_at_the_same_time_register_once(
    tmp_path: Path,
) -> None:
    with a_postgresql() as url:
        settings = settings_in(tmp_path, database_url=url, payment_secrets=(NEW,))
        app = create_app(settings)
        with app.app_context():
            upgrade()
        publish_policies(app)
        company = a_company(app)
        number, before = an_order(app, company, seats=2), seats_of(app, company)
        body = event(app, number)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: deliver(app, body), range(16)))
        assert [answer.json["registered"] for answer in answers].count(True) == 1
        assert seats_of(app, company) == before + 2
        refused(deliver(app, event(app, 2**53)), 404, "unknown_order")
        close(app)


def test_what_is_not_signed_or_signed_long_ago_is_refused(
    app: Flask, number: int
) -> None:
    body = event(app, number)
    sent = json.dumps(body).encode()
    moment = str(int(time.time()))
    digest = sign(NEW, moment, sent)
    for answer in (
        deliver(app, body, headers={}),
        deliver(app, body, headers={"Delega-Signature": digest}),
        deliver(
            app, body, headers={"Delega-Signature": f"t={moment},v1={digest[:-1]}"}
        ),
        deliver(app, body, secret="x" * 32),
        deliver(app, body, age=400),
        deliver(app, body, age=-400),
    ):
        refused(answer, 401, "bad_signature")
        assert answer.headers["WWW-Authenticate"]
    assert order_row(app, number).paid_at is None


def test_a_changed_byte_is_refused_before_anything_is_read(
    app: Flask, number: int
) -> None:
    sent = json.dumps(event(app, number)).encode()
    moment = str(int(time.time()))
    headers = {"Delega-Signature": f"t={moment},v1={sign(NEW, moment, sent)}"}
    for place in range(0, len(sent), 7):
        other = sent[:place] + bytes([sent[place] ^ 1]) + sent[place + 1 :]
        refused(deliver(app, other, headers=headers), 401, "bad_signature")
    refused(deliver(app, b"not JSON", headers=headers), 401, "bad_signature")
    assert order_row(app, number).paid_at is None


@pytest.mark.parametrize(
    "changes",
    [
        {"order": "1"},
        {"order": 0},
        {"order": True},
        {"order": 1.5},
        {"order": 2**53},
        {"order": 2**60},
        {"amount": 244},
        {"amount": 244.0},
        {"amount": "244"},
        {"amount": "244,00"},
        {"amount": "0244.00"},
        {"amount": "-244.00"},
        {"amount": "244.00\n"},
        {"amount": "٢٤٤.00"},
        {"currency": "eur"},
        {"currency": None},
        {"reference": ""},
        {"reference": " "},
        {"reference": "a\nb"},
        {"reference": "x" * 121},
        {"id": ""},
        {"id": "evt 1"},
        {"id": "evt_1\n"},
    ],
)
def test_an_event_that_is_not_as_agreed_changes_nothing(
    app: Flask, number: int, changes: dict[str, Any]
) -> None:
    answer = deliver(app, event(app, number, **changes))
    code = "unknown_order" if changes == {"order": 2**53} else "malformed"
    refused(answer, 404 if code == "unknown_order" else 400, code)
    assert order_row(app, number).paid_at is None


def test_a_body_that_can_be_read_in_two_ways_is_refused(
    app: Flask, number: int
) -> None:
    good = json.dumps(event(app, number)).encode()
    for body in (
        b"",
        b"[]",
        b"{}",
        good[:-1],
        good + good,
        b"\xef\xbb\xbf" + good,
        good.replace(b"TRN", b"\xff"),
        good[:-1] + b', "order": 1}',
        good[:-1] + b', "amount": "0.01"}',
        good.replace(b"TRN", b"\\u0000"),
    ):
        refused(deliver(app, body), 400, "malformed")
    refused(deliver(app, good, content_type="text/plain"), 400, "malformed")
    assert order_row(app, number).paid_at is None


def test_only_the_whole_amount_in_euros_pays(app: Flask, number: int) -> None:
    wrong = deliver(app, event(app, number, amount="0.01"))
    refused(wrong, 409, "wrong_amount")
    refused(deliver(app, event(app, number, currency="USD")), 409, "wrong_currency")
    assert order_row(app, number).paid_at is None


def test_an_unknown_or_cancelled_order_is_not_paid(app: Flask) -> None:
    off = a_cancelled_order(app, a_company(app))
    refused(deliver(app, event(app, 999)), 404, "unknown_order")
    refused(deliver(app, event(app, off)), 409, "order_cancelled")
    assert order_row(app, off).paid_at is None


def test_a_large_body_is_refused_unread(app: Flask, number: int) -> None:
    body = event(app, number, padding="x" * 70_000)
    refused(deliver(app, body), 413, "too_large")
    chunked = {"environ_base": {"wsgi.input_terminated": True}}
    refused(deliver(app, body, **chunked), 413, "too_large")
    assert order_row(app, number).paid_at is None


@pytest.mark.parametrize(
    ("beyond", "status"), [(0, 200), (1, 413), (500_000, 413)], ids=str
)
def test_a_body_of_no_stated_size_is_read_to_its_limit_and_one_byte_beyond(
    app: Flask, number: int, beyond: int, status: int
) -> None:
    plain = json.dumps(event(app, number)).encode()
    body = plain + b" " * (MAX_BODY_BYTES - len(plain) + beyond)
    moment = str(int(time.time()))
    stream = io.BytesIO(body)
    builder = EnvironBuilder(
        ADDRESS,
        method="POST",
        content_type="application/json",
        headers={"Delega-Signature": f"t={moment},v1={sign(NEW, moment, body)}"},
    )
    environ = builder.get_environ()
    assert "CONTENT_LENGTH" not in environ  # as with a chunked body
    environ.update({"wsgi.input": stream, "wsgi.input_terminated": True})
    _chunks, told, _headers = run_wsgi_app(app, environ)
    assert told.startswith(str(status))
    assert stream.tell() <= MAX_BODY_BYTES + 1
    assert bool(order_row(app, number).paid_at) is (status == 200)


def test_without_a_secret_there_is_no_such_door(migrated: Path, tmp_path: Path) -> None:
    (tmp_path / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(tmp_path))
    number = an_order(app, a_company(app))
    for secret in (NEW, ""):
        answer = deliver(app, event(app, number), secret=secret)
        refused(answer, 404, "payments_not_configured")
    assert order_row(app, number).paid_at is None
    close(app)


def test_other_errors_are_problems_too(app: Flask) -> None:
    answer = app.test_client().get(ADDRESS)
    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_second_payment_of_a_paid_order_leaves_a_warning_with_both_references(
    app: Flask, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(app, event(app, number, reference="TRN 1"))
    deliver(app, event(app, number, reference="TRN 1"))
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]
    again = deliver(app, event(app, number, reference=" TRN 2 "))
    assert again.status_code == 200
    assert again.get_json() == {"order": number, "registered": False}
    (warned,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert warned.getMessage() == (
        f"order {number} was paid before, with the reference TRN 1; paid again with"
        " TRN 2"
    )
    assert order_row(app, number).payment_reference == "TRN 1"


def test_an_order_that_was_not_paid_in_time_is_refused(app: Flask, number: int) -> None:
    with app.app_context():
        session = begin_write()
        session.get_one(Order, number).pay_by = today() - timedelta(days=1)
        session.commit()
    refused(deliver(app, event(app, number)), 409, "order_lapsed")
    assert order_row(app, number).paid_at is None


def test_each_delivery_leaves_one_line_without_secrets(
    app: Flask, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(app, event(app, number, amount="0.01"))
    deliver(app, event(app, number))
    deliver(app, event(app, number))
    deliver(app, event(app, number), secret="x" * 32)
    lines = [r.getMessage() for r in caplog.records if r.name == app.logger.name]
    assert [line.split(":")[0] for line in lines] == [
        "payment evt_0001 refused",
        "payment evt_0001",
        "payment evt_0001",
        "payment - refused",
    ]
    assert lines[1].endswith(f"order {number} registered")
    assert lines[2].endswith(f"order {number} before")
    assert [r.levelno for r in caplog.records][1] == logging.INFO
    assert not any(secret in caplog.text for secret in (OLD, NEW, "v1="))
