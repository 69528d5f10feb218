"""Each lint rule finds what it is there for, in a release with one thing changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from authz.engine import Row
from authz.policy import default_folder, read_folder
from authz.review import lint, lint_model
from tests.authz.folder import release_with

CLEAN = read_folder(default_folder())
SEND = "p, invoicing.send_sdi, -, invoicing:change, draft, send\n"
BANK = "p, invoicing.edit_banks, seated, invoicing:change, bank, create\n"
READ_HEAD = '[permissions."invoicing.read"]\nmodule = "invoicing"\ncolumn = "read"\n'
DOCUMENTS = '[permissions."documents.create_edit"]\nmodule = "documents"\ncolumn = "create_edit"\n'


def codes(release) -> set[str]:
    return {fault.code for fault in lint(release)}


def test_the_release_as_shipped_is_clean():
    assert lint(CLEAN) == ()


@pytest.mark.parametrize(
    ("code", "file", "old", "new"),
    [
        ("DLG201", "grants.csv", SEND, SEND.replace("-", "invoicing.send_sdi", 1)),
        ("DLG203", "roles/settings.csv", "g, role.settings, invoicing.read, *\n", ""),
        (
            "DLG204",
            "roles/settings.csv",
            "role.settings, invoicing.read, *",
            "role.settings, invoicing.read, *\ng, role.settings, owner, *",
        ),
        ("DLG205", "roles/owner.csv", "g, role.owner, orders.read, *\n", ""),
        ("DLG205", "roles/owner.csv", "g, role.owner, seated, *\n", ""),
        ("DLG206", "catalogue.csv", "peppol,peppol.leave", "pepol,peppol.leave"),
        (
            "DLG207",
            "grants.csv",
            "p, owner, -, orders:change, peppol, leave",
            "p, owner, -, invoicing:change, peppol, leave",
        ),
        ("DLG208", "grants.csv", "payments:view", "payments:change"),
        ("DLG209", "grants.csv", "self.second_factor", "self.password"),
        (
            "DLG210",
            "permissions.toml",
            'editions = ["FE", "SR"]',
            'editions = ["FE", "SR", "XX"]',
        ),
        ("DLG210", "permissions.toml", 'editions = ["FE", "SR"]', "editions = []"),
        ("DLG211", "permissions.toml", 'editions = ["FE", "SR"]', 'editions = ["FE"]'),
        ("DLG211", "permissions.toml", 'editions = ["FE"]', 'editions = ["FE", "SR"]'),
        ("DLG212", "grants.csv", BANK, BANK.replace("seated", "-")),
        (
            "DLG213",
            "permissions.toml",
            'requires = ["invoicing.read", "documents.read"]',
            'requires = ["documents.read"]',
        ),
        (
            "DLG213",
            "permissions.toml",
            "requires = []",
            'requires = ["invoicing.read"]',
        ),
        (
            "DLG214",
            "permissions.toml",
            'requires = ["invoicing.read", "documents.read"]',
            'requires = ["invoicing.read"]',
        ),
        (
            "DLG214",
            "permissions.toml",
            'requires = ["invoicing.read"]',
            "requires = []",
        ),
        (
            "DLG215",
            "permissions.toml",
            "Vede, cerca e scarica le fatture",
            "Vede, cerca e scarica tutte quante le fatture ",
        ),
        (
            "DLG215",
            "permissions.toml",
            "Sees and downloads all, changes nothing",
            "x" * 46,
        ),
        (
            "DLG216",
            "permissions.toml",
            READ_HEAD + 'label = { it = "Lettura"',
            READ_HEAD + 'label = { it = "Vedere"',
        ),
        ("DLG217", "permissions.toml", 'source = "guide"', 'source = "rumour"'),
        ("DLG220", "invariants.toml", "number = 2\n", "number = 3\n"),
        (
            "DLG221",
            "invariants.toml",
            'held_by = ["tests/policies/test_catalogue.py::test_send_to_sdi_acts_on_invoicing_alone"]',
            "held_by = []",
        ),
    ],
)
def test_the_rule_finds_it(code, file, old, new):
    if code in ("DLG208", "DLG209"):
        text = CLEAN.files[file].decode()
        release = release_with(file, text, text.replace(old, new))
    else:
        release = release_with(file, old, new)
    assert code in codes(release)


def test_a_row_that_names_a_state_is_found():
    rows = (*CLEAN.rows, Row("g", ("role.settings", "state.owner", "*"), "x.csv:9"))
    (fault,) = lint(replace(CLEAN, rows=rows))
    assert str(fault).startswith("x.csv:9: DLG202")


def test_a_row_without_a_file_is_found_all_the_same():
    rows = (*CLEAN.rows, Row("g", ("role.settings", "state.owner", "*")))
    (fault,) = lint(replace(CLEAN, rows=rows))
    assert (fault.code, fault.line) == ("DLG202", 0)


def test_an_invariant_is_held_only_by_a_test_that_exists(tmp_path: Path):
    missing = [f for f in lint(CLEAN, tmp_path) if f.code == "DLG222"]
    held = [name for i in CLEAN.invariants if not i.later for name in i.held_by]
    assert len(missing) == len(held) > 20
    for name in held:
        path, _, function = name.partition("::")
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        with (tmp_path / path).open("a") as file:
            file.write(f"def {function}():\n    pass\n")
    assert lint(CLEAN, tmp_path) == ()
    path, _, function = held[0].partition("::")
    (tmp_path / path).write_text(f"# def {function}(): later\n")
    assert {f.code for f in lint(CLEAN, tmp_path)} == {"DLG222"}


def test_a_model_of_anybody_is_linted_alone():
    assert lint_model(CLEAN.model.text) == ()
    (fault,) = lint_model("[request_definition]\nr = a\n", "other.conf")[:1]
    assert str(fault).startswith("other.conf: DLG0")
