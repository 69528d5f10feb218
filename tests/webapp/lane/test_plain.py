"""What the lane takes, and that gunicorn reads every byte of it the same."""

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from hypothesis import example, given, settings
from hypothesis import strategies as st

from authz.pdp import Kind
from webapp.lane import plain as taking
from webapp.lane.plain import TORN, Plain, Reader

LINE = b"POST /access/v1/evaluation HTTP/1.1"
HOST, KEY = b"Host: pdp.example.it", b"Authorization: Bearer k"
TYPE = b"Content-Type: application/json"
FIELDS = (HOST, KEY, TYPE)


def raw(*fields: bytes, line: bytes = LINE, body: bytes = b"{}") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([line, *(fields or FIELDS), length]) + b"\r\n\r\n" + body


GOOD = raw()


def read(data: bytes) -> object:
    return Reader().read(data)


def test_a_plain_request_is_taken_whole_and_no_further() -> None:
    found = read(GOOD + b"POST /more")
    assert isinstance(found, Plain)
    assert (found.size, found.body) == (len(GOOD), b"{}")
    assert found.authorization == b"Bearer k"
    assert (found.head.kind, found.head.account) == (Kind.EVALUATION, None)
    assert found.head.headers == {"content-type": "application/json"}


def test_a_head_that_is_known_is_read_as_before() -> None:
    reader = Reader()
    first = reader.read(GOOD)
    assert isinstance(first, Plain)
    again = reader.read(GOOD[:-2] + b"[]")
    assert again == first._replace(body=b"[]")
    assert reader.read(GOOD[:-1]) is TORN


def test_a_head_is_parsed_once_however_its_body_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[object] = []
    parser = taking.httptools.HttpRequestParser

    def counted(found: object) -> object:
        parsed.append(found)
        return parser(found)

    monkeypatch.setattr(taking.httptools, "HttpRequestParser", counted)
    data, reader = raw(body=b"[0, 0, 0, 0]"), Reader()
    for size in range(data.index(b"[") - 1, len(data)):
        assert reader.read(data[:size]) is TORN
    found = reader.read(data)
    assert isinstance(found, Plain)
    assert (found.body, len(parsed)) == (b"[0, 0, 0, 0]", 1)


def test_a_head_that_is_not_plain_is_gunicorns_before_its_body_is_here() -> None:
    torn = raw(HOST, TYPE, body=b"")[:-5] + b"9\r\n\r\n{"
    assert read(torn) is None


def test_many_different_heads_are_forgotten_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(taking, "_MOST_KNOWN", 2)
    reader = Reader()
    for name in (b"a", b"b", b"c", b"a"):
        found = reader.read(raw(*FIELDS, b"X-Request-ID: " + name))
        assert isinstance(found, Plain)
        assert found.head.headers["x-request-id"] == name.decode()
        assert len(reader._known) <= 2


def test_no_secret_stays_behind() -> None:
    reader = Reader()
    reader.read(raw(HOST, TYPE, b"Authorization: Bearer sesame"))
    assert "sesame" not in repr(reader._known)


@pytest.mark.parametrize(
    ("path", "kind", "account"),
    [
        (b"/access/v1/evaluation", Kind.EVALUATION, None),
        (b"/access/v1/evaluations", Kind.EVALUATIONS, None),
        (b"/a/a_1/access/v1/evaluation", Kind.EVALUATION, "a_1"),
        (b"/a/" + b"x" * 64 + b"/access/v1/evaluations", Kind.EVALUATIONS, "x" * 64),
    ],
)
def test_four_addresses_are_its(path: bytes, kind: Kind, account: str | None) -> None:
    found = read(raw(line=b"POST " + path + b" HTTP/1.1"))
    assert isinstance(found, Plain)
    assert (found.head.kind, found.head.account) == (kind, account)


