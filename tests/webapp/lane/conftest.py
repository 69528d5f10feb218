"""One application behind two workers, with the lane and stock, for a module of tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from gunicorn.workers.gthread import ThreadWorker

from tests.builders import Company, a_company
from tests.webapp.conftest import close, settings_in
from tests.webapp.decisions.asking import a_key
from tests.webapp.lane.serving import Answer, Client, Served, by_lane, masked, serving
from webapp import create_app


@dataclass(frozen=True)
class Doors:
    """The same application, served twice."""

    app: Flask
    lane: Served
    stock: Served


@dataclass(frozen=True)
class Both:
    """A connection to each."""

    app: Flask
    lane: Client
    stock: Client
    #: that the lane is of
    worker: Any

    def ask(self, data: bytes, *, taken: bool = True) -> Answer:
        """The answer of both, which must be one; `taken` says by whom it was given.

        The lane is asked three times: what comes again, it answers in another way.
        """
        theirs = self.stock.ask(data)
        for _ in range(3):
            before = by_lane(self.app)
            mine = self.lane.ask(data)
            assert by_lane(self.app) == before + taken
            assert masked(mine.raw) == masked(theirs.raw)
            assert mine.header("x-request-id")
        return mine


@pytest.fixture(scope="module")
def doors(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "delega.sqlite3").write_bytes(migrated.read_bytes())
    app = create_app(settings_in(folder, decisions_per_minute=0))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with serving(app) as lane, serving(app, ThreadWorker) as stock:
        yield Doors(app, lane, stock)
    close(app)


@pytest.fixture
def both(doors: Doors) -> Iterator[Both]:
    with doors.lane.connect() as lane, doors.stock.connect() as stock:
        yield Both(doors.app, lane, stock, doors.lane.worker)


@pytest.fixture(scope="module")
def company(doors: Doors) -> Company:
    return a_company(doors.app)


@pytest.fixture(scope="module")
def key(doors: Doors, company: Company) -> str:
    return a_key(doors.app, company.id)
