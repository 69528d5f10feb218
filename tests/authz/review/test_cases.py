"""Story cases: what they catch, and how they say it."""

from collections.abc import Sequence

import pytest

from authz.engine import CompiledEvaluator, Model, ReferenceEvaluator, Row
from authz.errors import PolicyError
from authz.policy import default_folder, read_folder
from authz.review import case_texts, read_cases, run_cases
from tests.authz.folder import release_with

RELEASE = read_folder(default_folder())
CASE = """title = "t"

[[case]]
name = "sends"
accounts.rossi = { edition = "FE" }
people.anna = { holds = ["invoicing.read", "invoicing.send_sdi"] }
[[case.ask]]
who = "anna"
allow = [
    "draft.view",
    "draft.send",
]
deny = ["draft.create"]
"""


def run(text: str):
    return run_cases(RELEASE, {"cases/t.toml": text})


def said(text: str) -> list[str]:
    return [str(fault) for fault in run(text).faults]


def test_a_true_case_passes_and_is_counted():
    report = run(CASE)
    assert report.ok
    assert (report.cases, report.questions) == (1, 3)
    unused = {f"{g.resource}.{g.action}" for g in report.never_allowed}
    assert len(unused) == len(RELEASE.catalogue) - 2
    assert "draft.create" in unused


def test_a_wrong_allow_names_file_line_and_case():
    assert said(CASE.replace('"draft.send"', '"draft.update"')) == [
        'cases/t.toml:11: DLG140 case "sends": it allows `draft.update`, the policy denies it'
    ]


def test_a_wrong_deny_names_file_line_and_case():
    assert said(CASE.replace('deny = ["draft.create"]', 'deny = ["draft.print"]')) == [
        'cases/t.toml:13: DLG140 case "sends": it denies `draft.print`, the policy allows it'
    ]


def test_the_rest_must_be_denied_when_a_case_says_so():
    faults = said(CASE.replace("deny = [", 'rest = "deny"\ndeny = ['))
    assert any(
        "it denies `sent_invoice.list`, the policy allows it" in f for f in faults
    )
    assert all(f.startswith("cases/t.toml:13:") for f in faults)


def test_a_misspelt_action_is_an_error_and_no_quiet_deny():
    (fault,) = said(CASE.replace('"draft.create"', '"draft.craete"'))
    assert "cases/t.toml:7: DLG140" in fault
    assert "unknown action `draft.craete`; did you mean `draft.create`" in fault


def test_a_pattern_stands_for_all_it_matches_and_must_match_something():
    assert run(CASE.replace('"draft.create"', '"bank.*e"')).questions == 2 + 3
    (fault,) = said(CASE.replace('"draft.create"', '"drafts.*"'))
    assert "the pattern matches nothing" in fault


def test_a_lone_star_shows_the_use_of_no_grant():
    owner = CASE.replace(
        'holds = ["invoicing.read", "invoicing.send_sdi"]', 'is = "owner"'
    )
    report = run(
        owner.replace('"draft.view"', '"*"').replace('deny = ["draft.create"]', "")
    )
    assert "draft.view" in {f"{g.resource}.{g.action}" for g in report.never_allowed}


def test_unknown_names_are_refused_and_known_ones_are_not_unknown():
    assert run(CASE + 'unknown = ["draft.sned", "draft"]\n').ok
    (fault,) = said(CASE + 'unknown = ["draft.send"]\n')
    assert "the catalogue has it: use deny" in fault


