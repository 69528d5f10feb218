"""A proxy's question: method and path -> resource and action; knows no web framework.

requests (what the proxy sent) -> paths (refused unless canonical) -> mapping (the file
that says which rule it is).
"""

from authz.pdp.forward.errors import MappingError, ShapeError
from authz.pdp.forward.mapping import ForwardMap, Match, load_map, read_map
from authz.pdp.forward.paths import Target, canonical_form, read_target
from authz.pdp.forward.requests import (
    METHODS,
    Asked,
    Proxy,
    read_method,
    read_request,
)
from authz.pdp.forward.rules import Names, Rule

__all__ = [
    "METHODS",
    "Asked",
    "ForwardMap",
    "MappingError",
    "Match",
    "Names",
    "Proxy",
    "Rule",
    "ShapeError",
    "Target",
    "canonical_form",
    "load_map",
    "read_map",
    "read_method",
    "read_request",
    "read_target",
]
