"""Random JSON: requests that are right, nearly right, and not at all."""

import json
from typing import Any

from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["ada", "bea", "cy", "read", "borrow", "emma", "dune", "burnt", "reader", "book"]
)
TEXT = WORDS | st.text(max_size=8) | st.sampled_from(['"', "\\", ":", '":', "è", "\0"])
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | st.floats()
    | TEXT
    | st.sampled_from([2**53, 2**53 + 1])
)
ANY: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=6,
)
PROPERTIES = st.dictionaries(TEXT, ANY, max_size=2)


def entity(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    needed = st.fixed_dictionaries(dict.fromkeys(names, WORDS))
    more = st.fixed_dictionaries({}, optional={"properties": PROPERTIES, "odd": ANY})
    return st.builds(lambda a, b: {**a, **b}, needed, more)


SUBJECT = entity("type", "id") | st.just({"type": "reader", "id": "ada"})
RESOURCE = entity("type", "id") | st.just({"type": "book", "id": "emma"})
ACTION = entity("name") | st.just({"name": "read"})
ENTITIES = {"subject": SUBJECT, "action": ACTION, "resource": RESOURCE}
MAYBE = {name: each | ANY for name, each in ENTITIES.items()}
CONTEXT = {"context": PROPERTIES}
PAGE = st.fixed_dictionaries(
    {}, optional={"token": TEXT, "limit": st.integers(-1, 3), "odd": ANY}
)
#: Well formed.
question = st.fixed_dictionaries(ENTITIES, optional=CONTEXT)
item = st.fixed_dictionaries({}, optional={**ENTITIES, **CONTEXT})
#: Anything near it.
request = st.fixed_dictionaries(
    {},
    optional={
        **MAYBE,
        "context": PROPERTIES | ANY,
        "evaluations": st.lists(item | ANY, max_size=4) | ANY,
        "options": st.fixed_dictionaries(
            {},
            optional={
                "evaluations_semantic": st.sampled_from(
                    ["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
                )
                | ANY
            },
        )
        | ANY,
        "page": PAGE | ANY,
        "odd": ANY,
    },
)


def written(value: Any) -> st.SearchStrategy[bytes]:
    """A value as JSON, in several hands."""
    return st.builds(
        lambda ascii_only, gap: json.dumps(
            value, ensure_ascii=ascii_only, separators=gap
        ).encode("utf-8", "surrogatepass"),
        st.booleans(),
        st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r")]),
    )


bodies = (request | question | ANY).flatmap(written)


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """A request with something done to its bytes."""
    body = draw(bodies)
    at = draw(st.integers(0, len(body)))
    until = draw(st.integers(at, min(len(body), at + 20)))
    piece = body[at:until]
    return (
        body[:at]
        + draw(st.sampled_from([b"", piece * 2, b'"a":1,', b"\xff"]))
        + (body[until:])
    )
