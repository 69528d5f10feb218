"""The revision page as a file: mapped, locked, replaced, refused."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from authz.errors import ChangeRefusedError, PageError
from authz.storage import page as page_module
from authz.storage import shared_memory
from authz.storage.page import ODD, SIZE, Head, Page, restored
from authz.storage.shared_memory import file_system_of, require_shared_memory

HEAD = Head(7, "database")


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "policy.db"
    file.write_bytes(b"")
    file.chmod(0o640)
    return file


@pytest.fixture
def page(database):
    return Page(database)


def settled(page, head=HEAD):
    page.close_change(page.open_change(head, 1), lambda: head)
    page.remap()
    return page


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def now():
    return time.monotonic()


def test_the_page_lies_beside_the_real_database(database, tmp_path):
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(database)
    assert Page(link).path == f"{database}-page"


def test_the_word_is_odd_until_a_page_is_mapped(page):
    assert page.word() == ODD
    page.remap()
    assert page.word() == ODD


def test_a_page_is_mapped_once_and_shows_what_others_write(page, database):
    settled(page)
    assert page.word() == 14
    mapped = page._mapped
    page.remap()
    assert page._mapped is mapped
    locked = Page(database).open_change(HEAD, 1)
    assert page.word() == 15
    locked.close()


def test_a_replaced_page_is_mapped_anew_and_the_old_one_stays_odd(page, database):
    settled(page)
    locked = page.lock(now())
    locked.replace("restored", 4)
    locked.close()
    assert page.word() == ODD
    page.remap()
    assert page.word() == 4


def test_a_page_that_vanished_is_odd(page):
    settled(page)
    Path(page.path).unlink()
    assert page.word() == 14
    page.remap()
    assert page.word() == ODD


def test_a_page_that_is_too_short_is_not_mapped(page):
    Path(page.path).write_bytes(b"x")
    page.remap()
    assert page.word() == ODD


def test_a_page_belongs_to_whom_the_database_belongs(page, database):
    settled(page)
    status = Path(page.path).stat()
    assert status.st_mode & 0o777 == 0o640
    assert status.st_uid == database.stat().st_uid
    assert status.st_size == SIZE


def test_nothing_is_left_beside_the_page(page, database):
    settled(page)
    assert names_in(database.parent) == {"policy.db", "policy.db-page"}


def test_a_page_that_can_not_be_put_in_place_leaves_nothing(
    page, database, monkeypatch
):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(ChangeRefusedError, match="No space left"):
        page.open_change(HEAD, 1)
    assert names_in(database.parent) == {"policy.db", "policy.db-page"}
    monkeypatch.undo()
    assert settled(page).word() == 14


def test_a_second_change_waits_for_the_first_and_then_is_refused(page, database):
    settled(page)
    first = page.open_change(HEAD, 1)
    with pytest.raises(ChangeRefusedError, match="can not be marked"):
        Page(database).open_change(HEAD, 0.02)
    first.close()
    Page(database).open_change(HEAD, 0.02).close()


def test_a_change_gets_the_lock_as_soon_as_it_is_free(page, database, monkeypatch):
    settled(page)
    first = page.open_change(HEAD, 1)
    monkeypatch.setattr(page_module.time, "sleep", lambda _: first.close())
    Page(database).open_change(HEAD, 60).close()


def test_a_page_replaced_while_waiting_is_opened_again(page, database):
    settled(page)
    opened = []

    def steps(name):
        opened.append(name)
        if opened == ["open", "check"]:
            Page(database).replace("database", 14)

    page.steps = steps
    page.open_change(HEAD, 1).close()
    assert opened == ["open", "check", "open", "check", "mark", "commit"]
    page.remap()
    assert page.word() == 15


def test_a_settler_leaves_a_page_that_was_replaced_alone(page, database, monkeypatch):
    settled(page)
    flock = page_module._flock

    def replaced(fd, until):
        monkeypatch.setattr(page_module, "_flock", flock)
        Page(database).replace("database", 21)
        flock(fd, until)

    monkeypatch.setattr(page_module, "_flock", replaced)
    page.settle(lambda: HEAD)
    page.remap()
    assert page.word() == 21


def test_a_settler_never_waits_and_never_raises(page, database):
    settled(page)
    holder = page.open_change(HEAD, 1)
    Page(database).settle(lambda: HEAD)
    assert page.word() == 15
    holder.close()
    Page(database).settle(unreadable)
    assert page.word() == 15
    Page(database).settle(lambda: HEAD)
    assert page.word() == 14


def unreadable():
    raise OSError("the revision can not be read")


def test_a_restore_brings_a_new_page_and_retires_the_old(page, database):
    settled(page)
    committed = []
    heads = iter([HEAD, Head(3, "restored")])
    restored(page, lambda: next(heads), lambda: committed.append(page.word()))
    assert committed == [15]
    assert page.word() == ODD
    page.remap()
    assert page.word() == 6


def test_a_restore_that_fails_settles_where_it_was(page):
    settled(page)
    with pytest.raises(ZeroDivisionError):
        restored(page, lambda: HEAD, lambda: 1 / 0)
    assert page.word() == 14


# --- file systems ---------------------------------------------------------------------

MOUNTS = """\
overlay / overlay rw,relatime 0 0
/dev/vda /srv ext4 rw 0 0
server:/export /srv/shared nfs4 rw 0 0
//server/share /srv/my\\040share cifs rw 0 0
host /mnt/c 9p rw 0 0
sshfs /home/u/far fuse.sshfs rw 0 0
tmpfs /srv/shared/local tmpfs rw 0 0
/dev/vdb /again ext4 rw 0 0
server:/again /again nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/policy.db", "overlay"),
        ("/srv/policy.db", "ext4"),
        ("/srv/sharedx/policy.db", "ext4"),
        ("/srv/shared/policy.db", "nfs4"),
        ("/srv/my share/policy.db", "cifs"),
        ("/srv/shared/local/policy.db", "tmpfs"),
        ("/mnt/c/policy.db", "9p"),
        ("/home/u/far/policy.db", "fuse.sshfs"),
        ("/again/policy.db", "nfs"),
    ],
)
def test_the_innermost_and_last_mount_names_the_file_system(path, kind):
    assert file_system_of(path, MOUNTS) == kind


