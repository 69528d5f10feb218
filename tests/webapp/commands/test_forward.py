"""`delega forward`: a mapping file is checked, and asked, without a database."""

from pathlib import Path

import pytest

from webapp import cli

ACCOUNT = "a_" + "q" * 26
GOOD = f"""
account = "{ACCOUNT}"

[[rule]]
method = "GET"
path = "/invoices/{{id:int}}"
requires = "draft.view"
"""


@pytest.fixture
def delega(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command as a shell runs it: exit code, what it printed, what it complained."""
    for name in ("DATABASE_URL", "DELEGA_DATABASE_URL", "DELEGA_DEMO", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("DELEGA_POLICY_DIR", raising=False)

    def run(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["delega", "forward", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "forward.toml"
    path.write_text(GOOD)
    return path


def test_a_good_file_is_named_in_one_line(delega, file: Path) -> None:
    assert delega("check", file) == (
        0,
        "1 rule; the user is the `user` in X-Delega-Subject\n",
        "",
    )
    file.write_text(GOOD + GOOD.split("\n\n")[1].replace("GET", "POST"))
    assert delega("check", file)[1].startswith("2 rules;")


def test_a_wrong_one_is_named_with_file_and_line(delega, file: Path) -> None:
    file.write_text(GOOD.replace("draft.view", "draft.veiw"))
    code, out, err = delega("check", file)
    assert (code, out) == (1, "")
    assert err.startswith(f"{file}:4: DLG404 rule 1: unknown action `draft.veiw`")
    assert "did you mean `draft.view`" in err


def test_a_file_that_is_not_there_is_named(delega, tmp_path: Path) -> None:
    code, _, err = delega("check", tmp_path / "none.toml")
    assert code == 1
    assert "none.toml: DLG404 the file is missing" in err


def test_the_actions_are_those_of_the_policy_folder(
    delega, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELEGA_POLICY_DIR", str(tmp_path / "nowhere"))
    code, out, err = delega("check", file)
    assert (code, out) == (1, "")
    assert "nowhere" in err or "model.conf" in err


def test_what_a_request_needs_is_shown(delega, file: Path) -> None:
    code, out, _ = delega("ask", file, "HEAD", "/invoices/7?x=1")
    assert code == 0
    assert out == f"draft.view in {ACCOUNT} (rule 1, line 4: /invoices/{{id:int}})\n"
    rule = '{method = "GET", path = "/x", requires = "draft.view"}'
    file.write_text(f'account = "{ACCOUNT}"\nrule = [{rule}]\n')
    assert delega("ask", file, "GET", "/x")[1].endswith("(rule 1: /x)\n")


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("POST", "/invoices/7", "refused (no_rule): no rule fits"),
        ("get", "/invoices/7", "refused (bad_method): the method is none of GET"),
        ("GET", "//invoices/./7?x", "written plainly it is `/invoices/7`"),
        ("GET", "/invoices%00", "refused (bad_path): a segment holds a character"),
    ],
)
def test_a_request_that_is_refused_ends_with_one_and_says_why(
    delega, file: Path, method: str, path: str, message: str
) -> None:
    code, out, _ = delega("ask", file, method, path)
    assert code == 1
    assert message in out


def test_what_can_not_be_written_plainly_gets_no_hint(delega, file: Path) -> None:
    assert "plainly" not in delega("ask", file, "GET", "/invoices%00")[1]


def test_a_query_that_is_refused_gets_no_hint_about_its_path(
    delega, file: Path
) -> None:
    out = delega("ask", file, "GET", "/invoices/7?%")[1]
    assert "bad_query" in out
    assert "plainly" not in out
