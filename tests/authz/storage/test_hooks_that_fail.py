"""A COMMIT that raises, and a change that is refused."""

import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError, OperationalError

from authz.errors import ChangeRefusedError, StoreError
from authz.storage import hooks
from authz.storage.page import Page
from tests.authz.accounts.freshness.rig import (
    Writer,
    put_next,
    revision_of,
    unlocked,
    word_of,
    write_word,
)


class CommitRaises:
    """`do_commit` of the dialect fails once, before or after it took effect."""

    def __init__(self, engine, monkeypatch, takes_effect):
        self.left, self.takes_effect = 1, takes_effect
        self.commit = engine.dialect.do_commit
        monkeypatch.setattr(engine.dialect, "do_commit", self)

    def __call__(self, connection):
        if not self.left or self.takes_effect:
            self.commit(connection)
        if self.left:
            self.left = 0
            raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("ending", ["rollback", "close"])
@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_commit_that_raises_settles_at_what_is_committed(
    ending, takes_effect, writer, database, monkeypatch
):
    writer.change()
    CommitRaises(writer.engine, monkeypatch, takes_effect)
    put_next(writer.session, "a_1")
    with pytest.raises(OperationalError, match="disk I/O error"):
        writer.session.commit()
    getattr(writer.session, ending)()
    assert revision_of(database) == (2 if takes_effect else 1)
    assert word_of(database) == 2 * revision_of(database)
    assert unlocked(database)
    assert writer.session.info == {}
    second = Writer(database)
    assert second.change() == revision_of(database)
    second.close()
    assert writer.change() == revision_of(database)


@pytest.mark.parametrize("safe", [True, False], ids=["on", "off"])
def test_a_connection_inside_its_transaction_does_not_go_back_to_the_pool(
    safe, writer, database, monkeypatch
):
    """SQLAlchemy skips the reset of a connection whose COMMIT raised."""
    if not safe:
        monkeypatch.setattr(hooks, "discard_unfinished", lambda engine: None)
    CommitRaises(writer.engine, monkeypatch, takes_effect=False)
    put_next(writer.session, "a_1")
    before = writer.session.connection().connection.dbapi_connection
    with pytest.raises(OperationalError):
        writer.session.commit()
    writer.session.close()
    pooled = writer.engine.raw_connection()
    assert (pooled.dbapi_connection is before) is not safe
    assert pooled.dbapi_connection.in_transaction is not safe
    pooled.close()


def refused(writer, database, match):
    """The next change is refused, rolled back at once, and not committed later."""
    put_next(writer.session, "a_1")
    with pytest.raises(ChangeRefusedError, match=match):
        writer.session.commit()
    with Writer(database).engine.connect() as other:  # the write lock is free
        other.execution_options(immediate=True).execute(text("SELECT 1"))
        other.rollback()
        other.engine.dispose()


def test_a_change_is_refused_while_the_page_is_locked(writer, database):
    held = Page(database).lock(time.monotonic())
    refused(writer, database, "can not be marked")
    held.close()
    with pytest.raises(InvalidRequestError):
        writer.session.commit()
    writer.session.rollback()
    assert revision_of(database) == 0
    assert writer.change() == 1


def test_a_change_is_refused_where_the_page_can_not_be_written(writer, database):
    Path(writer.page.path).mkdir()
    refused(writer, database, "Is a directory")
    writer.session.close()
    assert revision_of(database) == 0


def test_a_change_is_refused_in_a_folder_that_can_not_be_written(
    writer, database, monkeypatch
):
    def read_only(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("authz.storage.page.tempfile.mkstemp", read_only)
    refused(writer, database, "Permission denied")
    writer.session.close()
    assert revision_of(database) == 0
    assert unlocked(database)


def test_a_change_is_refused_when_the_revision_can_not_be_read_before_it(
    writer, database
):
    read, writer.read_head = writer.read_head, unreadable
    put_next(writer.session, "a_1")
    with pytest.raises(StoreError):
        writer.session.commit()
    writer.session.close()
    writer.read_head = read
    assert revision_of(database) == 0
    assert writer.change() == 1


def test_a_revision_that_can_not_be_read_after_the_commit_leaves_the_word_odd(
    writer, database
):
    writer.page.steps = lambda name: name == "read" and unreadable()
    assert writer.change() == 1
    assert (word_of(database), revision_of(database)) == (1, 1)
    assert unlocked(database)
    writer.page.steps = lambda name: None
    assert writer.change() == 2
    assert word_of(database) == 4


def unreadable():
    raise StoreError("the revision can not be read")


def test_a_wrong_word_is_put_right_by_the_next_change(writer, database):
    writer.change()
    write_word(database, 999)
    assert writer.change() == 2
    assert word_of(database) == 4
