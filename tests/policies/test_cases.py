"""Every story in policies/cases is true, and together they use every grant."""

from authz.policy import default_folder, read_folder
from authz.review import case_texts, run_cases

RELEASE = read_folder(default_folder())
REPORT = run_cases(RELEASE, case_texts(RELEASE))


def test_every_case_is_true():
    assert [str(fault) for fault in REPORT.faults] == []


def test_there_are_enough_cases_to_speak_of():
    assert REPORT.cases >= 50
    assert REPORT.questions >= 5000


def test_every_grant_is_allowed_by_name_somewhere():
    assert [grant.place for grant in REPORT.never_allowed] == []