@pytest.mark.parametrize(
    "path",
    ["/srv/shared/p", "/srv/my share/p", "/mnt/c/p", "/home/u/far/p", "/again/p"],
)
def test_a_file_system_without_shared_memory_is_refused(path):
    with pytest.raises(PageError, match="move the database to a local disk"):
        require_shared_memory(path, MOUNTS)


def test_a_database_on_a_network_file_system_has_no_page(database):
    with pytest.raises(PageError, match="lies on nfs"):
        Page(database, mounts="server:/ / nfs rw 0 0\n")


def test_file_systems_that_can_not_be_told_apart_are_refused(database, monkeypatch):
    monkeypatch.setattr(shared_memory, "Path", lambda _: database.parent / "absent")
    with pytest.raises(PageError, match="can not be told apart"):
        Page(database)


# --- memory ---------------------------------------------------------------------------


def test_the_word_is_never_written_through_struct():
    source = Path(page_module.__file__).read_text(encoding="utf-8")
    assert "import struct" not in source
    assert "pack_into" not in source
    assert "self._word[0] = word" in source


READING = """
import sys
from authz.storage.page import Page
page = Page(sys.argv[1])
page.remap()
low, high = 2**40, 2**63
odd = 0
print("ready", flush=True)
while (word := page.word()) != 0:
    odd += word not in (0x1111111111111111, 0x2222222222222222, low, high)
print(odd)
"""


def test_no_process_reads_a_torn_word(page, database):
    locked = settled(page).lock(now())
    locked.write(0x1111111111111111)
    reading = subprocess.Popen(  # noqa: S603  (this file's own program)
        [sys.executable, "-c", READING, database],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reading.stdout.readline() == "ready\n"
    for _ in range(200_000):
        locked.write(0x2222222222222222)
        locked.write(0x1111111111111111)
    locked.write(0)
    locked.close()
    assert reading.communicate()[0] == "0\n"
