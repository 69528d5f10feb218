"""A mapping file is read whole and strictly, or not at all."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import UnknownNameError
from authz.pdp.forward import MappingError, ShapeError, load_map, read_map, read_target
from authz.pdp.forward.mapping import ForwardMap
from tests.authz.pdp.forward.lenient import lenient

ACCOUNT = "a_" + "q" * 26
OTHER = "a_" + "z" * 26
GOOD = f"""
account = "{OTHER}"

[subject]
header = "X-User"
type = "user_name"

[[rule]]
method = "GET"
path = "/invoices/{{id:int}}"
requires = "draft.view"

[[rule]]  # the account stands in the path
method = ["PUT", "PATCH"]
path = "/a/{{account}}/invoices/{{id}}"
requires = "draft.update"

[[rule]]
method = "POST"
path = "/invoices"
requires = "draft.create"
account = "{ACCOUNT}"
"""


class Catalogue:
    """Knows three actions."""

    def named(self, key: str) -> object:
        if key not in ("draft.view", "draft.update", "draft.create"):
            raise UnknownNameError("action", key)
        return key


def faults(text: str) -> list[str]:
    with pytest.raises(MappingError) as refused:
        read_map(text, "forward.toml", Catalogue())
    return [str(fault) for fault in refused.value.faults]


def a_rule(**facts: str) -> str:
    written = {
        "method": '"GET"',
        "path": '"/x"',
        "requires": '"draft.view"',
        "account": f'"{ACCOUNT}"',
        **facts,
    }
    lines = [f"{key} = {text}" for key, text in written.items() if text]
    return "\n".join(["[[rule]]", *lines, ""])


def found(mapping: ForwardMap, method: str, path: str) -> tuple[str, str] | None:
    match = mapping.match(method, read_target(path))
    if match is None:
        return None
    return f"{match.rule.resource}.{match.rule.action}", match.account


def test_a_request_finds_its_action_and_account() -> None:
    mapping = read_map(GOOD, "forward.toml", Catalogue())
    assert (mapping.subject_header, mapping.subject_type) == ("X-User", "user_name")
    assert [rule.line for rule in mapping.rules] == [8, 13, 18]
    assert found(mapping, "GET", "/invoices/7?x=1") == ("draft.view", OTHER)
    assert found(mapping, "POST", "/invoices") == ("draft.create", ACCOUNT)
    own = f"/a/{ACCOUNT}/invoices/7"
    assert found(mapping, "PUT", own) == ("draft.update", ACCOUNT)
    assert found(mapping, "PATCH", own) == ("draft.update", ACCOUNT)


def test_what_fits_no_rule_finds_none() -> None:
    mapping = read_map(GOOD, "forward.toml")
    for method, path in (
        ("DELETE", "/invoices/7"),
        ("GET", "/invoices"),
        ("GET", "/invoices/7/"),
        ("GET", "/INVOICES/7"),
        ("PUT", "/a/a_x/invoices/7"),
        ("OPTIONS", "/invoices"),
    ):
        assert found(mapping, method, path) is None, (method, path)


def test_head_goes_with_get_and_with_nothing_else() -> None:
    mapping = read_map(GOOD, "forward.toml")
    assert found(mapping, "HEAD", "/invoices/7") == ("draft.view", OTHER)
    assert found(mapping, "HEAD", "/invoices") is None


def test_the_header_is_ours_and_holds_an_id_unless_the_file_says_otherwise() -> None:
    mapping = read_map(a_rule(), "forward.toml")
    assert mapping.subject_header == "X-Delega-Subject"
    assert mapping.subject_type == "user"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "forward.toml:1: DLG404 this is not TOML"),
        ("x = [", "forward.toml:1: DLG404 this is not TOML"),
        ("\ufeffrule = []", "this is not TOML"),
        ("", "forward.toml: DLG404 there is no [[rule]]"),
        ("rule = []", "there is no [[rule]]"),
        ("rule = [1]", "forward.toml:1: DLG404 `rule`: expected `object`, got `int`"),
        (a_rule() + "[more]", "forward.toml:6: DLG404 unknown key `more`; there are"),
        (
            '# accounts\naccounts = "x"\n' + a_rule(),
            "forward.toml:2: DLG404 unknown key `accounts`; there are account, subject",
        ),
        (
            'account = "a_x"\n' + a_rule(),
            "forward.toml:1: DLG404 `a_x` is no id of an account",
        ),
        ("account = 7\n" + a_rule(), "toml:1: DLG404 `account`: expected `str`, got"),
        ("subject = 7\n" + a_rule(), "toml:1: DLG404 `subject`: expected `object`"),
        (
            '[subject]\n\n"name" = "x"\n' + a_rule(),
            "forward.toml:3: DLG404 subject: unknown key `name`; there are header, type",
        ),
        (
            'subject.name = "x"\n' + a_rule(),
            "forward.toml:1: DLG404 subject: unknown key `name`",
        ),
        (
            '[subject]\ntype = "email"\n' + a_rule(),
            "forward.toml:2: DLG404 `type`: invalid enum value 'email'",
        ),
        (
            '[subject]\nheader = "User"\n' + a_rule(),
            "forward.toml:2: DLG404 `User` is no header",
        ),
        ('[subject]\nheader = "X_User"\n' + a_rule(), "`X_User` is no header"),
        ('[subject]\nheader = "X-Original-URI"\n' + a_rule(), "something else already"),
        (
            a_rule() + a_rule(path='"/y"', metod='"GET"'),
            "forward.toml:11: DLG404 rule 2: unknown key `metod`; there are method,",
        ),
        (a_rule(path=""), "rule 1: object missing required field `path`"),
        (a_rule(path="7"), "rule 1: expected `str`, got `int` - at `$.path`"),
        (a_rule(path='"x"'), "rule 1: a path begins with a slash"),
        (a_rule(requires='"draft.fly"'), "rule 1: unknown action `draft.fly`"),
        (a_rule(method='"get"'), "rule 1: the method `get` is none of GET, POST"),
        (a_rule(method='"HEAD"'), "the method `HEAD` is none of GET, POST"),
        (a_rule(method='"TRACE"'), "the method `TRACE` is none of"),
        (a_rule(method="[]"), "name each method once, and one at least"),
        (a_rule(method='["GET", "GET"]'), "name each method once"),
        (a_rule(account='"a_x"'), "rule 1: `a_x` is no id of an account"),
        (a_rule(account=""), "rule 1: name the account"),
        (a_rule(path='"/{account}"'), "rule 1: the account stands in the path and"),
        (a_rule() + a_rule(), "forward.toml:6: DLG404 rule 2: `/x` overlaps `/x` of"),
        (a_rule() + a_rule(path='"/X/"'), "rule 2: `/X/` overlaps `/x` of rule 1"),
        (a_rule() + a_rule(path='"/{id}"'), "of rule 1 for GET, HEAD"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, message: str) -> None:
    told = faults(text)
    assert len(told) == 1
    assert message in told[0]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    told = faults(a_rule(method='"get"') + a_rule(path='"x"') + a_rule() + a_rule())
    assert [fault.partition(": DLG404")[0] for fault in told] == [
        "forward.toml:1",
        "forward.toml:6",
        "forward.toml:16",
    ]


def test_an_unknown_key_hides_nothing_else_that_is_wrong() -> None:
    told = faults(
        '[subject]\nheader = "X-User"\ntypo = 1\ntype = 3\n'
        + a_rule(acount='"x"', requires='"draft.fly"')
        + a_rule(method='"get"')
    )
    assert [fault.partition(";")[0] for fault in told] == [
        "forward.toml:3: DLG404 subject: unknown key `typo`",
        "forward.toml:4: DLG404 `type`: expected `str`, got `int`",
        "forward.toml:5: DLG404 rule 1: unknown action `draft.fly`",
        "forward.toml:10: DLG404 rule 1: unknown key `acount`",
        "forward.toml:11: DLG404 rule 2: the method `get` is none of GET, POST, PUT, "
        "PATCH, DELETE, OPTIONS",
    ]


@pytest.mark.parametrize(
    ("many", "place"), [(1, "forward.toml:2: "), (2, "forward.toml: ")]
)
def test_the_line_of_a_key_in_braces_is_told_where_there_is_one(
    many: int, place: str
) -> None:
    rule = '{method = "GET", path = "/x", requires = "draft.view", acount = "x"},\n'
    told = faults(f'account = "{ACCOUNT}"\nrule = [{rule * many}]')
    assert told[0].startswith(f"{place}DLG404 rule 1: unknown key `acount`")


def test_rules_written_as_one_list_are_named_by_their_number() -> None:
    told = faults('rule = [{method = "GET", path = "x", requires = "draft.view"}]')
    assert len(told) == 1
    assert told[0].endswith("rule 1: a path begins with a slash")


def test_one_path_may_need_another_action_by_another_method() -> None:
    text = a_rule() + a_rule(method='"POST"', requires='"draft.create"')
    mapping = read_map(text, "forward.toml", Catalogue())
    assert found(mapping, "GET", "/x") == ("draft.view", ACCOUNT)
    assert found(mapping, "POST", "/x") == ("draft.create", ACCOUNT)


def test_without_a_catalogue_an_action_is_still_a_noun_and_a_verb() -> None:
    for name in ("draft", "draft.", ".view"):
        with pytest.raises(MappingError, match="write it as noun"):
            read_map(a_rule(requires=f'"{name}"'), "forward.toml")


def test_a_file_is_read_from_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "forward.toml"
    with pytest.raises(
        MappingError, match="toml: DLG404 the file is missing; write it"
    ):
        load_map(file)
    with pytest.raises(MappingError, match="can not be read: Is a directory"):
        load_map(tmp_path)
    file.write_bytes(b"#\n# \xff")
    with pytest.raises(
        MappingError, match="toml:2: DLG404 the line is not UTF-8; save"
    ):
        load_map(file)
    file.write_text(GOOD)
    assert len(load_map(file, Catalogue()).rules) == 3


OPEN = read_map(
    a_rule(path='"/{one}"')
    + a_rule(path='"/files/{name}"', requires='"draft.update"')
    + a_rule(path='"/files/{name}/secret"', requires='"draft.create"')
    + a_rule(path='"/static/a/b/{rest...}"', requires='"draft.update"'),
    "forward.toml",
)
PARTS = """
files FILES secret Secret static a b . .. x %2e%2e ..; x;y x%2Fsecret x%5Csecret
secret%00 secret. secret%20 x%252Fsecret %73ecret x／secret x%EF%BC%8Fsecret
"""
SPELLINGS = st.lists(st.sampled_from(["", *PARTS.split()]), min_size=1, max_size=5).map(
    lambda parts: "/" + "/".join(parts)
)


def answer(path: str) -> object:
    """The rule, None: it is refused."""
    try:
        match = OPEN.match("GET", read_target(path))
    except ShapeError:
        return None
    return match.rule if match else None


@given(st.lists(SPELLINGS, min_size=2, max_size=20))
def test_two_spellings_of_one_path_never_find_two_rules(paths: list[str]) -> None:
    rules: dict[str, object] = {}
    for path in paths:
        rule = answer(path)
        if rule is not None:
            assert rules.setdefault(lenient(path), rule) is rule


def test_all_short_spellings_of_one_path_find_one_rule() -> None:
    parts = ("files", "FILES", "secret", "..", "", "x;y", "x%2Fsecret", "secret.")
    rules: dict[str, object] = {}
    for length in (1, 2, 3):
        for chosen in product(parts, repeat=length):
            path = "/" + "/".join(chosen)
            rule = answer(path)
            if rule is not None:
                assert rules.setdefault(lenient(path), rule) is rule
    assert len(set(map(id, rules.values()))) == 3
