"""`delega orders`: what waits, and payments registered by hand."""

import pytest
from click.testing import Result
from flask import Flask

from tests.builders import Company, a_company
from tests.webapp.operator.world import (
    a_cancelled_order,
    a_paid_order,
    amount_of,
    an_order,
    order_row,
    seats_of,
)
from webapp import cli
from webapp.cli import delega

REGISTER = ("orders", "register-payment")


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(delega, list(arguments))


def pay(app: Flask, number: int | str, *more: str) -> Result:
    return run(app, *REGISTER, str(number), "--reference", "CRO 1", *more)


def ended(app: Flask, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """How the command ends in a shell."""
    monkeypatch.setattr("webapp.create_app", lambda: app)
    monkeypatch.setattr("sys.argv", ["delega", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_list_shows_what_waits_and_with_all_the_rest_too(
    app: Flask, company: Company
) -> None:
    paid, off = a_paid_order(app, company), a_cancelled_order(app, company)
    waits = an_order(app, company)
    placed = order_row(app, waits).placed_at.isoformat(timespec="seconds")
    line = f"{waits}\t{company.id}\tawaiting_payment\t{amount_of(app, waits)}\t{placed}"
    assert run(app, "orders", "list").output == f"{line}\n"
    rows = [
        row.split("\t")
        for row in run(app, "orders", "list", "--all").output.splitlines()
    ]
    assert [(int(row[0]), row[2]) for row in rows] == [
        (paid, "active"),
        (off, "cancelled"),
        (waits, "awaiting_payment"),
    ]


def test_a_registered_payment_counts_at_once(app: Flask, company: Company) -> None:
    before = seats_of(app, company)
    number = an_order(app, company, seats=3)
    result = pay(app, number, "--amount", amount_of(app, number))
    assert result.exit_code == 0, result.output
    revision = app.extensions["delega_store"].changes(0).revision
    said = f"order {number} registered for {company.id}, revision {revision}\n"
    assert result.output == said
    assert seats_of(app, company) == before + 3
    assert order_row(app, number).payment_reference == "CRO 1"


def test_a_second_time_it_says_so_and_changes_nothing(
    app: Flask, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    number = an_order(app, company)
    pay(app, number)
    seats, revision = seats_of(app, company), app.extensions["delega_store"].changes(0)
    result = run(app, *REGISTER, str(number), "--reference", "CRO 2")
    assert result.exit_code == 0
    already = f"order {number} was registered already"
    said = f"{already}, with the reference CRO 1; nothing changed\n"
    assert result.output.endswith(said)
    assert f"order {number} was paid before, with the reference CRO 1" in caplog.text
    assert "paid again with CRO 2" in caplog.text
    caplog.clear()
    assert pay(app, number).output == f"{already}; nothing changed\n"
    assert caplog.text == ""
    assert seats_of(app, company) == seats
    assert app.extensions["delega_store"].changes(0).revision == revision.revision
    assert order_row(app, number).payment_reference == "CRO 1"


def test_what_can_not_be_paid_ends_with_3_and_a_line(
    app: Flask,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    off, waits = a_cancelled_order(app, company), an_order(app, company)
    reference = ("--reference", "CRO 1")
    for number, more, line in (
        ("999", (), "delega: unknown order `999`; see `delega orders list`"),
        (str(off), (), f"delega: order {off} was cancelled"),
        (str(waits), ("--amount", "1.00"), f"delega: order {waits} is of"),
    ):
        arguments = (*REGISTER, number, *reference, *more)
        assert ended(app, monkeypatch, *arguments) == 3
        assert capsys.readouterr().err.startswith(line)
    assert order_row(app, waits).paid_at is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("1",),
        ("0", "--reference", "CRO"),
        ("x", "--reference", "CRO"),
        (str(2**53 + 1), "--reference", "CRO"),
        ("1", "--reference", " "),
        ("1", "--reference", "a\nb"),
        ("1", "--reference", "CRO", "--amount", "12"),
        ("1", "--reference", "CRO", "--amount", "12,00"),
        ("1", "--reference", "CRO", "--amount", "-12.00"),
        ("1", "--reference", "CRO", "--amount", "1e2"),
    ],
)
def test_what_is_not_written_right_is_a_usage_error(
    app: Flask, arguments: tuple[str, ...]
) -> None:
    number = an_order(app, a_company(app))
    assert run(app, *REGISTER, *arguments).exit_code == 2
    assert order_row(app, number).paid_at is None
