"""Outgoing mail against a real server on loopback: what is sent, what is said of it."""

import logging
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import update

from tests.builders import Company
from webapp.cli import delega
from webapp.commands.outgoing import connect
from webapp.extensions import begin_write, db
from webapp.post import CLAIM_LASTS, TRIED_FOR, Delivery, send_waiting, write_mail
from webapp.tables import Mail, User

SENDER = "Delega <panel@delega.example>"
LINK = "apri https://panel.example/activate/segreto"


class Sink:
    """A mail server's manners: what it answers to an address, what it kept."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: dict[str, str] = {}
        self.goes_away_at = ""

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _o: Any
    ) -> str:
        if to in self.answers:
            return self.answers[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.goes_away_at in envelope.rcpt_tos:
            server.transport.abort()
        self.recipients.append(envelope.rcpt_tos)
        parsed = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
        self.kept.append(parsed)  # type: ignore[arg-type]
        return "250 OK"


class Listener(Controller):
    """On a port that nobody else takes in between."""

    def __init__(self, sink: Sink) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(sink, "127.0.0.1", self.socket.getsockname()[1])

    def _create_server(self) -> Any:
        return self.loop.create_server(partial(self._factory_invoker), sock=self.socket)


@pytest.fixture
def sink() -> Sink:
    """What the server does; tests change it."""
    return Sink()


@pytest.fixture
def listener(sink: Sink) -> Iterator[Listener]:
    """The server, listening."""
    found = Listener(sink)
    found.start()
    yield found
    found.stop()


@contextmanager
def connected(listener: Listener) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", listener.port, local_hostname="test") as server:
        yield server


def write(
    app: Flask, company: Company, *addresses: str, subject: str = "È pronto"
) -> None:
    with app.app_context():
        session = begin_write()
        owner = session.get_one(User, company.owner)
        for address in addresses:
            owner.email = address
            write_mail(owner, subject, LINK)
        session.commit()


def send(app: Flask, listener: Listener) -> tuple[int, int]:
    with app.app_context(), connected(listener) as server:
        return send_waiting(server, SENDER)


def mails(app: Flask) -> list[Mail]:
    with app.app_context():
        found = db.session.query(Mail).order_by(Mail.id).all()
        db.session.expunge_all()
        return found


def test_a_mail_is_sent_once_and_its_text_forgotten(
    app: Flask, company: Company, sink: Sink, listener: Listener
) -> None:
    write(app, company, "marta@example.it")
    assert send(app, listener) == (1, 0)
    assert send(app, listener) == (0, 0)
    (got,), (mail,) = sink.kept, mails(app)
    assert got.get_content().strip() == LINK
    assert (mail.user_id, mail.body, mail.failure) == (company.owner, "", "")
    assert mail.sent_at is not None
    assert mail.failed_at is None


def test_a_mail_says_whom_it_is_from_and_that_a_machine_wrote_it(
    app: Flask, company: Company, sink: Sink, listener: Listener
) -> None:
    with app.app_context():
        owner = begin_write().get_one(User, company.owner)
        write_mail(owner, "L’accesso è pronto: città", "Perché sì: €\n.\nfine")
        db.session.commit()
    send(app, listener)
    (got,), (mail,) = sink.kept, mails(app)
    assert got["From"] == SENDER
    assert got["To"] == "marta@example.it"
    assert got["Subject"] == "L’accesso è pronto: città"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].startswith(f"<{mail.id}.")
    assert got["Message-ID"].endswith("@delega.example>")
    assert got["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert got.get_content_charset() == "utf-8"
    assert got.get_content().splitlines() == ["Perché sì: €", ".", "fine"]
    assert got.as_bytes().isascii()  # for servers that know seven bits only


def test_a_refused_address_is_not_tried_again_and_keeps_no_link(
    app: Flask, company: Company, sink: Sink, listener: Listener
) -> None:
    sink.answers["gone@example.it"] = "550 5.1.1 no such user\x07 here"
    write(app, company, "gone@example.it", "marta@example.it")
    assert send(app, listener) == (1, 1)
    sink.answers.clear()
    assert send(app, listener) == (0, 0)
    gone, fine = mails(app)
    assert gone.failure == "550 5.1.1 no such user here"
    assert gone.failed_at is not None
    assert (gone.sent_at, gone.body) == (None, "")
    assert fine.sent_at is not None
    assert sink.recipients == [["marta@example.it"]]


def test_a_refusal_of_the_moment_is_tried_at_the_next_run(
    app: Flask, company: Company, sink: Sink, listener: Listener
) -> None:
    sink.answers["marta@example.it"] = "451 4.3.0 come back later"
    write(app, company, "marta@example.it")
    assert send(app, listener) == (0, 1)
    (mail,) = mails(app)
    assert (mail.failure, mail.body) == ("451 4.3.0 come back later", LINK)
    sink.answers.clear()
    assert send(app, listener) == (1, 0)
    (mail,) = mails(app)
    assert (mail.failure, mail.failed_at, mail.body) == ("", None, "")


@pytest.mark.parametrize("way", ["vanishes", "says so"])
def test_when_the_server_goes_away_the_rest_waits(
    app: Flask, company: Company, sink: Sink, listener: Listener, way: str
) -> None:
    if way == "vanishes":
        sink.goes_away_at = "b@example.it"
    else:
        sink.answers["b@example.it"] = "421 closing"
    write(app, company, *(f"{name}@example.it" for name in "abcd"))
    assert send(app, listener) == (1, 3)
    kept = mails(app)
    assert [bool(mail.sent_at) for mail in kept] == [True, False, False, False]
    said = "421 closing" if way == "says so" else "no answer: "
    assert kept[1].failure.startswith(said)
    assert [mail.failure for mail in kept[2:]] == ["", ""]
    sink.goes_away_at = ""
    sink.answers.clear()
    assert send(app, listener) == (3, 0)


@pytest.mark.parametrize(
    "subject",
    ["Ciao\r\nBcc: spy@example.it", "Ciao\nX-Evil: 1\n\nbody", "Ciao\u2028Bcc: a\x00b"],
)
def test_a_subject_with_line_breaks_stays_one_header(
    app: Flask, company: Company, sink: Sink, listener: Listener, subject: str
) -> None:
    write(app, company, "marta@example.it", subject=subject)
    assert send(app, listener) == (1, 0)
    (got,) = sink.kept
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert got["Subject"] == " ".join(subject.replace("\x00", " ").split())
    assert sink.recipients == [["marta@example.it"]]


@pytest.mark.parametrize(
    "address",
    [
        "marta@example.it\r\nBcc: spy@example.it",
        "marta@example.it, spy@example.it",
        "Marta <marta@example.it>",
        "",
    ],
)
def test_an_address_that_is_not_one_goes_nowhere_and_stops_nobody(
    app: Flask, company: Company, sink: Sink, listener: Listener, address: str
) -> None:
    write(app, company, address, "anna@example.it")
    assert send(app, listener) == (1, 1)
    assert send(app, listener) == (0, 0)
    assert sink.recipients == [["anna@example.it"]]
    bad, _fine = mails(app)
    assert bad.failure.startswith("no mail to write: ")
    assert bad.failure.isprintable()


class Broken:
    """A server that answers every mail with the same error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_message(self, msg: EmailMessage) -> object:
        raise self.error


