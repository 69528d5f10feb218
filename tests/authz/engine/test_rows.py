"""Reading and writing policy.csv: a line means what it looks like, or is refused."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine import Row, read_policy_csv, write_policy_csv
from authz.errors import RowsError
from tests.authz.engine.strange import ALLOW, DENY, raw

words = st.text(min_size=1, max_size=12)


def lines_refused(text: str) -> list[int]:
    with pytest.raises(RowsError) as caught:
        read_policy_csv(text, "x.csv")
    return [fault.line for fault in caught.value.faults]


def test_rows_have_a_place_and_comments_and_blank_lines_do_not_count():
    text = "# who\n\n  p, alice ,data,read  \r\n\tg, alice, admin\n"
    assert read_policy_csv(text, "x.csv") == (
        Row("p", ("alice", "data", "read")),
        Row("g", ("alice", "admin")),
    )
    assert [row.place for row in read_policy_csv(text, "x.csv")] == [
        "x.csv:3",
        "x.csv:4",
    ]


def test_the_place_is_no_part_of_what_a_row_says():
    assert Row("p", ("a",), "x:1") == Row("p", ("a",), "y:2")
    assert hash(Row("p", ("a",), "x:1")) == hash(Row("p", ("a",), "y:2"))
    assert Row("p", ("a",)) != Row("g", ("a",))
    assert Row("p", ("a",)) != "p, a"


@pytest.mark.parametrize(
    "line",
    [
        'p, "alice, bob", data, read',
        "p, alice, data, read # for now",
        "p, 'alice', data, read",
        "p, alice, f(a, b), read",
        "p, alice, data, [read",
        "p, alice), data, read",
        ", alice, data, read",
        "p",
        "p, al\x00ice, data, read",
        "p, alice\u200b, data, read",
        "p, alice\u00a0smith, data, read",
        "p, alice\u2028p, bob, data, read",
        "p, alice\ufe0f, data, read",
        "p, \u3164, data, read",
        "p, a\u2800b, data, read",
        "p, \u202eecila, data, read",
        "# a comment\u2028p, mallory, data, write",
        "# a comment\rp, mallory, data, write",
        "p, alice\rp, mallory",
    ],
)
def test_a_line_that_casbin_or_a_reader_would_take_otherwise_is_refused(line):
    assert lines_refused(f"p, a, b, c\n{line}\n") == [2]


@pytest.mark.parametrize(
    "value",
    [
        "^(?:read|write)$",
        "[a-z]+[0-9]",
        "r.sub.name == 'adam'",
        'r.sub.name == "adam"',
        "r.sub.age in [18]",
        "rm -rf /",
    ],
)
def test_marks_that_casbin_reads_as_they_stand_are_taken(value, tmp_path):
    line = f"p, alice, {value}, read"
    (row,) = read_policy_csv(line)
    assert row.values == ("alice", value, "read")
    assert raw(tmp_path, ALLOW, [line]).get_policy() == [list(row.values)]
    assert write_policy_csv([row]) == f"{line}\n"


@given(st.lists(st.text("p,a ()[]\"'#=", max_size=14), max_size=3))
def test_whatever_is_taken_casbin_reads_alike(lines):
    text = "\n".join(["p, alice, data, read", *lines])
    try:
        rows = read_policy_csv(text)
    except RowsError:
        return
    with TemporaryDirectory() as folder:
        loaded = raw(Path(folder), ALLOW, text.split("\n"))
    mine = [list(row.values) for row in rows if row.ptype == "p"]
    assert loaded.get_policy() == mine


@pytest.mark.parametrize(
    "lines",
    [
        ["p, alice, data, read, allow", 'p, "alice", data, read, deny'],
        ["p, alice, data, read, allow", "p, alice, data, read, deny # for now"],
        ["p, alice, data, read, allow", "p, ali\u200bce, data, read, deny"],
        ["\ufeffp, alice, data, read, deny", "p, alice, data, read, allow"],
    ],
)
def test_what_casbin_makes_of_such_a_line_is_an_allow_that_nobody_meant(
    lines, tmp_path
):
    assert raw(tmp_path, DENY, lines).enforce("alice", "data", "read") is True
    assert lines_refused("\n".join(lines)) != []


@pytest.mark.parametrize(
    "line", ["p, (alice, data, read", "p", 'p, "smith, alice", data, read']
)
def test_what_casbin_makes_of_other_lines_fails_every_request(line, tmp_path):
    enforcer = raw(tmp_path, ALLOW, [line, "p, bob, data, read"])
    with pytest.raises(RuntimeError, match="invalid policy size"):
        enforcer.enforce("bob", "data", "read")
    assert lines_refused(line) == [1]


@pytest.mark.parametrize("line", ["p, alice), data, read", ", alice, data"])
def test_one_line_can_keep_all_rows_from_loading(line, tmp_path):
    with pytest.raises(IndexError):
        raw(tmp_path, ALLOW, ["p, bob, data, read", line])


def test_a_mark_at_the_start_of_the_file_is_refused():
    assert lines_refused("\ufeffp, a, b\n") == [1]


def test_all_wrong_lines_are_named():
    assert lines_refused("p\np, a\np, (b\n") == [1, 3]


def test_nothing_is_written_as_nothing():
    assert write_policy_csv([]) == ""
    assert read_policy_csv("") == ()


@pytest.mark.parametrize(
    "value", ["", " a", "a,b", '"a', "'a'", "a]", "a\nb", "#a", "a\u2028b", "(a"]
)
def test_a_value_that_csv_can_not_carry_is_not_written(value):
    with pytest.raises(RowsError, match="can not be written as csv"):
        write_policy_csv([Row("p", ("ok", value), "row 3")])


@pytest.mark.parametrize(
    "row", [Row("#p", ("a",)), Row("p\np", ("a",)), Row("", ("a",)), Row("p", ())]
)
def test_what_is_no_row_is_not_written(row):
    with pytest.raises(RowsError, match="is no row"):
        write_policy_csv([row])


@given(
    st.lists(st.tuples(st.sampled_from(["p", "g", "g2"]), st.lists(words, min_size=1)))
)
def test_what_is_written_is_read_again_as_it_was_or_not_written(items):
    rows = tuple(Row(ptype, tuple(values)) for ptype, values in items)
    try:
        text = write_policy_csv(rows)
    except RowsError:
        return
    assert read_policy_csv(text) == rows
