"""A proxy on loopback with a configuration that is shipped, and what stands behind it."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Backend:
    """Serves whatever it is asked for, and remembers the heads as they came."""

    heads: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                data = client.recv(65_536)
                if not data:
                    return
                head += data
            self.heads.append(head.partition(b"\r\n\r\n")[0])
            client.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nserved"
            )


@dataclass(frozen=True)
class Front:
    """A proxy, and what stands behind it."""

    port: int
    backend: Backend

    def send(self, data: bytes) -> tuple[int, bytes, list[bytes]]:
        """Status (0: none), the answer, and what reached the backend."""
        before = len(self.backend.heads)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            client.sendall(data)
            answer = _all_of(client)
        # HTTP/0.9 is answered without a status
        status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
        return status, answer, self.backend.heads[before:]


@contextmanager
def a_front(
    command: Sequence[str | Path], port: int, backend: Backend, folder: Path
) -> Iterator[Front]:
    """In the foreground, ended by its own process."""
    errors = folder / "stderr"
    with errors.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)  # noqa: S603  (ours)
    try:
        _wait_for(port, process, errors)
        yield Front(port, backend)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()
            backend.close()


def with_ports(text: str, ports: Mapping[int, int], written: str) -> str:
    """A configuration whose ports are others; `written` is how it writes one."""
    for name, number in ports.items():
        assert text.count(written.format(name)) == 1, name
        text = text.replace(written.format(name), written.format(number))
    return text


def target_of(head: bytes) -> str:
    """Which path and query was asked for."""
    return head.split(b" ", 2)[1].decode("latin-1")


def field_of(head: bytes, name: bytes) -> list[bytes]:
    """What a header says, each time that it stands there."""
    pairs = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    return [text.strip() for each, _, text in pairs if each.lower() == name.lower()]


def _all_of(client: socket.socket) -> bytes:
    """Until the proxy closes; half closing our side would end the request in it."""
    answer = b""
    while got := client.recv(65_536):
        answer += got
    return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", errors: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, errors.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(errors.read_text())
