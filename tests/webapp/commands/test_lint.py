"""`delega lint` on files and tables of anybody's, without settings or database."""

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from flask import Flask

from authz.policy import default_folder
from webapp import cli

MODEL = """[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
"""
BAD = "p, alice, data, read, allow\np, alice, data, read, dney\n"
GOOD = BAD.replace("dney", "deny")
COLUMNS = "id INTEGER PRIMARY KEY, ptype, v0, v1, v2, v3, v4, v5"


@pytest.fixture
def delega(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command as a shell runs it: exit code, what it printed, what it complained."""
    for name in ("DATABASE_URL", "DELEGA_DATABASE_URL", "DELEGA_DEMO", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["delega", "lint", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def a_folder(tmp_path: Path, policy: str = BAD) -> Path:
    (tmp_path / "model.conf").write_text(MODEL)
    (tmp_path / "policy.csv").write_text(policy)
    return tmp_path


def a_table(tmp_path: Path, *rows: tuple[str, ...], name: str = "casbin_rule") -> str:
    with sqlite3.connect(tmp_path / "rules.sqlite3") as connection:
        connection.execute(f"CREATE TABLE {name} ({COLUMNS})")
        for row in rows:
            marks = ", ".join("?" * len(row))
            names = ["ptype", "v0", "v1", "v2", "v3", "v4", "v5"][: len(row)]
            statement = f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
            connection.execute(statement, row)
    connection.close()
    return f"sqlite:///{tmp_path / 'rules.sqlite3'}"


def test_a_folder_with_findings_ends_with_one(delega, tmp_path):
    code, printed, _ = delega(a_folder(tmp_path))
    assert code == 1
    assert f"{tmp_path / 'policy.csv'}:2: DLG114 the effect `dney`" in printed
    assert "enforce('alice', 'data', 'read') is True; meant is False" in printed
    assert printed.endswith("1 finding\n")


def test_several_findings_are_counted(delega, tmp_path):
    folder = a_folder(tmp_path, BAD + "pp, bob, data, read, deny\n")
    assert delega(folder)[1].endswith("2 findings\n")


def test_a_clean_folder_ends_with_nought(delega, tmp_path):
    assert delega(a_folder(tmp_path, GOOD)) == (0, "clean\n", "")


def test_model_and_policy_may_be_given_apart(delega, tmp_path):
    folder = a_folder(tmp_path)
    assert delega(folder / "model.conf", folder / "policy.csv")[0] == 1


def test_findings_are_json_for_machines(delega, tmp_path):
    code, printed, _ = delega(a_folder(tmp_path), "--format", "json")
    (found,) = json.loads(printed)["findings"]
    assert code == 1
    assert (found["code"], found["line"]) == ("DLG114", 2)
    assert found["instead"] == "p, alice, data, read, deny"
    code, printed, _ = delega(a_folder(tmp_path, GOOD), "--format", "json")
    assert (code, json.loads(printed)) == (0, {"findings": []})


def test_a_table_is_read_by_its_url(delega, tmp_path):
    folder = a_folder(tmp_path)
    rows = ("p", "smith, alice", "read", "allow"), ("p", "bob", "data", "read", "dney")
    url = a_table(tmp_path, *rows)
    code, printed, _ = delega("--database", url, "--model", folder / "model.conf")
    assert code == 1
    assert "casbin_rule:1: DLG322" in printed
    assert "casbin_rule:2: DLG114" in printed


def test_a_table_may_have_another_name(delega, tmp_path):
    folder = a_folder(tmp_path)
    url = a_table(tmp_path, ("p", "bob", "data", "read", "allow"), name="rules")
    arguments = ["--database", url, "--model", folder / "model.conf"]
    assert delega(*arguments, "--table", "rules")[:2] == (0, "clean\n")
    code, _, complaint = delega(*arguments)
    assert code == 3
    assert "no such table: casbin_rule" in complaint


def test_what_is_not_there_ends_with_three_and_is_not_made(delega, tmp_path):
    folder = a_folder(tmp_path)
    assert delega(tmp_path / "nowhere")[0] == 3
    assert delega(folder / "model.conf", folder / "nothing.csv")[0] == 3
    url = f"sqlite:///{tmp_path / 'nothing.sqlite3'}"
    code, _, complaint = delega("--database", url, "--model", folder / "model.conf")
    assert code == 3
    assert "there is no database" in complaint
    assert not (tmp_path / "nothing.sqlite3").exists()


def test_a_file_that_is_missing_is_named_with_what_is_wanted(delega, tmp_path):
    (tmp_path / "model.conf").write_text(MODEL)
    code, said, complained = delega(tmp_path)
    assert (code, said) == (3, "")
    assert f"there is no `{tmp_path}/policy.csv`; name a folder with" in complained


def test_a_file_that_is_no_utf8_ends_with_three(delega, tmp_path):
    folder = a_folder(tmp_path)
    (folder / "policy.csv").write_bytes(b"p, caf\xe9, data, read, allow\n")
    code, _, complaint = delega(folder)
    assert code == 3
    assert "policy.csv` is not UTF-8" in complaint


def test_a_database_without_its_driver_ends_with_three(delega, tmp_path, monkeypatch):
    def no_driver(_url: object) -> None:
        raise ModuleNotFoundError("No module named 'oracledb'")

    folder = a_folder(tmp_path)
    monkeypatch.setattr("webapp.commands.lint.create_engine", no_driver)
    arguments = ["--database", "oracle://h/x", "--model", folder / "model.conf"]
    code, _, complaint = delega(*arguments)
    assert code == 3
    assert "no driver for `oracle`" in complaint
    assert delega("--database", "nonsense", "--model", folder / "model.conf")[0] == 3


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b", "c"], ["--database", "sqlite://"]]
)
def test_what_can_not_be_meant_is_a_usage_error(arguments, delega):
    assert delega(*arguments)[0] == 2


def test_a_model_alone_is_a_usage_error(delega, tmp_path):
    folder = a_folder(tmp_path)
    assert delega(folder / "model.conf")[0] == 2
    assert delega(folder, "--model", folder / "model.conf")[0] == 2
    url = a_table(tmp_path)
    assert delega(folder, "--database", url, "--model", folder / "model.conf")[0] == 2


def test_what_delega_exports_is_clean(app: Flask, delega, tmp_path):
    (tmp_path / "model.conf").write_text((default_folder() / "model.conf").read_text())
    rows = ["p, invoicing.read, -, invoicing:view, invoice, view", "g, u_a, s_a, a_1"]
    (tmp_path / "policy.csv").write_text("\n".join(rows))
    assert delega(tmp_path) == (0, "clean\n", "")


def test_an_empty_database_in_memory_has_no_table(delega, tmp_path):
    folder = a_folder(tmp_path)
    arguments = ["--database", "sqlite://", "--model", folder / "model.conf"]
    assert delega(*arguments)[0] == 3
    assert sqlalchemy.make_url("sqlite://").database is None