def test_no_case_at_all_is_an_error():
    for texts in ({}, {"cases/t.toml": 'title = "nothing"\n'}):
        report = run_cases(RELEASE, texts)
        assert not report.ok
        assert "there is no case at all" in str(report.faults[0])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "t"', "", "needs `title`"),
        ('title = "t"', 'title = "t"\nspare = 1', "`spare` is not known here"),
        ('name = "sends"', "", "needs `name`"),
        ('name = "sends"', 'name = "sends"\nnote = 1', "unknown key `note`"),
        ('accounts.rossi = { edition = "FE" }', "", "needs an account"),
        (
            'accounts.rossi = { edition = "FE" }',
            "accounts = 3",
            "needs `accounts`, a table",
        ),
        ('edition = "FE"', 'edition = "XX"', "needs `edition`, FE or SR"),
        (
            'edition = "FE"',
            'edition = "FE", service = "over"',
            "`service` that is not one of",
        ),
        ('edition = "FE"', 'edition = "FE", space = "small"', "neither free nor full"),
        (
            'edition = "FE"',
            'edition = "FE", modules = ["quotes"]',
            "has the module `quotes`",
        ),
        (
            'edition = "FE"',
            'edition = "FE", modules = ["orders, over"]',
            "module `orders, over`",
        ),
        ("holds =", 'is = "retired", holds =', "is `retired`; known are owner, active"),
        ("holds =", 'in = "verdi", holds =', "needs `in`, one of the accounts"),
        ("holds =", 'seat = "broken", holds =', "not paid, ended or none"),
        ("holds =", "hold =", "unknown key `hold`"),
        (
            "people.anna = {",
            'people.anna = { is = "delegate", delegations = { verdi = { is = "accepted" } },',
            "needs a known account and `is`",
        ),
        (
            "people.anna = {",
            'people.anna = { is = "delegate", delegations = { rossi = { is = "gone" } },',
            "needs a known account and `is`",
        ),
        (
            'edition = "FE"',
            'edition = "FE", second_factor = 1',
            "needs `second_factor`",
        ),
        (
            "people.anna = {",
            'people.anna = { is = "delegate", second_factor = "yes", '
            'delegations = { rossi = { is = "asked" } },',
            "neither on nor off",
        ),
        ("holds =", 'second_factor = "on", holds =', "unknown key `second_factor`"),
        (
            "people.anna = {",
            'people.anna = { is = "delegate", seat = "paid",',
            "unknown key `seat`",
        ),
        ("[[case.ask]]", "[case.ask]", "needs `ask`, an array of tables"),
        ("[[case.ask]]", "[case.other]", "asks nothing"),
        ('who = "anna"', 'who = "bruno"', "needs `who`, one of the people"),
        (
            'who = "anna"',
            'who = "anna"\nin = "verdi"',
            "needs `in`, one of the accounts",
        ),
        (
            'who = "anna"',
            'who = "anna"\nrest = "allow"',
            "has a `rest` that is not deny",
        ),
        ('who = "anna"', 'who = "anna"\nallowed = []', "unknown key `allowed`"),
    ],
)
def test_a_case_that_can_not_be_read_is_an_error(old, new, says):
    assert old in CASE
    with pytest.raises(PolicyError, match=says):
        read_cases(CASE.replace(old, new, 1), "cases/t.toml")
    assert not run(CASE.replace(old, new, 1)).ok


def test_other_cases_of_a_folder_run_beside_one_that_can_not_be_read():
    report = run_cases(RELEASE, {"cases/a.toml": "=", "cases/b.toml": CASE})
    assert report.cases == 1
    assert len(report.faults) == 1


def test_the_line_is_the_asks_own_in_a_file_of_many():
    second = CASE.replace('title = "t"\n', "").replace(
        'name = "sends"', 'name = "again"'
    )
    text = CASE + second.replace('"draft.send"', '"draft.update"')
    (fault,) = run(text).faults
    assert text.splitlines()[fault.line - 1].strip() == '"draft.update",'
    assert fault.line > len(CASE.splitlines())


def test_a_second_ask_of_a_case_has_its_own_line():
    text = CASE + '[[case.ask]]\nwho = "anna"\nallow = ["draft.delete"]\n'
    (fault,) = run(text).faults
    assert fault.line == len(CASE.splitlines()) + 3


def test_asks_written_inside_the_case_still_say_where_the_case_is():
    inline = (
        CASE.split("[[case.ask]]")[0]
        + 'ask = [{ who = "anna", allow = ["draft.update"] }]\n'
    )
    (fault,) = run(inline).faults
    assert 'case "sends"' in str(fault)
    assert fault.line == 7


def test_a_name_in_single_quotes_still_says_where_its_ask_is():
    (fault,) = run(CASE.replace('"draft.send"', "'draft.update'")).faults
    assert fault.line == 7


# the shipped cases by the engine, which is quicker over them than casbin


def test_a_grant_taken_away_breaks_the_shipped_cases():
    release = release_with(
        "grants.csv",
        "p, invoicing.send_sdi, -, invoicing:change, draft, send\n",
        "p, owner, -, invoicing:change, draft, send\n",
    )
    faults = run_cases(release, case_texts(release), CompiledEvaluator).faults
    assert faults
    assert all("it allows `draft.send`, the policy denies it" in str(f) for f in faults)


def test_a_prerequisite_taken_away_breaks_the_shipped_cases():
    release = release_with(
        "permissions.toml",
        'requires = ["invoicing.read", "invoicing.create_edit"]',
        "requires = []",
    )
    report = run_cases(release, case_texts(release), CompiledEvaluator)
    faults = [str(f) for f in report.faults]
    assert any("it denies `bank.create`, the policy allows it" in f for f in faults)


def test_any_evaluator_can_be_put_to_the_cases():
    built = []

    def make(model: Model, rows: Sequence[Row]) -> ReferenceEvaluator:
        built.append(len(rows))
        return ReferenceEvaluator(model, rows)

    assert run_cases(RELEASE, {"cases/t.toml": CASE}, make).ok
    assert len(built) == 1


def test_a_seat_that_is_none_and_a_role_of_ones_own():
    none = CASE.replace("holds =", 'seat = "none", holds =')
    assert "the policy denies it" in said(none)[0]
    assert run(CASE.replace("holds =", "role =")).ok
