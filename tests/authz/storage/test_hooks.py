"""What a commit that changes policy does to the revision page."""

from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from authz.errors import StoreError
from authz.storage.engines import prepare
from authz.storage.hooks import WROTE, head_reader, install, page_of
from authz.storage.page import Page
from authz.storage.tables import Base, PolicyRevision
from tests.authz.accounts.freshness.rig import (
    put_next,
    revision_of,
    unlocked,
    url_of,
    word_of,
)


def words_at_commit(engine, database):
    """The page's word at the moment of each COMMIT of the engine."""
    words = []
    event.listen(engine, "commit", lambda _connection: words.append(word_of(database)))
    return words


@pytest.mark.parametrize("kind", ["session", "sessionmaker", "scoped_session"])
def test_every_kind_of_session_marks_and_settles(kind, database, engine):
    session = target = Session(engine)
    if kind == "sessionmaker":
        target = sessionmaker(engine)
        session = target()
    elif kind == "scoped_session":
        session = target = scoped_session(sessionmaker(engine))
    install(target, Page(database), head_reader(url_of(database)))
    words = words_at_commit(engine, database)
    for revision in (1, 2):
        assert put_next(session, "a_1") == revision
        session.commit()
        assert word_of(database) == 2 * revision
    assert words == [1, 3]
    assert session.info == {}
    session.close()


def test_flask_sqlalchemys_session_marks_and_settles(database):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url_of(database)
    db = SQLAlchemy(model_class=Base)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        page = page_of(url_of(database))
        assert page.path == f"{database}-page"
        install(db.session, page, head_reader(url_of(database)))
        words = words_at_commit(db.engine, database)
        put_next(db.session, "a_1")
        db.session.commit()
        assert (words, word_of(database)) == ([1], 2)
        put_next(db.session, "a_1")
    # the end of the request removed the session
    assert (revision_of(database), word_of(database)) == (1, 2)
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://host/delega", "sqlite://", "sqlite:///:memory:"]
)
def test_where_there_is_no_page_nothing_is_installed(url):
    session = Session()
    assert page_of(url) is None
    assert not session.dispatch.before_commit


def test_a_commit_without_policy_leaves_the_page_alone(writer, database):
    writer.session.execute(text("SELECT 1"))
    writer.session.commit()
    writer.session.execute(text("SELECT 1"))
    writer.session.rollback()
    assert not Path(writer.page.path).exists()


def test_a_change_that_is_rolled_back_leaves_the_page_alone(writer, database):
    put_next(writer.session, "a_1")
    writer.session.rollback()
    assert not Path(writer.page.path).exists()
    assert writer.session.info == {}
    writer.session.commit()
    assert not Path(writer.page.path).exists()


def test_one_connection_in_the_pool_is_enough(database):
    engine = prepare(
        create_engine(url_of(database), pool_size=1, max_overflow=0, pool_timeout=1)
    )
    with Session(engine) as session:
        install(session, Page(database), head_reader(url_of(database)))
        put_next(session, "a_1")
        session.commit()
    engine.dispose()
    assert word_of(database) == 2


def test_a_savepoint_neither_settles_nor_unlocks(writer, database):
    words = words_at_commit(writer.engine, database)
    put_next(writer.session, "a_1")
    with writer.session.begin_nested():
        put_next(writer.session, "a_2")
    assert word_of(database) == 1
    with writer.session.begin_nested():
        pass
    assert word_of(database) == 1
    with pytest.raises(BlockingIOError):
        unlocked(database)
    writer.session.commit()
    assert words == [1]
    assert word_of(database) == 4
    assert unlocked(database)


def test_a_commit_of_the_root_with_a_savepoint_open_is_marked(database, engine):
    session = Session(engine)
    install(session, Page(database), head_reader(url_of(database)))
    words = words_at_commit(engine, database)
    with session.begin():
        put_next(session, "a_1")
        session.begin_nested()
        put_next(session, "a_2")
    assert words == [1]
    assert (word_of(database), revision_of(database)) == (4, 2)
    session.close()


def test_a_change_in_a_savepoint_that_is_rolled_back_settles_where_it_was(
    writer, database
):
    writer.change()
    nested = writer.session.begin_nested()
    put_next(writer.session, "a_1")
    nested.rollback()
    writer.session.commit()
    assert word_of(database) == 2
    assert unlocked(database)


def test_a_rollback_after_a_savepoint_settles_and_unlocks(writer, database):
    put_next(writer.session, "a_1")
    writer.session.begin_nested().commit()
    assert word_of(database) == 1
    writer.session.rollback()
    assert (word_of(database), revision_of(database)) == (0, 0)
    assert unlocked(database)
    assert writer.session.info == {}


def test_a_database_without_its_revision_row_can_not_be_read(database, engine):
    with engine.begin() as connection:
        connection.execute(PolicyRevision.__table__.delete())
    with pytest.raises(StoreError, match="no revision row"):
        head_reader(url_of(database))()


def test_a_database_without_tables_can_not_be_read(tmp_path):
    with pytest.raises(StoreError, match="can not be read"):
        head_reader(url_of(tmp_path / "empty.db"))()


def test_the_mark_that_policy_was_written_is_the_one_the_writer_leaves(writer):
    put_next(writer.session, "a_1")
    assert writer.session.info == {WROTE: 1}
