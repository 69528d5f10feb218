"""The five endpoints: where they are and which scope they need (AuthZEN 1.0, 10.1)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from authz.pdp.limits import MAX_BATCH_BYTES, MAX_BODY_BYTES


class Kind(StrEnum):
    """What is asked of an endpoint."""

    EVALUATION = "evaluation"
    EVALUATIONS = "evaluations"
    SEARCH_SUBJECT = "search/subject"
    SEARCH_RESOURCE = "search/resource"
    SEARCH_ACTION = "search/action"


#: Below the base address of a PDP.
PATHS: Mapping[Kind, str] = MappingProxyType(
    {kind: f"/access/v1/{kind.value}" for kind in Kind}
)
SCOPES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.EVALUATION: "decide",
        Kind.EVALUATIONS: "decide",
        Kind.SEARCH_SUBJECT: "search",
        Kind.SEARCH_RESOURCE: "search",
        Kind.SEARCH_ACTION: "search",
    }
)
#: The largest body.
BODY_BYTES: Mapping[Kind, int] = MappingProxyType(
    {
        kind: MAX_BATCH_BYTES if kind is Kind.EVALUATIONS else MAX_BODY_BYTES
        for kind in Kind
    }
)