ADDRESSES = ("a@example.it", "b@example.it")


@pytest.mark.parametrize(
    ("error", "failure", "kept"),
    [
        (
            smtplib.SMTPSenderRefused(550, b"not you", "x"),
            "sender refused: 550 not you",
            True,
        ),
        (
            smtplib.SMTPHeloError(554, b"no service"),
            "sender refused: 554 no service",
            True,
        ),
        (smtplib.SMTPDataError(554, b"looks like spam"), "554 looks like spam", True),
        (smtplib.SMTPResponseException(452, "full"), "452 full", True),  # type: ignore[arg-type]
        (smtplib.SMTPDataError(550, b"\xff" + b"x" * 400), "550 \ufffd" + "x" * 295, False),
        (smtplib.SMTPNotSupportedError("no UTF-8"), "not sent: no UTF-8", False),
        (smtplib.SMTPRecipientsRefused({}), "not sent: {}", True),
    ],
)  # fmt: skip
def test_only_what_is_said_of_the_mail_itself_is_final(
    app: Flask, company: Company, error: Exception, failure: str, kept: bool
) -> None:
    write(app, company, *ADDRESSES)
    with app.app_context():
        assert send_waiting(Broken(error), SENDER) == (0, 2)
    for mail in mails(app):
        assert mail.failure == failure
        assert bool(mail.body) is kept


