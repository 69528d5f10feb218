"""A folder read whole: what is refused, and what the hash covers."""

import shutil

import pytest

from authz.errors import PolicyError
from authz.policy import default_folder, hash_of, read_files, read_folder
from tests.authz.folder import changed, files

RELEASE = read_folder(default_folder())


def faults(found: dict[str, bytes]) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_files(found)
    return [str(fault) for fault in caught.value.faults]


def test_the_folder_and_its_files_are_the_same_release():
    again = read_files(files())
    assert again.hash == RELEASE.hash
    assert again.rows == RELEASE.rows
    assert list(again.files) == sorted(again.files)


def test_p_rows_come_before_g_rows_and_all_have_a_place():
    kinds = [row.ptype for row in RELEASE.rows]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds.count("p") == len(RELEASE.grants)
    assert all(row.place for row in RELEASE.rows)


def test_presets_stand_in_the_order_of_the_form():
    assert list(RELEASE.presets) == [
        "role.read_only",
        "role.invoicing",
        "role.invoicing_and_send",
        "role.bookkeeper",
        "role.settings",
        "role.owner",
    ]
    bookkeeper = RELEASE.presets["role.bookkeeper"]
    assert bookkeeper.label("it") == "Contabilità"
    assert bookkeeper.label("en") == "Bookkeeping"
    assert bookkeeper.meaning("it") != bookkeeper.meaning("en")
    assert len(bookkeeper.permissions) == 5
    assert len(RELEASE.presets["role.owner"].permissions) == 15


def test_an_actions_grant_says_what_it_needs():
    grant = RELEASE.grant_for(RELEASE.catalogue.named("invoice_file.upload_and_send"))
    assert grant.needs == ("invoicing.create_edit", "invoicing.send_sdi")
    assert grant.service == "invoicing:change"
    assert grant.place.startswith("grants.csv:")
    one = RELEASE.grant_for(RELEASE.catalogue.named("draft.send"))
    assert (one.needs, one.and_permission) == (("invoicing.send_sdi",), None)


def test_any_byte_of_any_file_changes_the_hash():
    for name in ("model.conf", "README.md", "cases/banks.toml"):
        found = files()
        found[name] += b"# \n" if name != "README.md" else b" \n"
        assert read_files(found).hash != RELEASE.hash


def test_moving_bytes_between_name_and_content_changes_the_hash():
    assert hash_of({"ab": b"c"}) != hash_of({"a": b"bc"})
    assert hash_of({"a": b"", "b": b"x"}) != hash_of({"a": b"x", "b": b""})
    assert hash_of({"b": b"2", "a": b"1"}) == hash_of({"a": b"1", "b": b"2"})


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PolicyError, match="there is no folder"):
        read_folder(tmp_path / "nowhere")


def test_hidden_files_are_passed_over_and_others_are_not(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(default_folder(), folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "x").write_text("x")
    (folder / ".DS_Store").write_bytes(b"\xff")
    assert read_folder(folder).hash == RELEASE.hash
    (folder / "grants.csv~").write_text("x")
    with pytest.raises(
        PolicyError, match=r"grants.csv~: DLG131 is no file of a policy"
    ):
        read_folder(folder)


@pytest.mark.parametrize(
    "name",
    [
        "model.conf",
        "catalogue.csv",
        "permissions.toml",
        "grants.csv",
        "roles/owner.csv",
    ],
)
def test_a_missing_file_is_named(name):
    found = files()
    del found[name]
    assert faults(found) == [f"{name}: DLG131 is missing"]


def test_bytes_that_are_no_text_and_marks_at_the_start_are_refused():
    found = files() | {
        "README.md": b"\xff",
        "model.conf": b"\xef\xbb\xbf" + files()["model.conf"],
    }
    assert faults(found) == [
        "README.md: DLG131 is not utf-8 text; save it as utf-8",
        "model.conf: DLG131 starts with a byte order mark; save without",
    ]


def test_everything_wrong_is_said_at_once():
    found = changed(
        "grants.csv", "p, invoicing.send_sdi, -, invoicing:change, draft, send\n", ""
    )
    found |= {"roles/settings.csv": b"g, role.settings, invoicing.raed, *\n"}
    said = faults(found)
    assert said[0] == "grants.csv: DLG123 no row grants `draft.send` of the catalogue"
    assert said[1].startswith("roles/settings.csv:1: DLG122 the line names the unknown")
    found |= {"model.conf": b"", "catalogue.csv": b"", "invariants.toml": b"="}
    assert {line.split(":")[0] for line in faults(found)} == {
        "model.conf",
        "catalogue.csv",
        "invariants.toml",
    }


def test_rows_that_casbin_misreads_are_refused_with_their_line():
    found = changed(
        "roles/settings.csv",
        "invoicing.read, *",
        "invoicing.read, *\ng, role.settings, invoicing.read, *",
    )
    assert any("DLG115 the same row stands at" in line for line in faults(found))
    found = changed(
        "roles/settings.csv", "invoicing.read, *", "invoicing.read # yes, *"
    )
    assert faults(found) == [
        "roles/settings.csv:2: DLG323 the line has a `#`, which casbin takes for part "
        "of a value; write comments on lines of their own"
    ]
