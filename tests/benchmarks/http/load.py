"""Load: wrk where it is installed, else a small client of our own in a process apart."""

import multiprocessing
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass

WRK = shutil.which("wrk")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_TIME = re.compile(r"([\d.]+)(us|ms|s)")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What every connection asks again and again."""

    method: str
    path: str
    body: bytes = b""
    key: str = ""

    def raw(self) -> bytes:
        """As it goes over the wire."""
        fields = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        if self.body:
            fields += [
                f"Authorization: Bearer {self.key}",
                "Content-Type: application/json",
                f"Content-Length: {len(self.body)}",
            ]
        return "\r\n".join(fields).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the clients saw; times in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int


def run(port: int, request: Request, *, connections: int, seconds: float) -> Seen:
    """Ask with so many connections for so long."""
    if WRK:
        return _wrk(WRK, port, request, connections, seconds)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_own, (port, request, connections, seconds))


def _wrk(
    wrk: str, port: int, request: Request, connections: int, seconds: float
) -> Seen:
    lines = [f"wrk.method = {_lua(request.method)}", f"wrk.path = {_lua(request.path)}"]
    if request.body:
        lines += [
            f"wrk.body = {_lua(request.body.decode())}",
            'wrk.headers["Content-Type"] = "application/json"',
            f'wrk.headers["Authorization"] = {_lua("Bearer " + request.key)}',
        ]
    command = [wrk, "-t1", f"-c{connections}", f"-d{int(seconds)}s", "--latency", "-s"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))
        script.flush()
        said = subprocess.run(  # noqa: S603
            [*command, script.name, f"http://127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s)", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert total is not None, said
    return Seen(
        requests=int(total[1]),
        seconds=float(total[2]) * _UNITS[total[3]],
        p50=_quantile(said, "50%"),
        p99=_quantile(said, "99%"),
        failed=int(bad[1]) if bad else 0,
    )


def _lua(text: str) -> str:
    assert "]==]" not in text
    return f"[==[{text}]==]"


def _quantile(said: str, name: str) -> float:
    found = re.search(rf"{name}\s+{_TIME.pattern}", said)
    assert found is not None, said
    return float(found[1]) * _UNITS[found[2]]


def _own(port: int, request: Request, connections: int, seconds: float) -> Seen:
    """One request under way on each connection, as wrk does."""
    raw = request.raw()
    selector = selectors.DefaultSelector()
    begun = time.perf_counter()
    for _ in range(connections):
        client = socket.create_connection(("127.0.0.1", port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(client, selectors.EVENT_READ, [time.perf_counter(), b""])
        client.sendall(raw)
    took: list[float] = []
    failed = 0
    while time.perf_counter() < begun + seconds:
        for ready, _ in selector.select(1):
            asked, got = ready.data
            got += ready.fileobj.recv(65_536)  # type: ignore[union-attr]
            if not _is_whole(got):
                ready.data[1] = got
                continue
            now = time.perf_counter()
            took.append(now - asked)
            failed += not got.startswith(b"HTTP/1.1 200")
            ready.data[:] = [now, b""]
            ready.fileobj.sendall(raw)  # type: ignore[union-attr]
    took.sort()
    return Seen(
        requests=len(took),
        seconds=time.perf_counter() - begun,
        p50=took[len(took) // 2],
        p99=took[len(took) * 99 // 100],
        failed=failed,
    )


def _is_whole(got: bytes) -> bool:
    head, mark, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(mark) and length is not None and len(body) >= int(length[1])
