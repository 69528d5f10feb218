"""What proxies ask, as operations of the document."""

from collections.abc import Mapping, Sequence

from authz.pdp.forward import METHODS, Proxy
from authz.pdp.openapi import (
    RELEASE,
    REVISION,
    Answer,
    Example,
    Operation,
    Parameter,
    Schema,
)

_METHODS = tuple(method.lower() for method in METHODS)
_SUBJECT = Parameter(
    name="X-Delega-Subject",
    place="header",
    words="Who asks the proxy, set by the proxy itself; the mapping names the header.",
    schema={"type": "string", "pattern": "^[A-Za-z0-9_]{1,64}$"},
)
_REASON = Parameter(
    name="Delega-Reason",
    place="header",
    words="The code of the refusal.",
    schema={"type": "string"},
    required=True,
)
_STATUSES: Mapping[int, str] = {
    400: "The request held back can be read in two ways.",
    401: "No working key, or the proxy names nobody.",
    403: "The decision is no, or no rule fits; for nginx also what is a 400 elsewhere.",
    429: "The key asked for too many decisions.",
    503: "No right answer can be given now.",
}


def proxies(user: str, account: str) -> list[Operation]:
    """One address for each kind of proxy; the examples are about that user."""
    target = f"/a/{account}/drafts/17"
    return [
        _operation(
            Proxy.NGINX,
            "For `auth_request`.",
            _told(("X-Original-Method", "GET"), ("X-Original-URI", target)),
            user,
        ),
        _operation(
            Proxy.TRAEFIK,
            "For `forwardAuth`.",
            _told(("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", target)),
            user,
        ),
        _operation(
            Proxy.ENVOY,
            "For `ext_authz`: the path held back stands behind ours, with its slashes.",
            (_path(target),),
            user,
        ),
    ]


def _told(*headers: tuple[str, str]) -> tuple[Parameter, ...]:
    told: tuple[tuple[str, Schema], ...] = (
        ("The method of the request held back.", {"enum": list(METHODS)}),
        ("The path of the request held back, with its query.", {}),
    )
    return tuple(
        Parameter(
            name=name,
            place="header",
            words=words,
            schema={"type": "string", **more},
            example=example,
            required=True,
        )
        for (name, example), (words, more) in zip(headers, told, strict=True)
    )


def _path(target: str) -> Parameter:
    return Parameter(
        name="path",
        place="path",
        words="The path of the request held back.",
        schema={"type": "string"},
        example=target.removeprefix("/"),
        required=True,
    )


def _operation(
    proxy: Proxy, note: str, parameters: Sequence[Parameter], user: str
) -> Operation:
    bad_shape = () if proxy is Proxy.NGINX else (400,)
    return Operation(
        id=f"forward_{proxy}",
        topic="forward",
        path=f"/forward/{proxy}" + ("/{path}" if proxy is Proxy.ENVOY else ""),
        title="For a proxy",
        words=(
            "Asks whether a request that a proxy holds back may go through. A mapping "
            "of method and path says what it requires. Whatever is not a 200 is no."
        ),
        note=note,
        methods=_METHODS,
        scope="decide",
        parameters=(*parameters, _SUBJECT),
        answers=_answers(bad_shape),
        examples=(_example(parameters, user),),
    )


def _answers(more: Sequence[int]) -> dict[int, Answer]:
    allowed = Answer(
        words="It may go through.",
        headers={"Delega-Revision": REVISION, "Delega-Release": RELEASE},
    )
    refused = {
        status: Answer(words=_STATUSES[status], headers={"Delega-Reason": _REASON})
        for status in (*more, 401, 403, 429, 503)
    }
    return {200: allowed, **refused}


def _example(parameters: Sequence[Parameter], user: str) -> Example:
    return Example(
        name="allowed",
        words="A request that may go through; there is no body",
        path={p.name: p.example for p in parameters if p.place == "path"},
        headers={
            **{p.name: p.example for p in parameters if p.place == "header"},
            _SUBJECT.name: user,
        },
    )
