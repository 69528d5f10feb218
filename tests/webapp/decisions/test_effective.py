"""A download is of one revision and one time, or there is none."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from authz import Decision, NotReadyError, Reason
from authz.policy import default_folder, read_folder
from webapp.decisions.effective import effective

RELEASE = read_folder(default_folder())
LATER = datetime.now(UTC) + timedelta(days=1)


class Moving:
    """An enforcer whose policy changes at each of so many of its calls."""

    def __init__(self, changes: int = 0, dates: tuple[Any, ...] = (None,)) -> None:
        self.revision, self._changes, self._dates = 1, changes, list(dates)

    def users(self, _account: str) -> tuple[str, ...]:
        if self._changes:
            self._changes -= 1
            self.revision += 1
        return "u_2", "u_1"

    def valid_until(self, _account: str) -> datetime | None:
        found: datetime | None = self._dates[0]
        if len(self._dates) > 1:
            self._dates.pop(0)
        return found

    def release(self) -> Any:
        return SimpleNamespace(catalogue=RELEASE.catalogue)

    def decide(self, *_question: str) -> Decision:
        return Decision(
            allowed=False, reason=Reason.NOT_A_MEMBER, revision=self.revision
        )

    def decide_many(
        self, user: str, _account: str, actions: list[tuple[str, str]]
    ) -> list[Decision]:
        """The first user may see drafts, the second nothing."""
        may = [user == "u_1" and action == ("draft", "view") for action in actions]
        return [
            Decision(
                allowed=one,
                reason=Reason.GRANTED if one else Reason.NO_PERMISSION,
                revision=self.revision,
            )
            for one in may
        ]


def test_everybody_is_in_it_with_what_is_allowed() -> None:
    found = effective(Moving(), "a_1")  # type: ignore[arg-type]
    assert found.users == {"u_1": ["draft.view"], "u_2": []}
    assert list(found.users) == ["u_1", "u_2"]
    assert (found.revision, found.valid_until, found.seconds) == (1, None, 5.0)


def test_only_those_who_are_named() -> None:
    found = effective(Moving(changes=9), "a_1", ["u_2"])  # type: ignore[arg-type]
    assert found.users == {"u_2": []}


@pytest.mark.parametrize("changes", [1, 2])
def test_a_change_in_between_has_it_read_again(changes: int) -> None:
    found = effective(Moving(changes), "a_1")  # type: ignore[arg-type]
    assert found.revision == changes + 1


def test_a_policy_that_changes_each_time_is_not_downloaded() -> None:
    with pytest.raises(NotReadyError, match="too often"):
        effective(Moving(3), "a_1")  # type: ignore[arg-type]


def test_a_date_that_passes_in_between_has_it_read_again() -> None:
    moving = Moving(dates=(LATER - timedelta(hours=1), LATER))
    assert effective(moving, "a_1").valid_until == LATER  # type: ignore[arg-type]


def test_a_date_in_the_past_is_none_to_rely_on() -> None:
    past = LATER - timedelta(days=2)
    with pytest.raises(NotReadyError):
        effective(Moving(dates=(past,)), "a_1")  # type: ignore[arg-type]


def test_a_date_that_comes_soon_ends_it_sooner() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    assert 0 < effective(Moving(dates=(soon,)), "a_1").seconds <= 3  # type: ignore[arg-type]
    assert effective(Moving(dates=(LATER,)), "a_1").seconds == 5  # type: ignore[arg-type]
