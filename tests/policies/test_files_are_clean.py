"""The policy folder as it is shipped: no fault, nothing odd in any file."""

from pathlib import Path

from authz.policy import default_folder, read_folder
from authz.review import lint

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_policy_folder_has_no_fault():
    assert lint(read_folder(default_folder()), REPOSITORY) == ()


def test_the_folder_holds_no_program_and_nothing_unread():
    suffixes = {file.suffix for file in default_folder().rglob("*") if file.is_file()}
    assert suffixes == {".conf", ".csv", ".toml", ".md"}


def test_every_file_is_plain_text_with_unix_lines():
    for file in default_folder().rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"\r" not in content, file
            assert b"\t" not in content, file
            assert content.endswith(b"\n"), file
            assert not any(line != line.rstrip() for line in content.splitlines()), file


def test_something_holds_every_invariant():
    assert not [i for i in read_folder(default_folder()).invariants if i.later]
