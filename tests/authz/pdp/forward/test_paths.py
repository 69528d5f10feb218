"""A target is taken in its one spelling, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.pdp.forward import ShapeError, canonical_form, read_target
from authz.pdp.forward.paths import MAX_PATH_BYTES, MAX_SEGMENTS, MAX_TARGET_BYTES
from tests.authz.pdp.forward import shapes
from tests.authz.pdp.forward.lenient import lenient

PARTS = ("/", "//", ".", "..", ";x", "%2e", "%2F", "%5C", "%25", "%41", "%c3%a9", "%")
PATHS = st.lists(
    st.sampled_from((*PARTS, "%C3%A9", "%20", "a", "B", "1", "~", "*", "\\"))
    | st.text(max_size=3)
).map("".join)
PLAIN = st.lists(
    st.sampled_from(
        ("a", "invoices", "7", "x.y", "%C3%A9", "a%20b", "a@b", "a%40b", "")
    )
).map(lambda parts: "/" + "/".join(parts))


def code_of(text: str) -> str:
    with pytest.raises(ShapeError) as refused:
        read_target(text)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("/", ("",)),
        ("/invoices", ("invoices",)),
        ("/invoices/", ("invoices", "")),
        ("/a/b.c/~d_-", ("a", "b.c", "~d_-")),
        ("/citt%C3%A0/a%20b", ("città", "a b")),
        ("/a@b:(c),d+e!$&'*=", ("a@b:(c),d+e!$&'*=",)),
        ("/a%40b%2B", ("a@b+",)),
        ("/a..b/...c", ("a..b", "...c")),
        ("/x?", ("x",)),
        ("/x?a=1&b[]={c}|d;e=%C3%A0+f/?:@", ("x",)),
    ],
)
def test_a_canonical_target_is_taken(text: str, segments: tuple[str, ...]) -> None:
    target = read_target(text)
    assert target.segments == segments
    assert target.path == text.partition("?")[0]


@pytest.mark.parametrize("shape", sorted(set(shapes.PATHS) - {"two targets"}))
def test_any_other_spelling_is_refused(shape: str) -> None:
    assert code_of(shapes.spelt(shape, "/public", "/invoices")) == "bad_path"


@pytest.mark.parametrize("query", shapes.QUERIES.values(), ids=shapes.QUERIES)
def test_a_malformed_query_is_refused(query: str) -> None:
    assert code_of(f"/x?{query}") == "bad_query"


@pytest.mark.parametrize(
    "text", ["", "x", "?x", "/é", "/x\n", "/x\r\ny", "/ x", "/\ud800"]
)
def test_what_is_no_target_is_refused(text: str) -> None:
    assert code_of(text) == "bad_path"


def test_the_limits_are_what_they_say() -> None:
    longest = "/" + "x" * (MAX_PATH_BYTES - 1)
    assert read_target(longest).path == longest
    assert code_of(longest + "x") == "bad_path"
    deepest = "/x" * MAX_SEGMENTS
    assert len(read_target(deepest).segments) == MAX_SEGMENTS
    assert code_of(deepest + "/x") == "bad_path"
    whole = "/x?" + "y" * (MAX_TARGET_BYTES - 3)
    assert read_target(whole).path == "/x"
    assert code_of(whole + "y") == "bad_path"


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("//a///b/", "/a/b/"),
        ("/a/./b/../c", "/a/c"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/../..", "/"),
        ("/%7eanna/%c3%a0", "/~anna/%C3%A0"),
        ("/a/%2e%2e/b", "/b"),
        ("/%%34%31", "/A"),
        ("", "/"),
        ("a", "/a"),
    ],
)
def test_a_path_has_one_canonical_form(path: str, canonical: str) -> None:
    assert canonical_form(path) == canonical


@given(PATHS)
def test_a_canonical_form_is_a_fixed_point(path: str) -> None:
    canonical = canonical_form(path)
    assert canonical_form(canonical) == canonical


@given(PATHS | PLAIN)
def test_what_is_taken_is_its_own_canonical_form(path: str) -> None:
    try:
        target = read_target(path)
    except ShapeError:
        return
    assert canonical_form(target.path) == target.path


@given(PATHS | PLAIN)
def test_no_server_reads_other_segments_than_we_do(path: str) -> None:
    try:
        segments = read_target(path).segments
    except ShapeError:
        return
    ours = [segment.casefold() for segment in segments if segment]
    assert lenient(path.partition("?")[0]) == "/" + "/".join(ours)
