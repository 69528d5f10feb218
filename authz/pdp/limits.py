"""How much a request may hold; published in docs/authzen.md and in problem answers."""

from collections.abc import Mapping
from types import MappingProxyType

MAX_BODY_BYTES = 65_536
MAX_BATCH_BYTES = 1_048_576
MAX_ITEMS = 1_000
MAX_DEPTH = 32
MAX_STRING_BYTES = 1_024
#: Results of one page of a search, and what is taken when a search names no limit.
MAX_RESULTS = 1_000
#: Candidates asked about for one page; a page that reaches it ends early.
MAX_CANDIDATES = 10_000

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "body_bytes": MAX_BODY_BYTES,
        "batch_body_bytes": MAX_BATCH_BYTES,
        "items": MAX_ITEMS,
        "depth": MAX_DEPTH,
        "string_bytes": MAX_STRING_BYTES,
        "results": MAX_RESULTS,
    }
)