def test_a_broken_connection_counts_the_rest_as_failed_and_tries_it_no_more(
    app: Flask, company: Company
) -> None:
    write(app, company, *ADDRESSES)
    with app.app_context():
        assert send_waiting(Broken(TimeoutError("timed out")), SENDER) == (0, 2)
    first, second = mails(app)
    assert first.failure == "no answer: timed out"
    assert (second.failure, second.failed_at) == ("", None)


@pytest.mark.parametrize(
    ("said", "is_final"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 no such domain", True),
        ("554 5.1.2 bad host: relay", True),
        ("550 #5.1.0 Address rejected.", True),
        ("550 No such user here", True),
        ("551 user not local", True),
        ("553 mailbox name not allowed", True),
        ("554 no such user", False),
        ("554 5.7.1 <x>: Relay access denied; client host [10.0.0.7]", False),
        ("554 Relay access denied", False),
        ("550 5.7.1 blocked", False),
        ("550 5.1.8 sender's domain is unknown", False),
        ("550 5.1.70 who knows", True),
        ("550 5.2.2 mailbox full", False),
        ("550 denied by policy", False),
        ("550 your IP is on our blocklist", False),
        ("550 SPF check failed", False),
        ("553 sorry, not in my list of allowed hosts (#5.7.1)", False),
        ("450 5.1.1 odd", False),
        ("550 10.0.0.7 is refused by nobody", True),
    ],
)
def test_only_what_speaks_of_the_address_ends_a_mail(
    app: Flask,
    company: Company,
    sink: Sink,
    listener: Listener,
    said: str,
    is_final: bool,
) -> None:
    sink.answers["marta@example.it"] = said
    write(app, company, "marta@example.it")
    assert send(app, listener) == (0, 1)
    (mail,) = mails(app)
    assert (mail.failure, mail.body) == (said, "" if is_final else LINK)


def aged(app: Flask, age: timedelta) -> None:
    """As if every mail had been written so long ago."""
    with app.app_context():
        at = datetime.now(UTC) - age
        begin_write().execute(update(Mail).values(created_at=at))
        db.session.commit()


def test_what_is_refused_for_the_moment_is_given_up_after_a_week(
    app: Flask, company: Company
) -> None:
    with app.app_context():
        owner = begin_write().get_one(User, company.owner)
        write_mail(owner, "Il servizio scade", "Rinnova.")
        db.session.commit()
    refused = Broken(smtplib.SMTPDataError(451, b"4.3.0 later"))
    for age, failure, body in (
        (TRIED_FOR - timedelta(hours=1), "451 4.3.0 later", "Rinnova."),
        (TRIED_FOR, "given up after 7 days: 451 4.3.0 later", ""),
    ):
        aged(app, age)
        with app.app_context():
            assert send_waiting(refused, SENDER) == (0, 1)
        (mail,) = mails(app)
        assert (mail.failure, mail.body) == (failure, body)
    with app.app_context():
        assert send_waiting(refused, SENDER) == (0, 0)


def test_what_is_final_after_a_week_says_what_the_server_said(
    app: Flask, company: Company
) -> None:
    write(app, company, "gone@example.it")
    with app.app_context():
        begin_write().execute(update(Mail).values(body="Rinnova."))
        db.session.commit()
    aged(app, TRIED_FOR)
    with app.app_context():
        send_waiting(Broken(smtplib.SMTPDataError(550, b"5.1.1 gone")), SENDER)
    assert [mail.failure for mail in mails(app)] == ["550 5.1.1 gone"]


@pytest.mark.parametrize(
    ("path", "life"),
    [("activate", timedelta(hours=72)), ("reset", timedelta(minutes=15))],
)
def test_a_link_is_not_sent_when_it_opens_nothing_any_more(
    app: Flask,
    company: Company,
    sink: Sink,
    listener: Listener,
    path: str,
    life: timedelta,
) -> None:
    write(app, company, "marta@example.it", "anna@example.it")
    with app.app_context():
        body = f"https://panel.example/{path}/segreto"
        begin_write().execute(update(Mail).values(body=body))
        db.session.commit()
    aged(app, life)
    assert send(app, listener) == (0, 2)
    assert send(app, listener) == (0, 0)
    assert sink.kept == []
    for mail in mails(app):
        assert (mail.failure, mail.body) == ("link expired: not sent", "")
    write(app, company, "marta@example.it")
    assert send(app, listener) == (1, 0)


