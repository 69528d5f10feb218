"""What a proxy sent of the request it holds back: method, target and who asks.

nginx    X-Original-Method, X-Original-URI
Traefik  X-Forwarded-Method, X-Forwarded-Uri
Envoy    the request's own method, and its target behind a prefix

A header of any other name says nothing here, but for the subject's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from authz.pdp.forward.errors import ShapeError
from authz.pdp.forward.paths import Target, read_target

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: By these a server behind may take another method than the one that was judged.
_OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")
#: Every header that says which request it is about.
_TARGETS = (
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
    "x-forwarded-method",
    "x-forwarded-uri",
)
#: Headers that name no user.
SPOKEN_FOR = frozenset((*_OVERRIDES, *_TARGETS, "x-request-id"))
_SUBJECT = re.compile(r"[A-Za-z0-9_]{1,64}")


class Proxy(StrEnum):
    """Whose way of asking it is."""

    NGINX = "nginx"
    ENVOY = "envoy"
    TRAEFIK = "traefik"


_SENT: Mapping[Proxy, tuple[str, str]] = MappingProxyType(
    {
        Proxy.NGINX: ("x-original-method", "x-original-uri"),
        Proxy.TRAEFIK: ("x-forwarded-method", "x-forwarded-uri"),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request held back; `subject` is empty when the proxy named nobody."""

    method: str
    target: Target
    subject: str


def read_request(
    proxy: Proxy, line: tuple[str, str], headers: Mapping[str, str], subject: str
) -> Asked:
    """Read what a proxy asks about.

    Args:
        proxy: which one.
        line: method and target of the proxy's own request, a prefix taken off.
        headers: of it, looked up in lower case.
        subject: the header that names the user.

    Raises:
        ShapeError: it can be read in two ways, or not at all.
    """
    if any(name in headers for name in _OVERRIDES):
        raise ShapeError("bad_method", "a header asks for another method")
    sent = _SENT.get(proxy, ())
    if any(name in headers for name in _TARGETS if name not in sent):
        raise ShapeError("bad_headers", "headers of another proxy name a request too")
    if sent:
        line = headers.get(sent[0], ""), headers.get(sent[1], "")
        _require_once(*line)
    return Asked(
        read_method(line[0]), read_target(line[1]), _subject(headers.get(subject, ""))
    )


def read_method(text: str) -> str:
    """A method that has a meaning here, as it is written.

    Raises:
        ShapeError: `bad_method`.
    """
    if text not in METHODS:
        raise ShapeError("bad_method", f"the method is none of {', '.join(METHODS)}")
    return text


def _require_once(method: str, target: str) -> None:
    if not (method and target):
        raise ShapeError("bad_headers", "method or target is missing")
    # a header sent twice arrives joined by a comma
    if "," in method or ",/" in target:
        raise ShapeError("bad_headers", "method or target stand there twice")


def _subject(text: str) -> str:
    if text and not _SUBJECT.fullmatch(text):
        raise ShapeError("bad_subject", "the subject is no id and no user name")
    return text
