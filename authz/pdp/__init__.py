"""AuthZEN 1.0: request -> question -> answer, as bytes; knows no web and no accounts.

`Service.answer` serves any `Source`: the panel's enforcer, a bare folder. A request goes
kinds -> reading (quick, or else strict_json) -> deciding or search -> replies.
"""

from authz.pdp.errors import BadRequestError, ItemError, LimitError
from authz.pdp.kinds import BODY_BYTES, PATHS, SCOPES, Kind
from authz.pdp.limits import (
    LIMITS,
    MAX_BATCH_BYTES,
    MAX_BODY_BYTES,
    MAX_CANDIDATES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_RESULTS,
    MAX_STRING_BYTES,
)
from authz.pdp.messages import (
    Action,
    Evaluation,
    Head,
    Outcome,
    Resource,
    Subject,
    Wanted,
)
from authz.pdp.metadata import WELL_KNOWN, metadata, metadata_path
from authz.pdp.reading import read_plain
from authz.pdp.reasons import DENIALS, denial
from authz.pdp.replies import HEADERS, Reply, plain_id, refusal, told
from authz.pdp.service import Service, is_lone, not_now
from authz.pdp.source import Caller, Failure, Source, one_by_one
from authz.pdp.strict_json import parse, too_large

__all__ = [
    "BODY_BYTES",
    "DENIALS",
    "HEADERS",
    "LIMITS",
    "MAX_BATCH_BYTES",
    "MAX_BODY_BYTES",
    "MAX_CANDIDATES",
    "MAX_DEPTH",
    "MAX_ITEMS",
    "MAX_RESULTS",
    "MAX_STRING_BYTES",
    "PATHS",
    "SCOPES",
    "WELL_KNOWN",
    "Action",
    "BadRequestError",
    "Caller",
    "Evaluation",
    "Failure",
    "Head",
    "ItemError",
    "Kind",
    "LimitError",
    "Outcome",
    "Reply",
    "Resource",
    "Service",
    "Source",
    "Subject",
    "Wanted",
    "denial",
    "is_lone",
    "metadata",
    "metadata_path",
    "not_now",
    "one_by_one",
    "parse",
    "plain_id",
    "read_plain",
    "refusal",
    "told",
    "too_large",
]
