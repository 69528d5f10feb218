"""A server under test: how it starts and ends, and what it costs."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_GUNICORN = ("gunicorn", "-c", "config/gunicorn.conf.py", "-w", "1")
_APP = "tests.benchmarks.http.app:create()"
_ROOT = Path(__file__).resolve().parents[3]
_START_SECONDS, _END_SECONDS = 60.0, 30.0


@dataclass(frozen=True)
class Server:
    """A process and all that descend from it."""

    port: int
    process: "subprocess.Popen[bytes]"

    def cpu(self) -> float:
        """Seconds of processor, user and system, of all its processes, dead ones too."""
        return sum(map(cpu_of, self.pids()))

    def memory(self) -> int:
        """Bytes of memory that the workers hold."""
        own = [pid for pid in self.pids() if pid != self.process.pid]
        return sum(_memory_of(pid) for pid in own)

    def pids(self) -> list[int]:
        """The first process, and everybody below it."""
        found = [self.process.pid]
        for pid in found:  # grows on the way
            for children in Path("/proc").glob(f"{pid}/task/*/children"):
                with suppress(OSError):
                    found += map(int, children.read_text().split())
        return found


@contextmanager
def panel(
    environment: Mapping[str, str], *, lane: bool, folder: Path
) -> Iterator[Server]:
    """The one gunicorn command with one worker."""
    port = free_port()
    name = "lane" if lane else "view"
    command = [sys.executable, "-m", *_GUNICORN, "-b", f"127.0.0.1:{port}", _APP]
    environment = {**environment, "DELEGA_LANE": str(int(lane))}
    with running(
        command, port, "/readyz", folder / f"{name}.log", environment
    ) as server:
        said = (folder / f"{name}.log").read_text()
        if lane and "the lane is" in said:
            raise SystemExit(f"the lane did not open: {said[said.index('the lane') :]}")
        yield server


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    ready: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server that answers at `ready`; ended by its process ids, whatever happens."""
    with log.open("wb") as out:
        # a session of its own: Ctrl-C comes to us alone, and we end it
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    server = Server(port, process)
    try:
        _wait_for(server, ready, log)
        yield server
    finally:
        _end(server)


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_of(pid: int) -> float:
    """Seconds of processor of a process and its dead children; 0 of none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # the name in brackets may hold blanks: count from behind it; the last two are those
    # of children that ended and were waited for
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def _wait_for(server: Server, ready: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        try:
            address = f"http://127.0.0.1:{server.port}{ready}"
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"the server did not start; it said:\n{log.read_text()}")


def _end(server: Server) -> None:
    """Politely, else at once; a second Ctrl-C does not leave anybody behind either."""
    pids = server.pids()
    try:
        server.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(timeout=_END_SECONDS)
    finally:
        if server.process.poll() is None:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            server.process.wait()


def _memory_of(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
