"""The two guards of the model: who may ask, and where; each holds without the other."""

import pytest

from authz.engine import ReferenceEvaluator, read_model
from authz.policy import default_folder, read_folder, release_rows

RELEASE = read_folder(default_folder())
SUBJECT = 'keyMatch(r.subject, "u_*") && '
ACCOUNT = 'keyMatch(r.account, "a_*") && '
# casbin says that a name has itself as a role, whatever the rows
PRETENDER = ("invoicing.read", "reception:view", "dashboard", "view")


def allowed(*left_out: str) -> bool:
    text = RELEASE.model.text
    for guard in left_out:
        assert guard in text
        text = text.replace(guard, "")
    return ReferenceEvaluator(read_model(text), release_rows(RELEASE, "a_1")).decide(
        PRETENDER
    )


def test_without_guards_a_permission_may_use_itself_in_a_service():
    assert allowed(SUBJECT, ACCOUNT)


@pytest.mark.parametrize("left_out", [(), (SUBJECT,), (ACCOUNT,)])
def test_either_guard_refuses_it(left_out):
    assert not allowed(*left_out)
