"""Where policy rows live: the Protocols that every store serves, and the stores.

The SQL names load when they are first used: `authz` works without SQLAlchemy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from authz.storage.protocol import (
    EVERY_ACCOUNT,
    AccountReader,
    AccountRows,
    Change,
    ChangeRecord,
    Changes,
    HistoryPage,
    PolicyStore,
    PolicyWriter,
    StoredRelease,
)

if TYPE_CHECKING:
    from authz.storage.adapter import Adapter
    from authz.storage.chain import GENESIS, ChainLink, broken_chain, broken_links
    from authz.storage.engines import lone_engine, prepare, reading_engine
    from authz.storage.hooks import (
        WROTE,
        WriteHooks,
        discard_unfinished,
        head_reader,
        page_of,
    )
    from authz.storage.looks import Looks
    from authz.storage.memory import MemoryStore
    from authz.storage.past import PastRows
    from authz.storage.sql import SqlStore, SqlWriter, initialise
    from authz.storage.tables import (
        DELEGATES,
        Base,
        Name,
        Number,
        PolicyRevision,
        PolicyRow,
        UtcDateTime,
    )
    from authz.storage.view import create_view

_HOME_OF = {
    "Adapter": "authz.storage.adapter",
    "Base": "authz.storage.tables",
    "DELEGATES": "authz.storage.tables",
    "Looks": "authz.storage.looks",
    "MemoryStore": "authz.storage.memory",
    "Name": "authz.storage.tables",
    "Number": "authz.storage.tables",
    "PastRows": "authz.storage.past",
    "PolicyRevision": "authz.storage.tables",
    "PolicyRow": "authz.storage.tables",
    "SqlStore": "authz.storage.sql",
    "SqlWriter": "authz.storage.sql",
    "UtcDateTime": "authz.storage.tables",
    "WROTE": "authz.storage.hooks",
    "WriteHooks": "authz.storage.hooks",
    "GENESIS": "authz.storage.chain",
    "ChainLink": "authz.storage.chain",
    "broken_chain": "authz.storage.chain",
    "broken_links": "authz.storage.chain",
    "create_view": "authz.storage.view",
    "discard_unfinished": "authz.storage.hooks",
    "head_reader": "authz.storage.hooks",
    "initialise": "authz.storage.sql",
    "page_of": "authz.storage.hooks",
    "lone_engine": "authz.storage.engines",
    "prepare": "authz.storage.engines",
    "reading_engine": "authz.storage.engines",
}

__all__ = [
    "DELEGATES",
    "EVERY_ACCOUNT",
    "GENESIS",
    "WROTE",
    "AccountReader",
    "AccountRows",
    "Adapter",
    "Base",
    "ChainLink",
    "Change",
    "ChangeRecord",
    "Changes",
    "HistoryPage",
    "Looks",
    "MemoryStore",
    "Name",
    "Number",
    "PastRows",
    "PolicyRevision",
    "PolicyRow",
    "PolicyStore",
    "PolicyWriter",
    "SqlStore",
    "SqlWriter",
    "StoredRelease",
    "UtcDateTime",
    "WriteHooks",
    "broken_chain",
    "broken_links",
    "create_view",
    "discard_unfinished",
    "head_reader",
    "initialise",
    "lone_engine",
    "page_of",
    "prepare",
    "reading_engine",
]


if not TYPE_CHECKING:  # else a type checker would believe in every name

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'authz.storage' has no attribute {name!r}")
        return getattr(import_module(_HOME_OF[name]), name)
