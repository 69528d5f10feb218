"""How long a thread sends to a client that takes little; the rest is test_worker's."""

from types import SimpleNamespace

import pytest

from webapp.lane import connections
from webapp.lane.connections import MOST_SEND_SECONDS, SEND_SECONDS, _send_all


class Sipping:
    """A client that takes so many bytes, each time after so many seconds."""

    def __init__(self, sip: int, seconds: float) -> None:
        self._sip, self._seconds = sip, seconds
        self.now, self.patience = 0.0, 0.0
        self.taken = b""

    def monotonic(self) -> float:
        return self.now

    def settimeout(self, seconds: float) -> None:
        self.patience = seconds

    def send(self, data: memoryview) -> int:
        self.now += min(self._seconds, self.patience)
        if self._seconds > self.patience:
            raise TimeoutError
        self.taken += data[: self._sip]
        return min(self._sip, len(data))


def sends(
    client: Sipping, monkeypatch: pytest.MonkeyPatch, data: bytes = b"x" * 100
) -> bool:
    monkeypatch.setattr(
        connections, "time", SimpleNamespace(monotonic=client.monotonic)
    )
    return _send_all(client, data)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [SEND_SECONDS, 4.0, 0.75])
def test_a_client_that_takes_a_little_now_and_then_is_dropped_in_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    client = Sipping(1, seconds)
    assert not sends(client, monkeypatch)
    assert client.now == pytest.approx(MOST_SEND_SECONDS)


def test_a_client_that_takes_nothing_is_dropped_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Sipping(1, SEND_SECONDS + 1)
    assert not sends(client, monkeypatch)
    assert client.now == SEND_SECONDS


def test_a_slow_client_that_is_done_in_time_has_it_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Sipping(10, 4.0)
    assert sends(client, monkeypatch, data=b"0123456789" * 15)
    assert client.taken == b"0123456789" * 15
    assert client.now == MOST_SEND_SECONDS
