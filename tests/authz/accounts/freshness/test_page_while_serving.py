"""The page is wrong, gone or replaced while a process decides."""

import pytest

from authz.accounts.freshness import EveryTime, PageWatch
from tests.authz.accounts.freshness.rig import (
    Reader,
    Writer,
    restore,
    word_of,
    write_word,
)


def every_time(_page, _read_head):
    return EveryTime()


@pytest.fixture(params=[PageWatch, every_time], ids=["page", "every time"])
def either(request, database, opened):
    """A deciding process with either watch."""
    return opened(Reader, database, request.param)


def pages(database):
    return database.with_name(f"{database.name}-page")


def test_any_first_word_is_put_right_by_the_first_catch_up(database, opened, writer):
    writer.change()
    for word in (0, 1, 2, 3, 4, 999, 2**64 - 1):
        write_word(database, word)
        reader = opened(Reader, database)
        assert reader.asked() == (1, 1)
        assert word_of(database) == 2


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 4096, b"\1" * 9000])
def test_garbage_in_place_of_the_page_is_replaced(database, reader, content):
    pages(database).write_bytes(content)
    assert reader.ask() == 0
    assert reader.ask() == 0
    assert word_of(database) == 0
    assert pages(database).stat().st_size == 4096


def test_a_page_deleted_while_serving_is_made_again(database, reader, writer):
    writer.change()
    reader.ask()
    pages(database).unlink()
    reader.fresh.clock = lambda: 2**40  # its second is over
    assert reader.ask() == 1
    assert word_of(database) == 2
    writer.change()
    assert reader.ask() == 2


def test_a_page_replaced_while_serving_is_followed(database, reader, writer):
    writer.change()
    reader.ask()
    reader.page.replace(writer.read_head().database_id, 2)
    reader.fresh.start()
    writer.change()
    assert reader.ask() == 2


def test_without_a_page_that_can_be_made_answers_are_right_and_slower(
    database, opened, writer
):
    pages(database).mkdir()
    reader = opened(Reader, database)
    for _ in range(3):
        assert reader.ask() == 0
    assert reader.page.word() & 1


def test_a_restored_database_drops_everything(either, writer, database):
    writer.change("a_1")
    writer.change("a_2")
    either.ask("a_1"), either.ask("a_2")
    restore(database, "restored")
    assert either.asked("a_1") == (0, 0)
    assert either.asked("a_2") == (0, 0)


def test_a_snapshot_of_the_database_before_a_restore_never_enters(
    reader, writer, database
):
    writer.change("a_1")
    reader.fresh.start()

    def meanwhile():
        restore(database, "restored")
        assert reader.ask("a_2") == 0

    reader.store.after_load = meanwhile
    assert reader.asked("a_1") == (0, 0)


def test_a_restore_that_died_before_its_page_is_finished_by_a_reader(
    reader, writer, database, opened
):
    writer.change()
    assert reader.ask() == 1
    restore(database, "restored", dies=True)
    assert reader.asked() == (0, 0)
    assert reader.asked() == (0, 0)
    assert word_of(database) == 0


def test_a_database_that_went_back_under_the_same_id_is_believed_anew(either, database):
    writer = Writer(database)
    head = writer.read_head()
    writer.change(), writer.change()
    assert either.asked() == (2, 2)
    restore(database, head.database_id)
    assert either.asked() == (0, 0)
    writer.close()
