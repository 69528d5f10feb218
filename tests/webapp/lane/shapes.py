"""Shapes of requests around a decision: well framed, torn, folded, smuggled.

`ONE` of each text stands for a plain decision request, `PAGE` for a request of a page.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.webapp.decisions.asking import MANY, ONE
from tests.webapp.lane.serving import a_post

PAGE = b"GET /healthz HTTP/1.1\r\nHost: delega\r\n\r\n"
LOST = b"GET /access/v1/nowhere HTTP/1.1\r\nHost: delega\r\n\r\n"


@dataclass(frozen=True)
class Asking:
    """Whose question it is; `body` is allowed."""

    key: str
    body: bytes

    def plain(self, *more: str, path: str = ONE) -> bytes:
        return a_post(path, self.body, self.key, *more)

    def headed(self, *fields: bytes, line: bytes = b"", body: bytes = b"") -> bytes:
        """With these fields and no others but host, key and type."""
        first = line or f"POST {ONE} HTTP/1.1".encode()
        own = [b"Host: delega", b"Authorization: Bearer " + self.key.encode()]
        kind = b"Content-Type: application/json"
        return b"\r\n".join([first, *own, kind, *fields, b"", b""]) + body

    def sized(self, *fields: bytes, line: bytes = b"", body: bytes = b"") -> bytes:
        body = body or self.body
        return self.headed(
            b"Content-Length: %d" % len(body), *fields, line=line, body=body
        )

    def chunked(self, *sizes: int) -> bytes:
        """The body in chunks of these sizes."""
        rest, chunks = self.body, b""
        for size in (*sizes, len(self.body)):
            chunk, rest = rest[:size], rest[size:]
            chunks += b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunk else b""
        return chunks + b"0\r\n\r\n"


#: Name, what the server must say in a row of statuses, and the decisions it makes.
Case = tuple[str, list[int], int, bytes]


def cases(a: Asking) -> Iterator[Case]:
    """All of them."""
    yield from in_a_row(a)
    yield from lengths(a)
    yield from codings(a)
    yield from fields(a)
    yield from lines(a)
    yield from smuggled(a)
    yield from torn(a)


def in_a_row(a: Asking) -> Iterator[Case]:
    one, close = a.plain(), a.plain("Connection: close")
    yield "one", [200], 1, one
    yield "three", [200] * 3, 3, one * 3
    yield "decision-page-decision", [200] * 3, 2, one + PAGE + one
    yield "page-decision-page", [200] * 3, 1, PAGE + one + PAGE
    yield "decision-404-decision", [200, 404, 200], 2, one + LOST + one
    yield "decision-garbage", [200, 400], 1, one + b"garbage\r\n\r\n"
    yield "decision-nul", [200, 400], 1, one + b"\0\0\0\0\r\n\r\n"
    yield "an-empty-line-between", [200, 200], 2, one + b"\r\n" + one
    yield "two-empty-lines-between", [200, 400], 1, one + b"\r\n\r\n" + one
    yield "an-empty-line-before", [200], 1, b"\r\n" + one
    yield "close", [200], 1, close + one
    yield "keep-then-close", [200, 200], 2, one + close + one
    yield (
        "refused-key-between",
        [200, 401, 200],
        2,
        (one + one.replace(b"dlg_live", b"dlg_dead") + one),
    )
    yield "bad-json-between", [200, 400, 200], 2, one + a.sized(body=b"{") + one
    yield (
        "chunked-between",
        [200] * 3,
        3,
        (one + a.headed(b"Transfer-Encoding: chunked", body=a.chunked(5)) + one),
    )


def lengths(a: Asking) -> Iterator[Case]:
    size = len(a.body)

    def of(*texts: bytes) -> bytes:
        return a.headed(*[b"Content-Length: " + t for t in texts], body=a.body) + PAGE

    right = b"%d" % size
    yield "no-length", [400, 400], 0, a.headed(body=a.body) + PAGE
    yield "length-twice-the-same", [400], 0, of(right, right)
    yield "length-twice-different", [400], 0, of(right, b"0")
    yield "length-twice-different-2", [400], 0, of(b"0", right)
    yield "length-list", [400], 0, of(right + b", " + right)
    yield "length-plus", [400], 0, of(b"+" + right)
    yield "length-minus", [400], 0, of(b"-" + right)
    yield "length-hexadecimal", [400], 0, of(b"0x%x" % size)
    yield "length-zero-before", [200, 200], 1, of(b"0" + right)
    yield "length-blanks", [200, 200], 1, of(b"  " + right + b" ")
    yield "length-tab", [200, 200], 1, of(b"\t" + right)
    yield "length-no-blank", [200, 200], 1, of(right).replace(b"Length: ", b"Length:")
    yield "length-superscript", [400], 0, of(b"\xb2")
    yield "length-empty", [400], 0, of(b"")
    yield "length-huge", [400], 0, of(b"9" * 30)
    yield "length-0", [400, 400], 0, of(b"0")
    yield "length-one-less", [400, 400], 0, of(b"%d" % (size - 1))
    yield "length-of-two", [400], 0, of(b"%d" % (size + len(PAGE)))
    yield "body-64-KiB", [200, 200], 1, a.sized(body=a.body.ljust(65_536)) + PAGE
    yield "body-64-KiB-and-1", [400], 0, a.sized(body=a.body.ljust(65_537))


def codings(a: Asking) -> Iterator[Case]:
    coding, chunks = b"Transfer-Encoding: chunked", a.chunked(7, 1)
    right = b"Content-Length: %d" % len(a.body)
    whole = a.headed(coding, body=chunks)
    yield "chunked", [200, 200], 1, whole + PAGE
    yield "chunked-with-extension", [200], 1, whole.replace(b"7\r\n", b"7;a=b\r\n", 1)
    yield "chunked-size-bad", [400], 0, a.headed(coding, body=b"x\r\n" + chunks)
    yield "chunked-without-end", [400], 0, whole[:-5]
    yield "chunked-empty", [400, 200], 0, a.headed(coding, body=b"0\r\n\r\n") + PAGE
    yield "coding-then-length", [400], 0, a.headed(coding, right, body=chunks) + PAGE
    yield "length-then-coding", [400], 0, a.headed(right, coding, body=a.body) + PAGE
    for name, text, status in (
        ("identity", b"identity", 400),
        ("unknown", b"xchunked", 501),
        ("twice", b"chunked, chunked", 400),
        ("tab", b"\tchunked", 400),
        ("vertical-tab", b"\x0bchunked", 400),
        ("quoted", b'"chunked"', 501),
        ("gzip", b"gzip", 400),
    ):
        field = b"Transfer-Encoding: " + text
        data = a.headed(field, right, body=a.body) + PAGE
        yield f"coding-{name}-and-length", [status], 0, data
    dropped = a.headed(b"Transfer_Encoding: chunked", right, body=a.body) + PAGE
    yield "coding-underscore", [200, 200], 1, dropped
    for name, field in (
        ("blank-before-colon", b"Transfer-Encoding : chunked"),
        ("folded", b"X: y\r\n Transfer-Encoding: chunked"),
        ("in-a-line-feed", b"X: y\nTransfer-Encoding: chunked"),
        ("in-a-return", b"X: y\rTransfer-Encoding: chunked"),
        ("upper-case", b"TRANSFER-ENCODING: CHUNKED"),
    ):
        data = a.headed(field, right, body=a.body) + PAGE
        yield f"coding-{name}", [400], 0, data


def fields(a: Asking) -> Iterator[Case]:
    yield "names-in-upper-case", [200], 1, _names(a.plain(), bytes.upper)
    yield "names-in-lower-case", [200], 1, _names(a.plain(), bytes.lower)
    for name, field, status in (
        ("folded-blank", b"X: a\r\n b", 400),
        ("folded-tab", b"X: a\r\n\tb", 400),
        ("nul", b"X: a\0b", 400),
        ("return", b"X: a\rb", 400),
        ("line-feed", b"X: a\nb", 400),
        ("delete", b"X: a\x7fb", 400),
        ("tab", b"X:\ta\tb", 200),
        ("latin-1", b"X: \xe8", 200),
        ("nul-in-name", b"X\0: a", 400),
        ("latin-1-in-name", b"X\xe8: a", 400),
        ("blank-before-colon", b"X : a", 400),
        ("no-name", b": a", 400),
        ("no-colon", b"X", 400),
        ("underscore", b"X_Y: a", 200),
        ("script-name", b"Script_Name: /access", 404),
        ("odd-letters-in-name", b"X!#$%&'*+.^`|~: a", 200),
        ("host-again", b"Host: delega", 400),
        ("host-of-another", b"Host: other", 400),
        ("type-again", b"Content-Type: application/json", 400),
        ("key-again", b"Authorization: Bearer " + a.key.encode(), 401),
        ("id-again", b"X-Request-ID: a\r\nX-Request-ID: b", 200),
        (
            "schemes-that-differ",
            b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: no",
            400,
        ),
        ("upgrade", b"Connection: Upgrade\r\nUpgrade: h2c", 200),
        ("settings", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", 200),
        ("trailer", b"TE: trailers\r\nTrailer: X", 200),
        ("close-in-a-list", b"Connection: keep-alive, close", 200),
        ("expect-another", b"Expect: 200-ok", 417),
        ("encoded", b"Content-Encoding: gzip", 200),
        ("ninety", b"\r\n".join(b"X-%d: a" % n for n in range(90)), 200),
        ("hundred", b"\r\n".join(b"X-%d: a" % n for n in range(97)), 431),
        ("of-8000-bytes", b"X: " + b"a" * 7_995, 200),
        ("of-8190-bytes", b"X: " + b"a" * 8_190, 431),
    ):
        made = 1 if status == 200 else 0
        data = a.headed(field, b"Content-Length: %d" % len(a.body), body=a.body)
        yield f"field-{name}", [status], made, data
    yield "expect-100", [100, 200, 200], 1, a.plain("Expect: 100-continue") + PAGE
    yield "no-host", [200], 1, a.plain().replace(b"Host: pdp.example.it\r\n", b"")
    yield "host-empty", [200], 1, a.plain().replace(b"pdp.example.it", b"")
    yield "line-feeds-alone", [400], 0, a.plain().replace(b"\r\n", b"\n")
    yield "head-ends-in-line-feeds", [400], 0, a.plain().replace(b"\r\n\r\n", b"\n\n")
    yield (
        "a-blank-before-the-end",
        [],
        0,
        a.plain().replace(b"\r\n\r\n", b"\r\n \r\n"),
    )


def _names(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    head, body = data.split(b"\r\n\r\n", 1)
    line, *rest = head.split(b"\r\n")
    pairs = [each.split(b":", 1) for each in rest]
    changed = [b":".join((change(name), text)) for name, text in pairs]
    return b"\r\n".join([line, *changed, b"", body])


def lines(a: Asking) -> Iterator[Case]:
    for name, line, answers, made in (
        ("1.0", f"POST {ONE} HTTP/1.0", [200], 1),
        ("1.2", f"POST {ONE} HTTP/1.2", [200, 200], 1),
        ("2.0", f"POST {ONE} HTTP/2.0", [400], 0),
        ("0.9", f"POST {ONE}", [400], 0),
        ("lower-case", f"post {ONE} HTTP/1.1", [400], 0),
        ("get", f"GET {ONE} HTTP/1.1", [405, 200], 0),
        ("two-blanks", f"POST  {ONE} HTTP/1.1", [400], 0),
        ("blank-at-the-end", f"POST {ONE} HTTP/1.1 ", [400], 0),
        ("tab", f"POST\t{ONE} HTTP/1.1", [400], 0),
        ("absolute", f"POST http://delega{ONE} HTTP/1.1", [200, 200], 1),
        ("absolute-elsewhere", f"POST http://other{ONE} HTTP/1.1", [200, 200], 1),
        ("authority", "POST delega:80 HTTP/1.1", [400], 0),
        ("asterisk", "POST * HTTP/1.1", [400], 0),
        ("query", f"POST {ONE}?a=b HTTP/1.1", [200, 200], 1),
        ("fragment", f"POST {ONE}#a HTTP/1.1", [200, 200], 1),
        ("encoded", "POST /access/v1/%65valuation HTTP/1.1", [200, 200], 1),
        ("dots", f"POST /x/..{ONE} HTTP/1.1", [404, 200], 0),
        ("slashes", f"POST /{ONE} HTTP/1.1", [200, 200], 1),
        ("slash-at-the-end", f"POST {ONE}/ HTTP/1.1", [404, 200], 0),
        ("nul", f"POST {ONE}\0 HTTP/1.1", [400], 0),
        ("long", f"POST {ONE}?{'a' * 5_000} HTTP/1.1", [414], 0),
        ("proxy", f"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\nPOST {ONE} HTTP/1.1", [400], 0),
        ("preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], 0),
    ):
        yield f"line-{name}", answers, made, a.sized(line=line.encode()) + PAGE


def smuggled(a: Asking) -> Iterator[Case]:
    """A second request hidden in the body of the first; its answer must not come."""
    inner = a.plain()
    yield "in-a-body", [400], 0, a.sized(body=inner)
    yield (
        "in-chunks",
        [400],
        0,
        a.headed(
            b"Transfer-Encoding: chunked",
            body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner),
        ),
    )
    yield (
        "behind-a-coding",
        [400],
        0,
        a.headed(
            b"Content-Length: 5",
            b"Transfer-Encoding: chunked",
            body=b"0\r\n\r\n" + inner,
        ),
    )
    yield (
        "behind-a-length",
        [400],
        0,
        a.headed(b"Content-Length: 0", b"Content-Length: %d" % len(inner), body=inner),
    )
    yield (
        "in-the-body-of-a-page",
        [405, 200],
        1,
        (
            b"GET /access/v1/evaluation HTTP/1.1\r\nHost: delega\r\n"
            b"Content-Length: %d\r\n\r\n" % len(inner)
        )
        + inner
        + inner,
    )
    yield "in-a-field", [400], 0, inner.replace(b"Content-Type", b"X: y\n\n" + inner, 1)


def torn(a: Asking) -> Iterator[Case]:
    """The client ends in the middle."""
    one = a.plain()
    for name, data in (("", b""), ("-second", one), ("-after-a-page", PAGE)):
        before, made = [200] if data else [], int(data == one)
        yield f"torn{name}-in-the-line", before, made, data + one[:9]
        yield f"torn{name}-in-a-field", before, made, data + one[:90]
        yield (
            f"torn{name}-before-the-body",
            [*before, 400],
            made,
            (data + one[: one.index(b"\r\n\r\n") + 4]),
        )
        yield f"torn{name}-in-the-body", [*before, 400], made, data + one[:-5]
    batch = a.plain(path=MANY)
    yield "torn-batch", [200, 400], 1, batch + batch[:-1]
