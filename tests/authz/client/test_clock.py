"""The end of a call."""

import pytest

from authz.client.clock import Deadline


def test_what_is_left_of_a_call_is_never_more_than_was_given() -> None:
    assert Deadline(60).within(1) == 1
    assert 59 < Deadline(60).within(100) <= 60


def test_a_call_that_is_over_has_no_time_left() -> None:
    with pytest.raises(TimeoutError):
        Deadline(0).within(1)
