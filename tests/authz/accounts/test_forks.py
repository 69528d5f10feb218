"""What is to be done first in a child, and by whom."""

import gc
import os

from authz.accounts import forks
from authz.accounts.forks import in_children


class Told:
    def __init__(self, said: list[str], name: str) -> None:
        self._said, self._name = said, name
        in_children(self.restart)

    def restart(self) -> None:
        self._said.append(self._name)


def test_children_call_those_that_live_in_the_order_in_which_they_came() -> None:
    said: list[str] = []
    first, gone, last = Told(said, "first"), Told(said, "gone"), Told(said, "last")
    del gone
    gc.collect()
    child = os.fork()
    if child == 0:
        os._exit(0 if said == ["first", "last"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert said == []
    assert first is not last


def test_nothing_is_left_of_those_that_are_gone() -> None:
    gc.collect()
    before = len(forks._restarts)
    for number in range(100):
        Told([], str(number))
    gc.collect()
    assert len(forks._restarts) == before
