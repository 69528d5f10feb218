"""What PostgreSQL itself spends on a server's decisions, where it runs here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from tests.benchmarks.http.server import cpu_of

_OTHERS = text(
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Backends:
    """All that serve one database, but for our own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cpu(self) -> float:
        """Seconds of processor that those of now have spent since they began."""
        pids = self._connection.scalars(_OTHERS).all()
        return sum(cpu_of(pid) for pid in pids if _is_ours(pid))


@contextmanager
def backends(url: str) -> Iterator[Backends]:
    """Looked at by a connection that stays open."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield Backends(connection)
    engine.dispose()


def _is_ours(pid: int) -> bool:
    """Whether that number is a backend here, and not somebody else's process."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except OSError:
        return False
