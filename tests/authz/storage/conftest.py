"""A database with its revision page, and a writer that gives up soon."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from authz.storage.engines import prepare
from tests.authz.accounts.freshness.rig import Writer, make_database, url_of


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return make_database(tmp_path)


@pytest.fixture
def writer(database):
    made = Writer(database)
    made.hooks.timeout = 0.05
    yield made
    made.close()


@pytest.fixture
def engine(database):
    made = prepare(create_engine(url_of(database)))
    yield made
    made.dispose()
