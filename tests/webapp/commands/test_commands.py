"""The command line: what it prints, what it changes, how it ends."""

import re
import shutil
import smtplib
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from authz.policy import default_folder, read_folder
from config.settings import Settings
from tests.builders import Company, a_user, post, signed_in
from webapp import cli
from webapp.cli import delega
from webapp.commands.outgoing import connect
from webapp.extensions import begin_write, db
from webapp.post import write_mail
from webapp.tables import Mail, Seat, User


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(delega, list(arguments))


def a_folder(tmp_path: Path) -> Path:
    """The shipped policies with one file of cases: casbin takes long over them all."""
    folder = tmp_path / "policies"
    shutil.copytree(default_folder(), folder)
    for cases in (folder / "cases").iterdir():
        if cases.name != "sending.toml":
            cases.unlink()
    return folder


def test_check_lints_the_policies_and_runs_their_cases(app: Flask) -> None:
    result = run(app, "policy", "check")
    assert result.exit_code == 0
    grants = len(read_folder(default_folder()).grants)
    assert f"{grants} grants, clean" in result.output


def test_check_names_file_and_line_of_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    grants = folder / "grants.csv"
    grants.write_text(
        grants.read_text().replace("invoicing.send_sdi, -,", "invoicing.read, -,", 1)
    )
    result = run(app, "policy", "check", str(folder))
    assert result.exit_code == 1
    assert "cases/" in result.output


