"""The WSGI application that serves a folder."""

import hmac
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from gunicorn.http.errors import ParseException

from authz.folder import Folder
from authz.pdp import (
    BODY_BYTES,
    HEADERS,
    PATHS,
    SCOPES,
    ItemError,
    Kind,
    LimitError,
    Reply,
    Service,
    metadata,
    metadata_path,
    plain_id,
    refusal,
    too_large,
)
from authz.pdp.openapi import DOCUMENT_PATH, served
from webapp.serving.health import healthz, readyz

_log = logging.getLogger(__name__)
Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
_VARIABLES = {
    name: "CONTENT_TYPE"
    if name == "content-type"
    else f"HTTP_{name.upper().replace('-', '_')}"
    for name in HEADERS
}
_JSON = ("Content-Type", "application/json")
_CACHED = ("Cache-Control", "public, max-age=3600")


@dataclass(frozen=True, slots=True)
class _Everything:
    """Whoever has the key may ask whatever there is."""

    id: str = "key"
    scopes: frozenset[str] = frozenset({*SCOPES.values(), "explain"})


class App:
    """AuthZEN for one folder.

    Args:
        folder: what decides.
        service: reads and writes the messages.
        url: the address that services use, for the metadata; its path stands before ours.
        key: what callers send as `Authorization: Bearer …`; none is asked for without.
    """

    def __init__(
        self, folder: Folder, service: Service, url: str, key: str | None
    ) -> None:
        self._folder, self._service, self._url, self._key = folder, service, url, key
        prefix = urlsplit(url).path
        self._kinds = {prefix + path: kind for kind, path in PATHS.items()}
        self._told = served(url, has_key=key is not None)
        self._pages: Mapping[str, Callable[[], Reply]] = {
            metadata_path(url): self._metadata,
            prefix + DOCUMENT_PATH: self._document,
            "/healthz": healthz,
            "/readyz": lambda: readyz(self._folder),
        }

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        sent = {name: environ[v] for name, v in _VARIABLES.items() if v in environ}
        try:
            reply = self._reply(environ, sent)
        except (ItemError, LimitError) as error:
            reply = refusal(error, sent)
        except Exception:  # noqa: BLE001  (whatever it is: no decision)
            _log.exception("a request failed")
            reply = refusal(ItemError(500, "something failed; the log says what"), sent)
        phrase = f"{reply.status} {HTTPStatus(reply.status).phrase}"
        length = ("Content-Length", str(len(reply.body)))
        start_response(phrase, [*reply.headers, length])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]

    def _reply(self, environ: Environ, sent: Mapping[str, str]) -> Reply:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        kind = self._kinds.get(path)
        if kind is None:
            page = self._pages.get(path)
            if page is None:
                raise ItemError(404, "there is nothing at this address")
            if method not in ("GET", "HEAD"):
                return _only("GET, HEAD", sent)
            return _unless_held(page(), environ.get("HTTP_IF_NONE_MATCH", ""))
        if method != "POST":
            return _only("POST", sent)
        if not self._has_key(environ):
            text = "send the key as `Authorization: Bearer …`"
            refused = refusal(ItemError(401, text), sent)
            refused.headers.append(("WWW-Authenticate", 'Bearer realm="delega"'))
            return refused
        source = self._folder.source(plain_id(sent))
        body = _body(environ, kind)
        return self._service.answer(_Everything(), source, kind, sent, body)

    def _has_key(self, environ: Environ) -> bool:
        """Without a key: anybody on this machine, but no page in a browser."""
        if self._key is None:
            if "HTTP_ORIGIN" in environ:
                raise ItemError(403, "without a key no web page may ask; see --key")
            return True
        scheme, _, told = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        # INVARIANT: compared in a time that says nothing of how much was right
        is_key = hmac.compare_digest(told.strip().encode(), self._key.encode())
        return scheme.lower() == "bearer" and is_key

    def _metadata(self) -> Reply:
        return Reply(200, [_JSON, _CACHED], metadata(self._url))

    def _document(self) -> Reply:
        headers = [_JSON, _CACHED, ("ETag", f'"{self._told.etag}"')]
        return Reply(200, headers, self._told.body)


def _unless_held(reply: Reply, held: str) -> Reply:
    """304 for who holds the same already (RFC 9110, 13.1.2)."""
    etag = dict(reply.headers).get("ETag")
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    if etag is None or not {"*", etag} & {*tags}:
        return reply
    return Reply(304, [each for each in reply.headers if each != _JSON], b"")


def _only(methods: str, sent: Mapping[str, str]) -> Reply:
    refused = refusal(ItemError(405, f"this address answers {methods} alone"), sent)
    refused.headers.append(("Allow", methods))
    return refused


def _body(environ: Environ, kind: Kind) -> bytes:
    """The body, or one byte more than is taken, which is then refused."""
    most = BODY_BYTES[kind]
    stated = environ.get("CONTENT_LENGTH", "")
    if stated.isdecimal() and int(stated) > most:
        raise too_large(most)  # not a byte of it was read
    try:
        found: bytes = environ["wsgi.input"].read(most + 1)
    except ParseException:
        raise ItemError(400, "the chunks of the body can not be read") from None
    return found
