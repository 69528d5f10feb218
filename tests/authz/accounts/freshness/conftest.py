"""A database, and processes that are gone when the test is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.authz.accounts.freshness.rig import Process, Reader, Writer, make_database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return make_database(tmp_path)


@pytest.fixture
def opened() -> Iterator[Callable[..., Any]]:
    """Make a Writer, a Reader or a Process that is closed with the test."""
    made: list[Any] = []

    def make(make_one: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        made.append(make_one(*args, **options))
        return made[-1]

    yield make
    for one in reversed(made):
        one.close()


@pytest.fixture
def writer(database: Path, opened: Callable[..., Any]) -> Writer:
    made = opened(Writer, database)
    made.hooks.timeout = 0.05
    return made


@pytest.fixture
def reader(database: Path, opened: Callable[..., Any]) -> Reader:
    return opened(Reader, database)


@pytest.fixture
def other(database: Path, opened: Callable[..., Any]) -> Reader:
    """A second deciding process."""
    return opened(Reader, database)


@pytest.fixture
def process(database: Path, opened: Callable[..., Any]) -> Callable[[str], Process]:
    return lambda role: opened(Process, role, database)