def test_a_folder_that_does_not_parse_ends_with_one_line_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_folder(tmp_path)
    (folder / "grants.csv").write_text("p, nonsense\n")
    monkeypatch.setattr("sys.argv", ["delega", "policy", "check", str(folder)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert "grants.csv:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["policy", "check", "/nowhere"], 2),
        (["nonsense"], 2),
        (["accounts", "list"], 3),
        (["policy", "matrix", "--module", "peppol"], 0),
        (["--help"], 0),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(
    arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DELEGA_DATABASE_URL", "DELEGA_DEMO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.argv", ["delega", *arguments])
    ended = 0
    try:
        cli.main()
    except SystemExit as end:
        ended = int(end.code or 0)
    assert ended == code


@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_the_matrix_prints_permission_by_action(app: Flask, form: str) -> None:
    result = run(app, "policy", "matrix", "--module", "peppol", "--format", form)
    assert result.exit_code == 0
    assert "peppol.enrol" in result.output
    assert "draft.send" not in result.output


def test_publishing_what_is_in_force_changes_nothing(app: Flask) -> None:
    before = app.extensions["delega_store"].changes(0).revision
    result = run(app, "policy", "publish", "--reason", "again")
    assert "in force already" in result.output
    assert app.extensions["delega_store"].changes(0).revision == before


def test_a_new_release_is_in_force_at_once(app: Flask, tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    readme = folder / "README.md"
    readme.write_text(
        readme.read_text() + "\nMore.\n" if readme.exists() else "More.\n"
    )
    result = run(app, "policy", "publish", str(folder))
    assert result.exit_code == 0, result.output
    assert "release 2" in result.output


def test_a_folder_with_a_wrong_case_is_not_published(
    app: Flask, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path)
    grants = folder / "grants.csv"
    grants.write_text(
        grants.read_text().replace("invoicing.send_sdi, -,", "invoicing.read, -,", 1)
    )
    result = run(app, "policy", "publish", str(folder))
    assert result.exit_code != 0
    assert app.extensions["delega_store"].changes(0).revision == 1


def test_the_history_verifies_until_somebody_alters_it(
    app: Flask, company: Company
) -> None:
    assert "the chain holds" in run(app, "policy", "verify").output
    with app.app_context():
        db.session.execute(
            text("UPDATE policy_change SET actor = 'u_x' WHERE revision = 2")
        )
        db.session.commit()
    result = run(app, "policy", "verify")
    assert result.exit_code == 1
    assert "revision 2" in result.output


def test_an_account_opened_by_hand_has_an_owner_who_can_start(app: Flask) -> None:
    result = run(
        app, "accounts", "open", "--name", "Rossi S.r.l.", "--vat", "IT01234567890",
        "--edition", "FE", "--module", "documents", "--seats", "2",
        "--owner", "mariorossi1", "--email", "mario@example.it", "--ends-on", "2030-12-31",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    account, _owner, link = result.output.split()
    client = app.test_client()
    path = link.removeprefix("http://127.0.0.1:8000")
    new = "lanterna-fiume-castagna-volo"
    answer = post(client, path, {"new": new, "repeat": new})
    assert answer.headers["Location"] == f"/a/{account}/"
    assert client.get(f"/a/{account}/settings/users").status_code == 200
    listed = run(app, "accounts", "list").output
    assert f"{account}\tFE\t2030-12-31\t0/2\tRossi S.r.l." in listed


@pytest.mark.parametrize("day", ["1999-12-31", "2101-01-01", "9999-12-31", "2027"])
def test_a_day_far_off_or_none_is_a_usage_error(
    app: Flask, company: Company, day: str
) -> None:
    open_it = ("accounts", "open", "--name", "A", "--vat", "IT1", "--edition", "FE")
    person = ("--owner", "marioverdi1", "--email", "m@example.it", "--ends-on", day)
    key = ("credentials", "create", "--label", "x", "--every-account", "--expires", day)
    for arguments in ((*open_it, *person), key):
        result = run(app, *arguments)
        assert result.exit_code == 2
        assert day in result.output or "from 2000-01-01 to 2100-12-31" in result.output
    assert run(app, "accounts", "list").output.count("\n") == 1
    assert run(app, "credentials", "list").output == ""


def test_the_last_day_there_can_be_is_taken(app: Flask) -> None:
    result = run(
        app,
        *("accounts", "open", "--name", "A", "--vat", "IT1", "--edition", "FE"),
        *("--owner", "marioverdi1", "--email", "m@example.it"),
        *("--ends-on", "2100-12-31"),
    )
    assert result.exit_code == 0, result.output
    assert "2100-12-31" in run(app, "accounts", "list").output


def test_seats_added_by_hand_are_there_at_once(app: Flask, company: Company) -> None:
    result = run(app, "seats", "add", "--account", company.id, "--count", "3")
    assert "3 seats added" in result.output
    with app.app_context():
        query = select(Seat).where(Seat.account_id == company.id)
        assert len(db.session.scalars(query).all()) == 8


def test_a_user_created_by_hand_gets_a_temporary_password(
    app: Flask, company: Company
) -> None:
    arguments = ["users", "create", "--account", company.id, "--email", "a@example.it"]
    arguments += ["--user-name", "giuliaconti9", "--preset", "role.bookkeeper"]
    result = run(app, *arguments)
    assert result.exit_code == 0, result.output
    password = re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", result.output)
    assert password
    signed_in(app, "giuliaconti9", password.group())
    with app.app_context():
        found = select(User).where(User.folded_name == "giuliaconti9")
        assert db.session.scalars(found).one().state == "temporary"


@pytest.mark.parametrize(
    "arguments",
    [
        ["seats", "add", "--account", "a_nothing"],
        ["policy", "export", "--account", "a_nothing", "--to", "out"],
        ["credentials", "revoke", "k_nothing"],
    ],
)
def test_unknown_names_are_errors(app: Flask, arguments: list[str]) -> None:
    result = run(app, *arguments)
    assert result.exit_code != 0
    assert "unknown" in str(result.exception)


def test_an_unknown_preset_names_those_there_are(app: Flask, company: Company) -> None:
    arguments = ["users", "create", "--account", company.id, "--email", "a@example.it"]
    result = run(app, *arguments, "--user-name", "giuliaconti9", "--preset", "role.x")
    assert "role.bookkeeper" in str(result.exception)


def test_a_key_is_shown_once_listed_and_revoked(app: Flask, company: Company) -> None:
    result = run(
        app, "credentials", "create", "--label", "billing", "--account", company.id
    )
    key = result.output.split()[0]
    assert key.startswith("dlg_live_")
    identity = f"k_{key.split('_')[2]}"
    listed = run(app, "credentials", "list").output
    assert f"{identity}\tlive\tdecide\tbilling" in listed
    assert key.split("_")[3] not in listed
    assert "revoked" in run(app, "credentials", "revoke", identity).output
    assert f"{identity}\trevoked" in run(app, "credentials", "list").output


def test_a_key_must_say_what_it_is_for(app: Flask, company: Company) -> None:
    assert run(app, "credentials", "create", "--label", "x").exit_code == 2
    both = [
        "credentials",
        "create",
        "--label",
        "x",
        "--every-account",
        "--account",
        company.id,
    ]
    assert run(app, *both).exit_code == 2
    every = run(
        app,
        "credentials",
        "create",
        "--label",
        "x",
        "--every-account",
        "--expires",
        "2030-01-01",
    )
    assert every.exit_code == 0
    assert a_user(app, company)


def test_without_the_setting_nothing_unsigned_is_published(
    app: Flask, tmp_path: Path
) -> None:
    app.config["DELEGA"] = replace(app.config["DELEGA"], unsigned_releases=False)
    result = run(app, "policy", "publish")
    assert "nobody signed" in str(result.exception)


class Post:
    """A mail server that keeps what it gets, and refuses one address."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def send_message(self, message: EmailMessage) -> None:
        if message["To"] == "refused@example.it":
            raise smtplib.SMTPRecipientsRefused({})
        self.kept.append(message)


def test_mail_is_sent_once_and_its_text_forgotten(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Post()
    monkeypatch.setattr("webapp.commands.outgoing.connect", lambda _settings: server)
    with app.app_context():
        session = begin_write()
        owner = session.get_one(User, company.owner)
        write_mail(owner, "Ciao", "apri /activate/segreto")
        owner.email = "refused@example.it"
        write_mail(owner, "No", "apri /activate/altro")
        session.commit()
    result = run(app, "mail", "send")
    assert (result.exit_code, result.output) == (1, "1 sent, 1 failed\n")
    assert "0 sent, 1 failed" in run(app, "mail", "send").output
    assert [m["Subject"] for m in server.kept] == ["Ciao"]
    assert "segreto" in server.kept[0].get_content()
    with app.app_context():
        bodies = db.session.scalars(select(Mail.body).order_by(Mail.id)).all()
    assert bodies == ["", "apri /activate/altro"]


def test_the_mail_server_is_asked_for_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Server:
        def __init__(self, host: str, port: int, timeout: int) -> None:
            asked.append((host, port))

        def ehlo_or_helo_if_needed(self) -> None:
            asked.append("ehlo")

        def has_extn(self, name: str) -> bool:
            return name == "starttls"

        def starttls(self) -> None:
            asked.append("starttls")

    monkeypatch.setattr("smtplib.SMTP", Server)
    connect(Settings(database_url="", secret_key="", smtp_host="mail", smtp_port=587))
    assert asked == [("mail", 587), "ehlo", "starttls"]


def test_nothing_waits_for_the_channel_at_first(app: Flask) -> None:
    assert run(app, "outbox", "write").output == "0 written, 0 waiting\n"


@pytest.mark.parametrize(
    "facts",
    [
        {"--user-name": "a b"},
        {"--user-name": "àccentata99"},
        {"--email": ""},
        {"--full-name": "two\nlines"},
    ],
)
def test_the_command_line_refuses_what_the_form_refuses(
    app: Flask, company: Company, facts: dict[str, str]
) -> None:
    good = {"--account": company.id, "--user-name": "giuliaconti9", "--email": "a@b.it"}
    arguments = [part for pair in {**good, **facts}.items() for part in pair]
    result = run(app, "users", "create", *arguments)
    assert type(result.exception).__name__ == "UnfitPersonError"


@pytest.mark.parametrize(
    ("edition", "module"), [("FE", "nonsense"), ("SR", "documents")]
)
def test_an_account_is_not_opened_with_a_module_it_can_not_have(
    app: Flask, edition: str, module: str
) -> None:
    result = run(
        app, "accounts", "open", "--name", "X", "--vat", "IT1", "--edition", edition,
        "--module", module, "--owner", "mariorossi1", "--email", "mario@example.it",
    )  # fmt: skip
    assert module in str(result.exception)


def test_a_release_that_does_not_verify_can_be_replaced(
    app: Flask, tmp_path: Path
) -> None:
    folder = str(a_folder(tmp_path))
    with app.app_context():
        db.session.execute(
            text(
                "UPDATE policy_release_file SET content = x'00' WHERE path = 'README.md'"
            )
        )
        db.session.commit()
    app.extensions["delega_enforcer"]._loader._releases._known = {}
    assert app.test_client().get("/readyz").status_code == 503
    assert run(app, "policy", "publish", folder).exit_code != 0
    result = run(app, "policy", "publish", folder, "--replace-broken")
    assert "release 2" in result.output, result.exception
    assert app.test_client().get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (IntegrityError("x", {}, Exception("twice")), 3, "there already: twice"),
        (OperationalError("x", {}, Exception("gone")), 3, "gone"),
        (ConnectionRefusedError("mail server away"), 3, "mail server away"),
        (click.Abort(), 130, ""),
        (click.exceptions.Exit(7), 7, ""),
    ],
)
def test_whatever_ends_a_command_is_a_line_and_a_code(
    error: Exception,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_options: object) -> None:
        raise error

    monkeypatch.setattr(delega, "main", fail)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == code
    assert said in capsys.readouterr().err
