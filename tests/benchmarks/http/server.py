"""The one gunicorn command, and what it costs by the operating system's accounts."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_CONFIG = "config/gunicorn.conf.py"
_APP = "tests.benchmarks.http.app:create()"


@dataclass(frozen=True)
class Server:
    """A master and its one worker."""

    port: int
    process: "subprocess.Popen[bytes]"

    def cpu(self) -> float:
        """Seconds of processor, user and system, of the master and its children."""
        return sum(_cpu_of(pid) for pid in self.pids())

    def memory(self) -> int:
        """Bytes of memory that the workers hold."""
        own = [pid for pid in self.pids() if pid != self.process.pid]
        return sum(_memory_of(pid) for pid in own)

    def pids(self) -> list[int]:
        """The master and its workers."""
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
        return [master, *map(int, children.split())]


def _cpu_of(pid: int) -> float:
    # the name in brackets may hold blanks: count from behind it
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _memory_of(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(
    environment: Mapping[str, str], *, lane: bool, folder: Path
) -> Iterator[Server]:
    """One worker on a free port; what it says goes to a file of the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    address = ["-b", f"127.0.0.1:{port}", "-w", "1"]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gunicorn", "-c", _CONFIG, *address, _APP],
            env={**environment, "DELEGA_LANE": str(int(lane))},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(port, process)
            yield Server(port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start; see its server.log")
