"""What a PDP says about itself (AuthZEN 1.0, section 9)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import msgspec

from authz.pdp.kinds import PATHS, Kind

WELL_KNOWN: Final = "/.well-known/authzen-configuration"
_PARAMETERS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.EVALUATION: "access_evaluation_endpoint",
        Kind.EVALUATIONS: "access_evaluations_endpoint",
        Kind.SEARCH_SUBJECT: "search_subject_endpoint",
        Kind.SEARCH_RESOURCE: "search_resource_endpoint",
        Kind.SEARCH_ACTION: "search_action_endpoint",
    }
)


def metadata(base: str) -> bytes:
    """The document of the PDP at `base`, which comes from configuration alone.

    INVARIANT: never from a request: whoever chose its Host would choose who decides.
    """
    document = {"policy_decision_point": base}
    for kind, parameter in _PARAMETERS.items():
        document[parameter] = base + PATHS[kind]
    return msgspec.json.encode(document)


def metadata_path(base: str) -> str:
    """Where that document stands: the well-known name goes between host and path."""
    return WELL_KNOWN + urlsplit(base).path
