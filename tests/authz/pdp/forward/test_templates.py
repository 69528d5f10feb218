"""Templates: what fits, what does not, and which two could be meant at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.pdp.forward import ShapeError, read_target
from authz.pdp.forward.errors import RuleError
from authz.pdp.forward.templates import read_template

ACCOUNT = "a_" + "q" * 26
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("/", "/", {}),
        ("/invoices", "/invoices", {}),
        ("/invoices/", "/invoices/", {}),
        ("/invoices/{id}", "/invoices/x%20y", {"id": "x y"}),
        ("/invoices/{id:int}/xml", "/invoices/7/xml", {"id": "7"}),
        ("/f/{id:uuid}", f"/f/{UUID}", {"id": UUID}),
        ("/a/{account}/{id}", f"/a/{ACCOUNT}/7", {"account": ACCOUNT, "id": "7"}),
        ("/static/{rest...}", "/static/css/x.css", {}),
        ("/static/{rest...}", "/static/css/", {}),
        ("/{rest...}", "/x", {}),
    ],
)
def test_a_path_that_fits_gives_its_parameters(
    template: str, path: str, parameters: dict[str, str]
) -> None:
    assert read_template(template).match(read_target(path).segments) == parameters


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/", "/x"),
        ("/invoices", "/"),
        ("/invoices", "/Invoices"),
        ("/invoices", "/invoices/"),
        ("/invoices/", "/invoices"),
        ("/invoices/{id}", "/invoices/"),
        ("/invoices/{id}", "/invoices"),
        ("/invoices/{id}", "/invoices/7/"),
        ("/invoices/{id}", "/invoices/7/xml"),
        ("/invoices/{id:int}", "/invoices/7x"),
        ("/invoices/{id:int}", "/invoices/" + "7" * 19),
        ("/invoices/{id:int}", "/invoices/%D9%A7"),
        ("/f/{id:uuid}", "/f/7"),
        ("/a/{account}", "/a/a_x"),
        ("/a/{account}", f"/a/{ACCOUNT.upper()}"),
        ("/static/{rest...}", "/static"),
        ("/static/{rest...}", "/static/"),
        ("/x/y/{rest...}", "/x"),
        ("/{rest...}", "/"),
    ],
)
def test_any_other_path_does_not_fit(template: str, path: str) -> None:
    assert read_template(template).match(read_target(path).segments) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begins with a slash"),
        ("invoices", "begins with a slash"),
        ("//x", "no segment"),
        ("/x//y", "no segment"),
        ("/x/./y", "no segment"),
        ("/x/../y", "no segment"),
        ("/x.", "no segment"),
        ("/è", "no segment"),
        ("/a%20b", "no segment"),
        ("/x*", "no segment"),
        ("/{id}.xml", "no segment"),
        ("/{ID}", "no segment"),
        ("/{}", "no segment"),
        ("/x?y", "no segment"),
        ("/{rest...}/x", "at the end alone"),
        ("/{rest...}/", "at the end alone"),
        ("/{id}/{id:int}", "stands twice"),
        ("/{account}/x/{account}", "stands twice"),
        ("/{account:int}", "a shape of its own"),
        ("/{id:float}", "{id:int} and {id:uuid}"),
    ],
)
def test_what_is_no_template_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        read_template(text)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("one", "another", "overlap"),
    [
        ("/x", "/x", True),
        ("/x", "/X", True),
        ("/x", "/x/", True),
        ("/x", "/y", False),
        ("/x", "/x/y", False),
        ("/", "/{id}", False),
        ("/i/{id}", "/i/new", True),
        ("/i/{id}", "/i/{other:int}", True),
        ("/i/{id:int}", "/i/new", False),
        ("/i/{id:int}", "/i/007", True),
        ("/i/{id:int}", "/i/{other:uuid}", True),
        ("/i/{id}/xml", "/i/new/{form}", True),
        ("/i/{id}/xml", "/i/{id}/pdf", False),
        ("/a/{account}", "/a/new", False),
        ("/a/{account}", f"/a/{ACCOUNT.upper()}", True),
        ("/s/{rest...}", "/s", False),
        ("/s/{rest...}", "/s/", False),
        ("/s/{rest...}", "/s/x", True),
        ("/s/{rest...}", "/S/x/y/z", True),
        ("/s/{rest...}", "/t/x", False),
        ("/s/{rest...}", "/{any}", False),
        ("/s/{rest...}", "/{rest...}", True),
        ("/s/{rest...}", "/t/{rest...}", False),
        ("/{rest...}", "/", False),
    ],
)
def test_two_that_one_path_could_fit_overlap(
    one: str, another: str, *, overlap: bool
) -> None:
    first, second = read_template(one), read_template(another)
    assert first.overlaps(second) is overlap
    assert second.overlaps(first) is overlap


PIECES = ("x", "X", "y", "7", "{a}", "{b:int}", "{account}")
TEMPLATES = st.builds(
    lambda pieces, end: "/" + "/".join([*pieces, *end]),
    st.lists(st.sampled_from(PIECES), max_size=3, unique=True),
    st.sampled_from([[], [""], ["{rest...}"]]),
)
PATHS = st.lists(
    st.sampled_from(("x", "X", "y", "Y", "7", ACCOUNT, "z")), max_size=4
).flatmap(
    lambda parts: st.sampled_from(["/" + "/".join(parts + end) for end in ([], [""])])
)


@given(TEMPLATES, TEMPLATES, PATHS)
def test_no_path_fits_two_that_do_not_overlap(
    one: str, another: str, path: str
) -> None:
    first, second = read_template(one), read_template(another)
    try:
        segments = read_target(path).segments
    except ShapeError:
        return
    if first.match(segments) is not None and second.match(segments) is not None:
        assert first.overlaps(second)
