"""Links read from either end agree with each other."""

from hypothesis import given
from hypothesis import strategies as st

from authz.engine import Row
from authz.engine.questions.kin import Kin
from tests.authz.engine.builders import rows_of

names = st.sampled_from("abcde")
links = st.lists(
    st.builds(Row, st.just("g"), st.tuples(names, names, st.sampled_from("xy")))
)


@given(links, names, names, st.sampled_from("xy"))
def test_who_reaches_is_reached(rows, one, other, domain):
    kin = Kin(3, rows)
    reaches = other in kin.upward.reached(one, domain)
    assert reaches == (one in kin.downward.reached(other, domain))


@given(links, names, names)
def test_what_stands_between_leads_there_and_without_it_nothing_does(rows, one, other):
    kin = Kin(3, rows)
    between = list(kin.between(one, other, "x"))
    rest = Kin(3, [row for row in rows if row not in between])
    assert one == other or other not in rest.upward.reached(one, "x")
    alone = Kin(3, between)
    assert (other in kin.upward.reached(one, "x")) == (
        other in alone.upward.reached(one, "x")
    )


def test_domains_are_those_in_which_a_name_has_a_role_or_a_member():
    kin = Kin(3, rows_of("g a b x\ng a c y\ng d b z"))
    assert (kin.domains_from("a"), kin.domains_to("b")) == (["x", "y"], ["x", "z"])
    assert (kin.domains_from("b"), kin.domains_to("nobody")) == ([], [])


def test_what_stands_between_stands_in_the_domain():
    rows = rows_of("g a b x\ng a b y\ng b c x\ng d b x")
    assert list(Kin(3, rows).between("a", "c", "x")) == [rows[0], rows[2]]


def test_columns_beyond_the_definition_are_ignored():
    kin = Kin(2, rows_of("g a b more\ng b c"))
    assert kin.upward.reached("a") == {"a", "b", "c"}
    assert [row.values[0] for row in kin.between("a", "c", "any")] == ["a", "b"]
    assert kin.row("a", "b", "x") == ("a", "b")


def test_a_walk_upward_takes_every_link_above_a_name():
    rows = rows_of("g a b x\ng b c y\ng c a x\ng d b x")
    kin = Kin(3, rows)
    assert list(kin.above(["a"])) == rows[:3]
    assert list(kin.above([])) == []
    assert sorted(row.place for row in kin.every()) == [row.place for row in rows]
    assert kin.row("a", "b", "x") == ("a", "b", "x")
