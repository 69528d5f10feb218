"""Bodies that are no question, those just inside each limit, and how they are sent."""

import json
from collections.abc import Iterator
from typing import Any

from authz.pdp import (
    BODY_BYTES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_STRING_BYTES,
    Kind,
)

Question = dict[str, Any]
#: Stands in every question, and may stand in no log.
CANARY = "canary-7f3a"
KINDS = (Kind.EVALUATION, Kind.EVALUATIONS, Kind.SEARCH_SUBJECT)
_BEYOND = 2**53 + 1


def dumped(question: Question, **changes: Any) -> bytes:
    return json.dumps({**question, **changes}).encode()


def noting(question: Question, text: str) -> bytes:
    """The question with JSON, as it stands there, in its context."""
    context = {**question.get("context", {}), "note": CANARY}
    body = dumped(question, context={**context, "here": 0})
    return body.replace(b'"here": 0', b'"here": ' + text.encode("latin-1"))


def nested(question: Question, levels: int, opening: str, closing: str) -> bytes:
    """That deep: the question and its context are two levels."""
    count = levels - 2
    return noting(question, opening * count + "1" + closing * count)


def padded(question: Question, size: int) -> bytes:
    body = dumped(question)
    return body + b" " * (size - len(body))


def of_numbers(question: Question) -> Iterator[tuple[str, bytes]]:
    texts = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", str(_BEYOND))
    texts += (f"-{_BEYOND}", "9" * 400, "9" * 5_000, "01", "-01", "+1", ".5", "1.")
    for text in (*texts, "0x1", "1_000", "-", "--1", "1e", "0" * 3):
        yield f"number {text[:20]} of {len(text)}", noting(question, text)


def of_names(question: Question) -> Iterator[tuple[str, bytes]]:
    body = noting(question, "1")
    yield "name twice at the top", body.replace(b'{"', b'{"subject": 1, "', 1)
    yield "name twice inside", body.replace(b'"type":', b'"type": "x", "type":', 1)
    yield "name twice, spelt in two ways", noting(question, r'{"a": 1, "\u0061": 1}')
    yield "name twice, deep", noting(question, '[[{"b": [{"a": 1, "a": 1}]}]]')
    yield "name twice, the same value", noting(question, '1, "here": 1')
    yield "name twice, unknown", body.replace(b'{"', b'{"zz": 1, "zz": 1, "', 1)