@pytest.mark.parametrize(
    "line",
    [
        b"GET /access/v1/evaluation HTTP/1.1",
        b"post /access/v1/evaluation HTTP/1.1",
        b"POST /access/v1/evaluation HTTP/1.0",
        b"POST /access/v1/evaluation HTTP/2.0",
        b"POST  /access/v1/evaluation HTTP/1.1",
        b"POST /access/v1/evaluation  HTTP/1.1",
        b"POST\t/access/v1/evaluation HTTP/1.1",
        b"POST /access/v1/evaluation HTTP/1.1 ",
        b"POST /access/v1/evaluation",
        b"POST /access/v1/evaluation? HTTP/1.1",
        b"POST /access/v1/evaluation?lang=it HTTP/1.1",
        b"POST /access/v1/evaluation/ HTTP/1.1",
        b"POST /access/v1//evaluation HTTP/1.1",
        b"POST /access/v1/%65valuation HTTP/1.1",
        b"POST /access/v1/search/subject HTTP/1.1",
        b"POST http://pdp.example.it/access/v1/evaluation HTTP/1.1",
        b"POST /a/../access/v1/evaluation HTTP/1.1",
        b"POST /a//access/v1/evaluation HTTP/1.1",
        b"POST /a/a-1/access/v1/evaluation HTTP/1.1",
        b"POST /a/" + b"x" * 65 + b"/access/v1/evaluation HTTP/1.1",
        b"\r\nPOST /access/v1/evaluation HTTP/1.1",
    ],
)
def test_every_other_request_line_is_gunicorns(line: bytes) -> None:
    assert read(raw(line=line)) is None


@pytest.mark.parametrize(
    "fields",
    [
        (KEY, TYPE),
        (b"Host:", KEY),
        (b"Host: a b", KEY),
        (b"Host: a/b", KEY),
        (b"Host: a:0", KEY),
        (HOST, HOST, KEY),
        (HOST, TYPE),
        (HOST, b"Authorization:"),
        (*FIELDS, KEY),
        (*FIELDS, TYPE),
        (*FIELDS, b"Accept: a", b"accept: b"),
        (*FIELDS, b"Transfer-Encoding: chunked"),
        (*FIELDS, b"Transfer-Encoding: identity"),
        (*FIELDS, b"Transfer-Encoding : chunked"),
        (*FIELDS, b"Transfer_Encoding: chunked"),
        (*FIELDS, b"Content-Length: 2"),
        (*FIELDS, b"Content-Length: 3"),
        (*FIELDS, b"Content-Encoding: gzip"),
        (*FIELDS, b"Delega-Explain: 1"),
        (*FIELDS, b"Expect: 100-continue"),
        (*FIELDS, b"Connection: close"),
        (*FIELDS, b"Connection: Upgrade"),
        (*FIELDS, b"Connection: keep-alive, upgrade"),
        (*FIELDS, b"Upgrade: h2c"),
        (*FIELDS, b"TE: trailers"),
        (*FIELDS, b"Trailer: x"),
        (*FIELDS, b"X-Forwarded-Proto: https", b"X-Forwarded-Ssl: off"),
        (*FIELDS, b"X-Long: a\r\n b"),
        (*FIELDS, b"X-Long: a\r\n\tb"),
        (*FIELDS, b"X-Bare: a\nb"),
        (*FIELDS, b"X-Bare: a\rb"),
        (*FIELDS, b"X-Nul: a\0b"),
        (*FIELDS, b"X-Latin: \xe8"),
        (*FIELDS, b"X-Tab: a\tb"),
        (*FIELDS, b"No colon"),
        (*FIELDS, b": nameless"),
        (*FIELDS, b"X-Dot.ted: a"),
        (*FIELDS, *(b"X-%d: a" % number for number in range(64))),
        (*FIELDS, b"X-Long: " + b"a" * 8000),
    ],
)
def test_whatever_is_not_plain_is_gunicorns(fields: tuple[bytes, ...]) -> None:
    assert read(raw(*fields)) is None


@pytest.mark.parametrize(
    "length", [b"+2", b"-2", b"02", b"0x2", b"2,2", b"2 2", b"", b"1e1", b"\xb2"]
)
def test_a_length_is_a_plain_number(length: bytes) -> None:
    head = b"\r\n".join([LINE, *FIELDS, b"Content-Length: " + length])
    assert read(head + b"\r\n\r\n{}") is None


