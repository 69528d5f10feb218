"""Response headers of every page: a strict CSP, nothing cached, a request id."""

import re
import secrets

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
_HSTS = "max-age=31536000; includeSubDomains"
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def init_app(app: Flask, *, secure: bool) -> None:
    """Set them on every answer, errors included."""

    def finish(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers["Strict-Transport-Security"] = _HSTS
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        response.headers["X-Request-ID"] = g.get("request_id", "")
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
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    g.request_id = f"{code[:4]}-{code[4:]}"


def _refuse_nul() -> None:
    """No address holds a NUL, and PostgreSQL takes no text with one."""
    if "\0" in request.path:
        abort(404)
