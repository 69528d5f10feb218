"""A service to ask, and a client of it."""

from collections.abc import Iterator

import pytest

from authz.client import Client
from tests.authz.client.service import Service


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the client waited between tries, without waiting."""
    waits: list[float] = []
    monkeypatch.setattr("authz.client.trying.sleep", waits.append)
    return waits