def test_without_a_length_it_is_gunicorns() -> None:
    assert read(b"\r\n".join([LINE, *FIELDS]) + b"\r\n\r\n{}") is None


def test_the_largest_body_is_taken_and_a_larger_one_is_not() -> None:
    largest = raw(body=b" " * taking.MOST_BODY_BYTES)
    assert isinstance(read(largest), Plain)
    assert read(raw(body=b" " * (taking.MOST_BODY_BYTES + 1))) is None


def test_an_empty_body_is_taken() -> None:
    found = read(raw(body=b""))
    assert isinstance(found, Plain)
    assert found.body == b""


@pytest.mark.parametrize(
    "more",
    [
        b"Connection: keep-alive",
        b"Connection: Keep-Alive",
        b"Cookie: delega=x",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-For: 1.2.3.4, 5.6.7.8",
        b"Host-Like: a",
        b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ],
)
def test_what_ordinary_clients_and_proxies_send_is_plain(more: bytes) -> None:
    assert isinstance(read(raw(*FIELDS, more)), Plain)


@pytest.mark.parametrize("size", range(1, len(GOOD)))
def test_every_beginning_of_a_plain_request_is_waited_for(size: int) -> None:
    assert read(GOOD[:size]) is TORN


@pytest.mark.parametrize(
    "begun",
    [
        b"GET",
        b"PUT /a",
        b"POST /b",
        b"POST /sign-in",
        b"POST /access/v1/search/subject HTTP/1.1\r\nHost",
        b"POST /a/a_1/users HTTP/1.1\r\n",
        b"POST /a" + b"x" * 200,
        LINE + b"\r\nX: a\n",
        LINE + b"\r\nX: a\r\n b",
        LINE + b"\r\nX: a\rb",
        LINE + b"\r\nX: \0",
        LINE + b"\r\nX-\xe8",
        LINE + b"\r\nX : ",
        LINE + b"\r\n:",
        LINE + b"\r\n\n",
        LINE + b"\r\n" + b"X: a\r\n" * 2000,
        b"PRI * HTTP/2.0\r\n",
        b"\x16\x03\x01",
    ],
)
def test_what_can_not_become_plain_is_not_waited_for(begun: bytes) -> None:
    assert read(begun) is None


PIECES = st.sampled_from(
    [
        *FIELDS,
        LINE,
        b"Content-Length: 2",
        b"Content-Length: 3",
        b"Content-Length: 0",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Expect: 100-continue",
        b"X-Request-ID:  r 1 ",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Ssl: on",
        b"X-A: b",
        b" folded",
        b"",
    ]
)
MARKS = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\n\r\n", b" \r\n", b"\0"])
HEADS = st.lists(st.tuples(PIECES, MARKS), max_size=8).map(
    lambda pairs: LINE + b"\r\n" + b"".join(a + b for a, b in pairs)
)
CUTS = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 3), st.binary(max_size=3))
MUTATED = CUTS.map(lambda cut: GOOD[: cut[0]] + cut[2] + GOOD[cut[0] + cut[1] :])


@settings(max_examples=600, deadline=None)
@example(GOOD)
@given((HEADS | MUTATED).flatmap(lambda h: st.sampled_from([h, h + b"{}", h + GOOD])))
def test_gunicorn_reads_every_taken_request_the_same(data: bytes) -> None:
    found = read(data)
    if not isinstance(found, Plain):
        return
    parser = RequestParser(Config(), iter([data]), ("127.0.0.1", 1))
    request = next(parser)
    assert (request.method, request.version) == ("POST", (1, 1))
    assert request.uri == f"/access/v1/{found.head.kind}"
    assert not request.should_close()
    assert request.body.read() == found.body
    assert parser.unreader.buf.getvalue() == data[found.size :]
    theirs = {name.lower(): text for name, text in request.headers}
    assert theirs["authorization"] == found.authorization.decode()
    for name, text in found.head.headers.items():
        assert theirs[name] == text
