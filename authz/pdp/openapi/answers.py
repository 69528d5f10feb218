"""Headers and errors that operations have in common."""

from collections.abc import Mapping

from authz.pdp.openapi.operations import JSON, PROBLEM, Answer, Parameter
from authz.pdp.openapi.schemas import ref

REQUEST_ID = Parameter(
    name="X-Request-ID",
    place="header",
    words="Comes back on answers and errors: up to 128 visible characters, no space.",
    schema={"type": "string"},
    example="order-17",
)
AT_LEAST = Parameter(
    name="Delega-At-Least",
    place="header",
    words="Answer by this revision or a newer one, or 503.",
    schema={"type": "string", "pattern": "^[0-9]{1,18}$"},
    example="1",
)
EXPLAIN = Parameter(
    name="Delega-Explain",
    place="header",
    words="With a trace, in the context; for keys of scope `explain`.",
    schema={"type": "string", "enum": ["1"]},
    example="1",
)
IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    place="header",
    words="The ETag of an answer that you hold: 304 while it is still right.",
    schema={"type": "string"},
)
_NUMBER = {"type": "string", "pattern": "^[0-9]+$"}


def _header(
    name: str, words: str, schema: Mapping[str, object], *, always: bool = True
) -> Parameter:
    return Parameter(
        name=name, place="header", words=words, schema=schema, required=always
    )


REVISION = _header("Delega-Revision", "The whole answer was right at it.", _NUMBER)
RELEASE = _header(
    "Delega-Release",
    "The policy release in force then.",
    {"type": "string"},
    always=False,
)
ETAG = _header(
    "ETag", "Another one when anything in the answer is.", {"type": "string"}
)
CACHED = _header("Cache-Control", "How long it may be kept.", {"type": "string"})
RETRY_AFTER = _header("Retry-After", "Seconds to wait.", _NUMBER)
AUTHENTICATE = _header("WWW-Authenticate", "What is asked for.", {"type": "string"})
NAMED = _header(
    "X-Request-ID", "Yours, or one of ours.", {"type": "string"}, always=False
)

_ERRORS: Mapping[int, str] = {
    400: "The request is wrong, or more than a limit; the message says what.",
    401: "No working key.",
    403: "The scope or the account is not this key’s.",
    404: "There is nothing at this address.",
    429: "The key asked for too many decisions.",
    503: "No right answer can be given now.",
}
_MORE: Mapping[int, Mapping[str, Parameter]] = {
    401: {"WWW-Authenticate": AUTHENTICATE},
    429: {"Retry-After": RETRY_AFTER},
    503: {"Retry-After": RETRY_AFTER},
}


def stamped(words: str, schema: str, **more: Parameter) -> Answer:
    """A 200 with its revision."""
    headers = {
        "Delega-Revision": REVISION,
        "Delega-Release": RELEASE,
        "X-Request-ID": NAMED,
    }
    headers |= {header.name: header for header in more.values()}
    return Answer(words=words, contents={JSON: ref(schema)}, headers=headers)


def errors(*statuses: int) -> dict[int, Answer]:
    """No decision: a message, or a problem for who asks for one."""
    return {
        status: Answer(
            words=_ERRORS[status],
            contents={JSON: ref("Message"), PROBLEM: ref("Problem")},
            headers={**_MORE.get(status, {}), "X-Request-ID": NAMED},
        )
        for status in statuses
    }
