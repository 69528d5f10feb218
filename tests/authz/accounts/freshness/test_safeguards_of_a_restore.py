"""A restore: the bug with a safeguard off, and none with it on."""

from authz.storage import page as page_module
from authz.storage.page import LockedPage, Page
from tests.authz.accounts.freshness.rig import (
    Writer,
    restore,
    word_of,
)
from tests.authz.accounts.freshness.safeguards import both, only_even


@both
def test_an_old_page_that_is_not_retired_keeps_the_old_answers(
    safe, database, writer, reader, monkeypatch
):
    writer.change()
    assert reader.ask() == 1
    if not safe:
        only_even(monkeypatch)
    restore(database, "restored")
    assert reader.ask() == (0 if safe else 1)


@both
def test_without_the_id_check_a_writer_settles_the_page_of_a_dead_restore(
    safe, database, opened, reader, monkeypatch
):
    writer = opened(Writer, database)
    writer.change("a_1")
    assert reader.asked("a_1") == (1, 1)
    restore(database, "restored", dies=True)
    if not safe:
        monkeypatch.setattr(LockedPage, "names", lambda self, database_id: True)
    # the restored store reaches revision 1 again, and its account never had a number
    writer.change("a_2")
    assert reader.ask("a_1") == (0 if safe else 1)


@both
def test_without_the_inode_check_a_waiting_writer_settles_a_dead_page(
    safe, database, opened, reader, monkeypatch
):
    """The page is replaced while the writer waits for the lock of the old one."""
    writer = opened(Writer, database)
    monkeypatch.setattr(LockedPage, "names", lambda self, database_id: True)
    if not safe:
        monkeypatch.setattr(LockedPage, "is_current", lambda self: True)
    flock, pending = page_module._flock, [True]

    def replaced_meanwhile(fd, until):
        if pending:
            pending.pop()
            head = writer.read_head()
            reader.page.replace(head.database_id, 2 * head.revision)
            assert reader.ask() == 0
        flock(fd, until)

    reader.fresh.start()
    monkeypatch.setattr(page_module, "_flock", replaced_meanwhile)
    assert writer.change() == 1
    assert reader.ask() == (1 if safe else 0)
    assert word_of(database) == (2 if safe else 0)


@both
def test_a_process_that_does_not_map_anew_catches_up_at_every_decision(
    safe, database, reader, monkeypatch
):
    reader.fresh.start()
    if not safe:
        monkeypatch.setattr(Page, "remap", lambda self: None)
    restore(database, "restored")
    assert reader.ask() == 0
    before = reader.store.caught_up
    for _ in range(5):
        assert reader.ask() == 0
    assert reader.store.caught_up - before == (0 if safe else 10)
