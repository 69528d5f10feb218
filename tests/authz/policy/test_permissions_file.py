"""Reading permissions.toml and invariants.toml: nothing misspelt passes."""

import pytest

from authz.errors import PolicyError
from authz.policy import read_files
from tests.authz.folder import changed


def said(found: dict[str, bytes]) -> str:
    with pytest.raises(PolicyError) as caught:
        read_files(found)
    return "\n".join(str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('module = "invoicing"', "module = 3", "needs `module`, a text"),
        (
            'module = "invoicing"',
            'module = "billing"',
            "module or column that has no label",
        ),
        (
            'module = "invoicing"',
            'module = "invoicing"\nspare = 1',
            "unknown key `spare`",
        ),
        ("requires = []", 'requires = "x"', "needs `requires`, a list of texts"),
        (
            "requires = []",
            'requires = ["invoicing.raed"]',
            "requires `invoicing.raed`, which is no",
        ),
        ("delegable = true", 'delegable = "yes"', "needs `delegable`, true or false"),
        (
            'label = { it = "Lettura", en = "Read" }',
            'label = "Read"',
            "must be a table",
        ),
        (
            'label = { it = "Lettura", en = "Read" }',
            'label = { it = "Lettura" }',
            "needs `en`",
        ),
        (
            'label = { it = "Lettura", en = "Read" }',
            'label = { it = " ", en = "x" }',
            "needs `it`",
        ),
        ("[columns]", "[columns", "can not be read as toml"),
        ("[columns]", "[spare]\n[columns]", "`spare` is not known here"),
        (
            '[special."seated"]',
            '[special."sitting"]',
            "is not one of the special names",
        ),
        ('[special."seated"]', '[special."sitting"]', "lacks `seated`"),
        ("grantable = false", "grantable = true", "can never be granted"),
        (
            '[presets."role.settings"]',
            '[presets."role.settings"]\nmore = 1',
            "unknown key `more`",
        ),
    ],
)
def test_permissions_are_read_strictly(old, new, says):
    assert says in said(changed("permissions.toml", old, new))


def test_a_fault_names_the_line_of_its_table():
    found = changed("permissions.toml", 'module = "documents"', "module = 3")
    lines = found["permissions.toml"].decode().splitlines()
    line = lines.index('[permissions."documents.read"]') + 1
    assert said(found).startswith(f"permissions.toml:{line}: DLG121")


def test_permissions_that_are_no_table_are_refused():
    text = said(
        changed("permissions.toml", '[permissions."invoicing.read"]', "[permissions.x]")
    )
    assert "`orders.read`" not in text
    assert "requires `invoicing.read`, which is no permission" in text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("number = 1\n", 'number = "one"\n', "needs `number`, a whole number"),
        ("number = 1\n", "number = true\n", "needs `number`, a whole number"),
        ('holder = "model"', 'holder = "hope"', "has the holder `hope`; known are"),
        ("number = 1\n", "number = 1\nspare = 1\n", "unknown key `spare`"),
        ("number = 1\n", "number = 1\nlater = 3\n", "needs `later`, a text"),
        ("held_by = [", "held_by = [1,", "needs `held_by`, a list of texts"),
    ],
)
def test_invariants_are_read_strictly(old, new, says):
    assert says in said(changed("invariants.toml", old, new))


def test_an_invariant_fault_names_the_line_of_its_entry():
    text = said(changed("invariants.toml", "number = 2\n", "number = 0.5\n"))
    line = int(text.split(":")[1])
    assert line > 15


def test_arrays_and_tables_that_are_something_else_are_no_surprise():
    found = changed("invariants.toml", "[[invariant]]", "[invariant]")
    assert "can not be read as toml" in said(found)
    found["invariants.toml"] = b"invariant = 3\n"
    assert read_files(found).invariants == ()
    found = changed("permissions.toml", "x", "x")
    found["permissions.toml"] = b"permissions = 3\n"
    assert "must be a table" in said(found)