def of_texts(question: Question) -> Iterator[tuple[str, bytes]]:
    beyond = "x" * (MAX_STRING_BYTES + 1)
    wide = "\u00e8" * (MAX_STRING_BYTES // 2) + "x"
    yield "text too long", noting(question, json.dumps(beyond))
    yield "text too long in bytes", dumped(question, zz=wide)
    raw = json.dumps({**question, "zz": wide}, ensure_ascii=False)
    yield "text too long in bytes, unescaped", raw.encode()
    yield "name too long", noting(question, json.dumps({beyond: 1}))
    for half in (r"\ud800", r"\udfff", r"\ud800x", r"\udc00\ud800", r"\uD83D\u0061"):
        yield f"half a character {half}", noting(question, f'"{half}"')
        yield f"half a character in a name {half}", noting(question, f'{{"{half}": 1}}')
    yield "NUL, escaped", noting(question, r'"a\u0000b"')
    yield "NUL, escaped, in a name", noting(question, r'{"\u0000": 1}')
    yield "NUL", noting(question, '"a\0b"')
    for sign in ("\n", "\t", "\x1f", "\\x", "\\u12", "\\q"):
        yield f"sign in a text {sign!r}", noting(question, f'"a{sign}b"')
    for data in (b"\xff", b"\xe8", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
        body = noting(question, '"@@"').replace(b"@@", data)
        yield f"no UTF-8 {data.hex()}", body


def of_wholes(question: Question) -> Iterator[tuple[str, bytes]]:
    body = noting(question, "1")
    text = body.decode()
    yield "byte order mark", b"\xef\xbb\xbf" + body
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield coding, text.encode(coding)
    for rest in (b"x", b"{}", b"]", b",", b"\0", b"//", body, b"\x1a", b"\xef\xbb\xbf"):
        yield f"garbage behind {rest[:4]!r}", body + rest
    for before in (b"\0", b"x", b",", b"//\n", b")]}',\n"):
        yield f"garbage before {before!r}", before + body
    yield "a comma too many", body[:-1] + b",}"
    yield "cut", body[:-1]
    yield "single quotes", body.replace(b'"', b"'")
    yield "a remark", body.replace(b'{"', b'{/* x */"', 1)
    for whole in (b"", b" ", b"null", b"[]", b'"x"', b"1", b"true", b"{}", b"NaN"):
        yield f"no question {whole!r}", whole
    for opening in (b"[", b'{"a":'):
        yield f"never closed {opening!r}", opening * 10_000
    yield "an array of it", b"[" + body + b"]"
    yield "a form", b"subject=ann&action=read"


def of_shapes(question: Question) -> Iterator[tuple[str, bytes]]:
    subject, wrong = question["subject"], [None, 1, "x", [], [1], True]
    for value in wrong:
        yield f"subject is {value!r}", dumped(question, subject=value)
        yield f"context is {value!r}", dumped(question, context=value)
        kind = {**subject, "type": value}
        if not isinstance(value, str):
            yield f"type is {value!r}", dumped(question, subject=kind)
        properties = {**subject, "properties": value}
        yield f"properties are {value!r}", dumped(question, subject=properties)
    for name in ("subject", "action", "resource"):
        rest = {key: value for key, value in question.items() if key != name}
        yield f"without {name}", dumped(rest)


def of_batches(question: Question) -> Iterator[tuple[str, bytes]]:
    beyond = [{}] * (MAX_ITEMS + 1)
    yield "an item too many", dumped(question, evaluations=beyond)
    for value in ({}, "x", 1, True, [1], [[]], [None], [{}, "x"]):
        yield f"evaluations are {value!r}", dumped(question, evaluations=value)
    for value in ([], "x", 1, None, {"evaluations_semantic": "some"}):
        body = dumped(question, evaluations=[{}], options=value)
        yield f"options are {value!r}", body
    twice = dumped(question, evaluations=[{"zz": 0}])
    yield "name twice in an item", twice.replace(b'"zz": 0', b'"zz": 0, "zz": 0')


def refused(kind: Kind, question: Question) -> Iterator[tuple[str, bytes]]:
    """What each address refuses, by its name."""
    for some in (of_numbers, of_names, of_texts, of_wholes, of_shapes):
        yield from some(question)
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        body = nested(question, MAX_DEPTH + 1, opening, closing)
        yield f"a level too deep {opening!r}", body
    yield "a byte too large", padded(question, BODY_BYTES[kind] + 1)
    yield "much too large", padded(question, 3 * BODY_BYTES[kind])
    if kind is Kind.EVALUATIONS:
        yield from of_batches(question)


def taken(kind: Kind, question: Question) -> Iterator[tuple[str, bytes]]:
    """What is still a question, at each limit."""
    for text in (str(2**53), str(-(2**53)), "1e308", "-0.0", "0.1", "1E5", "null"):
        yield f"number {text}", noting(question, text)
    longest = "x" * MAX_STRING_BYTES
    yield "the longest text", noting(question, json.dumps(longest))
    yield "the longest name", noting(question, json.dumps({longest: 1}))
    wide = "\u00e8" * (MAX_STRING_BYTES // 2)
    yield "the longest text in bytes", dumped(question, zz=wide)
    raw = json.dumps({**question, "zz": wide}, ensure_ascii=False)
    yield "the longest text in bytes, unescaped", raw.encode()
    yield "a whole character", noting(question, r'"\ud83d\ude00"')
    yield "blanks around", b" \r\n\t" + dumped(question) + b" \r\n\t"
    yield "unknown members", dumped(question, zz={"a": [1, {"b": None}]})
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        body = nested(question, MAX_DEPTH, opening, closing)
        yield f"the deepest {opening!r}", body
    yield "the largest", padded(question, BODY_BYTES[kind])
    if kind is Kind.EVALUATIONS:
        yield "the most items", dumped(question, evaluations=[{}] * MAX_ITEMS)
        yield "no items", dumped(question, evaluations=[])
        most = dumped(question, evaluations=[{}] * MAX_ITEMS)
        yield (
            "the most items, the largest",
            most + b" " * (BODY_BYTES[kind] - len(most)),
        )


CONTENT_TYPES_TAKEN = (
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "application/json ; x=1",
    "Application/JSON",
)
CONTENT_TYPES_REFUSED = (
    None,
    "",
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
    "application/jsonx",
    "x-application/json",
    "application/problem+json",
    "application/json, text/plain",
    "*/*",
)


def a_request(
    path: str, body: bytes, key: str, *more: str, content_type: str | None
) -> bytes:
    """Raw, as a client would send it."""
    fields = [f"POST {path} HTTP/1.1", "Host: pdp.example.it"]
    fields += [f"Authorization: Bearer {key}", f"Content-Length: {len(body)}"]
    if content_type is not None:
        fields.append(f"Content-Type: {content_type}")
    head = "\r\n".join([*fields, *more, "Connection: close"])
    return head.encode("latin-1") + b"\r\n\r\n" + body


def in_chunks(path: str, body: bytes, key: str, size: int = 30_000) -> bytes:
    """The same without a stated size."""
    fields = [f"POST {path} HTTP/1.1", "Host: pdp.example.it"]
    fields += [f"Authorization: Bearer {key}", "Content-Type: application/json"]
    fields += ["Transfer-Encoding: chunked", "Connection: close"]
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + chunks + b"0\r\n\r\n"
