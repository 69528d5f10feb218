"""Stock casbin on Delega's own database, files and rows gives Delega's answers."""

import subprocess
import sys
from pathlib import Path

import casbin
import pytest
from casbin.persist import Adapter as CasbinAdapter
from flask import Flask
from sqlalchemy import text

from authz import PolicyError
from authz.policy import default_folder
from authz.storage import Adapter
from authz.storage.adapter import ReadOnlyAdapterError
from tests.builders import Company, a_company, a_user
from webapp.cli import delega
from webapp.extensions import db

MODEL = str(default_folder() / "model.conf")
PEOPLE = (
    ("invoicing.read",),
    ("invoicing.read", "invoicing.create_edit", "invoicing.edit_banks"),
    ("invoicing.read", "invoicing.send_sdi", "documents.read"),
)


@pytest.fixture
def people(app: Flask, company: Company) -> list[str]:
    users = [a_user(app, company, *held)[0] for held in PEOPLE]
    return [company.owner, *users]


def delegas(app: Flask, subject: str, account: str) -> dict[tuple[str, str], bool]:
    enforcer = app.extensions["delega_enforcer"]
    pairs = [(a.resource, a.name) for a in enforcer.release().catalogue.actions]
    answers = enforcer.decide_many(subject, account, pairs)
    return dict(zip(pairs, map(bool, answers), strict=True))


def stocks(
    enforcer: casbin.Enforcer, subject: str, account: str, pairs: object
) -> dict[tuple[str, str], bool]:
    return {
        (resource, action): enforcer.enforce(subject, account, resource, action)
        for resource, action in pairs  # type: ignore[attr-defined]
    }


def test_the_three_lines_of_the_readme_answer_alike(
    app: Flask, company: Company, people: list[str]
) -> None:
    with app.app_context():
        enforcer = casbin.Enforcer(MODEL, Adapter(db.session(), company.id))
    for person in people:
        expected = delegas(app, person, company.id)
        assert stocks(enforcer, person, company.id, expected) == expected


def test_the_adapter_never_writes(app: Flask, company: Company) -> None:
    with app.app_context():
        adapter = Adapter(db.session(), company.id)
        enforcer = casbin.Enforcer(MODEL, adapter)
        with pytest.raises(ReadOnlyAdapterError):
            enforcer.save_policy()
        with pytest.raises(ReadOnlyAdapterError):
            enforcer.add_policy("x", "-", "s", "draft", "send")
        with pytest.raises(ReadOnlyAdapterError):
            adapter.remove_policy("p", "p", [])
        with pytest.raises(ReadOnlyAdapterError):
            adapter.remove_filtered_policy("p", "p", 0, "x")


def test_exported_files_answer_alike(
    app: Flask, company: Company, people: list[str], tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    folder = tmp_path / "out"
    arguments = ["policy", "export", "--account", company.id, "--to", str(folder)]
    result = runner.invoke(delega, arguments)
    assert result.exit_code == 0, result.output
    enforcer = casbin.Enforcer(str(folder / "model.conf"), str(folder / "policy.csv"))
    for person in people:
        expected = delegas(app, person, company.id)
        assert stocks(enforcer, person, company.id, expected) == expected


class Everything(CasbinAdapter):  # type: ignore[misc]
    """The rows of the view casbin_rule: all accounts in one enforcer."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.rows = rows

    def load_policy(self, model: object) -> None:
        for ptype, *values in self.rows:
            row = [value for value in values if value is not None]
            model.model[ptype[0]][ptype].policy.append(row)  # type: ignore[attr-defined]


def test_snapshots_agree_with_one_big_enforcer_over_the_view(
    app: Flask, company: Company, people: list[str]
) -> None:
    receiving = a_company(app, edition="SR")
    other, _name = a_user(app, receiving, "invoicing.read", "invoicing.configure")
    with app.app_context():
        query = "SELECT ptype, v0, v1, v2, v3, v4, v5 FROM casbin_rule ORDER BY id"
        rows = [list(row) for row in db.session.execute(text(query))]
    big = casbin.Enforcer(MODEL, Everything(rows))
    for account in (company.id, receiving.id):
        for person in (*people, receiving.owner, other):
            expected = delegas(app, person, account)
            assert stocks(big, person, account, expected) == expected


def test_authz_imports_without_flask_and_without_sqlalchemy() -> None:
    code = (
        "import sys\n"
        "for name in ('flask', 'sqlalchemy', 'werkzeug'): sys.modules[name] = None\n"
        "import authz, authz.pdp, authz.engine, authz.review\n"
        "authz.Enforcer, authz.Editor, authz.Release\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_value_that_a_file_can_not_carry_is_refused() -> None:
    from authz.engine import Row, write_policy_csv

    with pytest.raises(PolicyError):
        write_policy_csv([Row("g", ("a, b", "c", "d"))])
