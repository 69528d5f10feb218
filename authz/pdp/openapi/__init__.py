"""What is served, as an OpenAPI 3.1 document made from the types of the messages.

    types (wire, wire_answers) -> schemas
    operations (standard, and those of whoever serves more) -> document

A reference page is made from the same operations and schemas.
"""

from authz.pdp.openapi.answers import (
    AT_LEAST,
    CACHED,
    ETAG,
    IF_NONE_MATCH,
    RELEASE,
    REQUEST_ID,
    REVISION,
    errors,
    stamped,
)
from authz.pdp.openapi.document import Document
from authz.pdp.openapi.operations import (
    JSON,
    PROBLEM,
    Answer,
    Example,
    Operation,
    Parameter,
    Schema,
)
from authz.pdp.openapi.questions import Names, questions
from authz.pdp.openapi.schemas import ref
from authz.pdp.openapi.standard import (
    DOCUMENT_PATH,
    TYPES,
    Place,
    described,
    endpoints,
    published,
    served,
)
from authz.pdp.openapi.wire import Text

__all__ = [
    "AT_LEAST",
    "CACHED",
    "DOCUMENT_PATH",
    "ETAG",
    "IF_NONE_MATCH",
    "JSON",
    "PROBLEM",
    "RELEASE",
    "REQUEST_ID",
    "REVISION",
    "TYPES",
    "Answer",
    "Document",
    "Example",
    "Names",
    "Operation",
    "Parameter",
    "Place",
    "Schema",
    "Text",
    "described",
    "endpoints",
    "errors",
    "published",
    "questions",
    "ref",
    "served",
    "stamped",
]
