"""Releases: published, verified, and never losing a name that rows may hold."""

from dataclasses import replace

import pytest

from authz import NotReadyError, PolicyError, publish
from authz.accounts.releases import Releases
from authz.engine import Row
from authz.policy import DatedRow, read_files
from authz.storage import EVERY_ACCOUNT, Change, MemoryStore, StoredRelease
from tests.authz.accounts.worlds import RELEASE, World, a_world


def test_the_second_release_is_number_two_and_in_force_at_once() -> None:
    world = a_world("invoicing.read")
    with world.store.writing() as writer:
        number, _revision = publish(writer, RELEASE, "system", current=RELEASE)
    assert number == 2
    assert world.ask("draft.list") == "granted"


def test_a_release_may_not_lose_a_permission_or_preset() -> None:
    files = dict(RELEASE.files)
    del files["roles/settings.csv"]
    text = files["permissions.toml"].decode()
    start = text.index('[presets."role.settings"]')
    end = text.find("\n[", start + 1)
    files["permissions.toml"] = (
        text[:start] + (text[end:] if end > 0 else "")
    ).encode()
    smaller = read_files(files)
    world = World()
    with (
        pytest.raises(PolicyError, match=r"role\.settings"),
        world.store.writing() as writer,
    ):
        publish(writer, smaller, "system", current=RELEASE)


def tampered(release: StoredRelease) -> Releases:
    store = MemoryStore()
    with store.writing() as writer:
        writer.publish(release, RELEASE.rows, "system")
    return Releases(store)


def stored(**facts: object) -> StoredRelease:
    release = StoredRelease(number=1, hash=RELEASE.hash, files=RELEASE.files)
    return replace(release, **facts)  # type: ignore[arg-type]


def test_an_untouched_release_verifies() -> None:
    assert tampered(stored()).get(1).hash == RELEASE.hash


def test_a_file_that_was_altered_is_never_served() -> None:
    files = {**RELEASE.files, "README.md": b"altered"}
    with pytest.raises(NotReadyError, match="hash differs"):
        tampered(stored(files=files)).get(1)


def test_a_file_that_does_not_parse_is_never_served() -> None:
    files = {**RELEASE.files, "grants.csv": b"p, nonsense"}
    with pytest.raises(NotReadyError, match="does not verify"):
        tampered(stored(files=files)).get(1)


def test_a_row_for_everybody_that_no_file_holds_is_never_served() -> None:
    world = World()
    extra = DatedRow(
        Row("p", ("invoicing.read", "-", "invoicing:change", "draft", "send"))
    )
    with world.store.writing() as writer:
        writer.apply(
            Change(account=EVERY_ACCOUNT, actor="x", kind="x", node="x", add=[extra])
        )
    with pytest.raises(NotReadyError, match="rows in the database"):
        Releases(world.store).get(1)
