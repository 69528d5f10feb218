"""The front door: names load when they are used, and unknown ones are errors."""

import pytest

import authz
import authz.storage
from authz import TEXTS, Decision, Reason


@pytest.mark.parametrize("module", [authz, authz.storage])
def test_every_name_of_the_door_is_there(module: object) -> None:
    for name in module.__all__:  # type: ignore[attr-defined]
        assert getattr(module, name) is not None


@pytest.mark.parametrize("module", [authz, authz.storage])
def test_other_names_are_not(module: object) -> None:
    with pytest.raises(AttributeError, match="nothing"):
        module.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_every_reason_has_its_texts() -> None:
    assert set(TEXTS) == set(Reason)
    assert all(all(texts) for texts in TEXTS.values())


def test_a_decision_reads_in_both_languages_and_says_when_the_service_refuses() -> None:
    full = Decision(allowed=False, reason=Reason.SPACE_FULL, revision=1)
    assert full.inert
    assert full.text("it").startswith("Lo spazio")
    assert full.text("en").startswith("The space")
    assert not Decision(allowed=False, reason=Reason.NO_PERMISSION, revision=1).inert
