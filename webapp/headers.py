"""Response headers of every page: a strict CSP, nothing cached, a request id."""

import os
import re
from collections.abc import Iterator

from flask import Flask, Response, abort, g, request

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # same-origin, not no-referrer: over TLS the CSRF check asks for our own Referer
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: The same for everybody, and dated by their own headers.
_CACHED = ("static", "decisions.configuration", "reference.document")
NO_STORE = "no-store"
_HSTS = "max-age=31536000; includeSubDomains"
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_ALPHABET = b"23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: From a random byte to a letter.
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def of_every_answer(*, secure: bool) -> dict[str, str]:
    """What an answer has unless it says otherwise."""
    hsts = {"Strict-Transport-Security": _HSTS} if secure else {}
    return {**_HEADERS, **hsts}


def codes(at_once: int = 1) -> Iterator[str]:
    """Names for requests that brought none of their own; short, to be read out."""
    while True:
        letters = os.urandom(8 * at_once).translate(_LETTERS).decode()
        for at in range(0, len(letters), 8):
            yield f"{letters[at : at + 4]}-{letters[at + 4 : at + 8]}"


def init_app(app: Flask, *, secure: bool) -> None:
    """Set them on every answer, errors included."""
    every = of_every_answer(secure=secure)

    def finish(response: Response) -> Response:
        for name, value in every.items():
            response.headers.setdefault(name, value)
        if request.endpoint not in _CACHED:
            response.headers["Cache-Control"] = NO_STORE
        response.headers.setdefault("X-Request-ID", g.get("request_id", ""))
        if "policy_revision" in g:
            response.headers.setdefault("Delega-Revision", str(g.policy_revision))
        return response

    app.before_request(_name_request)
    app.before_request(_refuse_nul)
    app.after_request(finish)


def _name_request() -> None:
    """The caller's request id when it is a plain one, else a short one to read out."""
    sent = request.headers.get("X-Request-ID", "")
    if _ID.fullmatch(sent):
        g.request_id = sent
        return
    g.request_id = next(codes())


def _refuse_nul() -> None:
    """No address holds a NUL, and PostgreSQL takes no text with one."""
    if "\0" in request.path:
        abort(404)
