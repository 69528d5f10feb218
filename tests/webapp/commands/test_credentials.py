"""`delega credentials`: keys are shown once, listed without their secret, and end."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from flask import Flask

from authz import ROME
from tests.builders import Company, a_company
from tests.webapp.decisions.world import a_platform_key, id_of, row_of
from webapp.cli import delega
from webapp.decisions.callers import Caller, Refused, callers
from webapp.extensions import begin_write
from webapp.tables import Credential


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(delega, ["credentials", *arguments])


def caller(app: Flask, key: str) -> Caller | Refused:
    with app.app_context():
        return callers().caller_of(f"Bearer {key}")


def test_a_key_has_the_scopes_and_accounts_that_were_named(
    app: Flask, company: Company
) -> None:
    result = run(
        app,
        *("create", "--label", "billing", "--scope", "search", "--scope", "decide"),
        *("--account", company.id, "--account", company.id),
    )
    assert result.exit_code == 0, result.output
    found = caller(app, result.output.split()[0])
    assert isinstance(found, Caller)
    assert (found.scopes, found.accounts) == ({"search", "decide"}, {company.id})
    assert run(app, "create", "--label", "x", "--scope", "all").exit_code == 2


def test_the_last_day_is_a_whole_day_in_rome(app: Flask) -> None:
    create = ("create", "--label", "x", "--every-account", "--expires", "2030-06-30")
    key = run(app, *create).output.split()[0]
    ends = row_of(app, key).expires_at
    assert ends
    assert ends.astimezone(ROME) == datetime(2030, 7, 1, tzinfo=ROME)


def test_the_list_tells_whom_a_key_is_for_and_its_last_use(
    app: Flask, company: Company
) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    used = a_platform_key(app, company.id)
    old = a_platform_key(app, expires_at=past)
    with app.app_context():
        session = begin_write()
        row = session.get_one(Credential, id_of(used))
        row.last_used_at = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
        session.commit()
    lines = run(app, "list").output.splitlines()
    assert lines == [
        f"{id_of(used)}\tlive\tdecide\tbilling\t{company.id}\t2026-11-24T09:05+00:00",
        f"{id_of(old)}\texpired\tdecide\tbilling\t*\t-",
    ]


def test_the_old_secret_goes_on_for_a_day_unless_told(app: Flask) -> None:
    key = a_platform_key(app)
    result = run(app, "rotate", id_of(key))
    assert result.exit_code == 0, result.output
    new = result.output.split()[0]
    assert isinstance(caller(app, new), Caller)
    assert isinstance(caller(app, key), Caller)
    until = row_of(app, key).previous_until
    assert until
    left = until - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    assert "works until" in result.output


def test_the_old_secret_can_end_at_once_or_at_an_instant(app: Flask) -> None:
    key = a_platform_key(app)
    result = run(app, "rotate", id_of(key), "--keep", "0")
    assert "the secret before it is dead" in result.output
    assert isinstance(caller(app, key), Refused)
    until = datetime.now(ROME).replace(second=0, microsecond=0) + timedelta(days=2)
    told = until.strftime("%Y-%m-%dT%H:%M")
    assert run(app, "rotate", id_of(key), "--keep-until", told).exit_code == 0
    assert row_of(app, key).previous_until == until


@pytest.mark.parametrize(
    "options",
    [
        ("--keep", "1", "--keep-until", "2030-01-01T00:00"),
        ("--keep-until", "2001-01-01T00:00"),
        ("--keep-until", "2999-01-01T00:00"),
        ("--keep-until", "tomorrow"),
        ("--keep", "-1"),
    ],
)
def test_a_length_that_can_not_be_is_a_usage_error(
    app: Flask, options: tuple[str, ...]
) -> None:
    key = a_platform_key(app)
    assert run(app, "rotate", id_of(key), *options).exit_code == 2
    assert row_of(app, key).previous_hash is None


def test_what_is_named_stays_and_the_rest_is_taken_away(
    app: Flask, company: Company
) -> None:
    other = a_company(app)
    key = a_platform_key(app, company.id, other.id, scopes=["decide", "search"])
    assert run(app, "narrow", id_of(key)).exit_code == 2
    result = run(app, "narrow", id_of(key), "--scope", "search")
    assert result.output == f"{id_of(key)} narrowed\n"
    run(app, "narrow", id_of(key), "--account", other.id)
    found = caller(app, key)
    assert isinstance(found, Caller)
    assert (found.scopes, found.accounts) == ({"search"}, {other.id})


@pytest.mark.parametrize(
    "arguments",
    [
        ("rotate", "k_nothing"),
        ("narrow", "k_nothing", "--scope", "decide"),
        ("narrow", "k_nothing", "--account", "a_1"),
    ],
)
def test_a_key_that_is_not_there_is_an_error(
    app: Flask, arguments: tuple[str, ...]
) -> None:
    result = run(app, *arguments)
    assert result.exit_code != 0
    assert "unknown credential" in str(result.exception)


def test_a_key_that_was_found_is_revoked_by_itself_and_never_repeated(
    app: Flask, company: Company
) -> None:
    key = run(app, "create", "--label", "x", "--account", company.id).stdout.strip()
    first, second = run(app, "revoke", key), run(app, "revoke", id_of(key))
    assert first.output == f"{id_of(key)} revoked\n"
    assert second.output == f"{id_of(key)} was revoked before; it is dead\n"
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert isinstance(caller(app, key), Refused)


def test_a_part_of_a_key_is_not_repeated_either(app: Flask) -> None:
    result = run(app, "revoke", "dlg_live_abc_secret")
    assert result.exit_code == 2
    assert "secret" not in result.output