def test_a_domain_of_other_letters_is_written_as_its_plain_form(
    app: Flask, company: Company, sink: Sink, listener: Listener
) -> None:
    write(app, company, "marta@città.example.it")
    assert send(app, listener) == (1, 0)
    assert sink.recipients == [["marta@xn--citt-3na.example.it"]]


def test_an_address_that_no_mail_can_carry_is_not_tried_for_ever(
    app: Flask, company: Company, listener: Listener
) -> None:
    write(app, company, "niccolò@example.it")
    assert send(app, listener) == (0, 1)
    assert send(app, listener) == (0, 0)
    (mail,) = mails(app)
    assert mail.failure.startswith("no mail to write: ")


class Meddling:
    """A server that, with the first mail in hand, lets another run begin."""

    def __init__(self, app: Flask, error: Exception | None = None) -> None:
        self.app, self.error = app, error
        self.sent: list[str] = []
        self.inner: list[tuple[int, int]] = []

    def send_message(self, msg: EmailMessage) -> object:
        first = not self.inner
        if first:
            self.inner.append((-1, -1))
            with self.app.app_context():
                self.inner[0] = send_waiting(self, SENDER)
        self.sent.append(msg["To"])
        if first and self.error:
            raise self.error
        return {}


def test_two_runs_at_once_send_each_mail_once(app: Flask, company: Company) -> None:
    write(app, company, "a@example.it", "b@example.it", "c@example.it")
    server = Meddling(app)
    with app.app_context():
        assert send_waiting(server, SENDER) == (1, 0)
    assert server.inner == [(2, 0)]
    assert sorted(server.sent) == ["a@example.it", "b@example.it", "c@example.it"]


def test_what_another_run_tried_meanwhile_waits_for_the_next(
    app: Flask, company: Company
) -> None:
    write(app, company, "a@example.it")
    began = datetime.now(UTC) + timedelta(seconds=5)
    with app.app_context():
        tried = begin_write().query(Mail).one()
        tried.failed_at, tried.failure = began, "451 later"
        db.session.commit()
        assert send_waiting(Meddling(app), SENDER) == (0, 0)


def test_a_mail_whose_sender_died_is_taken_by_another_later(
    app: Flask, company: Company
) -> None:
    write(app, company, "a@example.it")

    def run(server: Delivery) -> tuple[int, int]:
        with app.app_context():
            return send_waiting(server, SENDER)

    with pytest.raises(KeyboardInterrupt):
        run(Broken(KeyboardInterrupt()))  # type: ignore[arg-type]
    assert run(Broken(AssertionError("never"))) == (0, 0)
    with app.app_context():
        long_ago = datetime.now(UTC) - CLAIM_LASTS
        begin_write().execute(update(Mail).values(failed_at=long_ago))
        db.session.commit()
    server = Meddling(app)
    assert run(server) == (1, 0)
    assert server.sent == ["a@example.it"]


def test_a_failure_is_told_in_the_log_without_the_text(
    app: Flask, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    write(app, company, "a@example.it")
    with app.app_context(), caplog.at_level(logging.ERROR):
        send_waiting(Broken(smtplib.SMTPDataError(550, b"no")), SENDER)
    assert "was not sent: 550 no" in caplog.text
    assert "segreto" not in caplog.text


def test_the_command_speaks_to_the_server_of_the_settings(
    app: Flask, company: Company, sink: Sink, listener: Listener
) -> None:
    settings = app.config["DELEGA"]
    app.config["DELEGA"] = replace(settings, smtp_port=listener.port)
    sink.answers["gone@example.it"] = "550 gone"
    write(app, company, "marta@example.it", "gone@example.it")
    result = app.test_cli_runner().invoke(delega, ["mail", "send"])
    assert (result.exit_code, result.output) == (1, "1 sent, 1 failed\n")
    assert [mail["From"] for mail in sink.kept] == [settings.mail_from]
    with connect(app.config["DELEGA"]) as server:
        assert server.esmtp_features  # it was asked what it offers
