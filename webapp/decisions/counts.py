"""How much was answered, by which door; of one process, shown by /readyz."""

import threading
from enum import StrEnum


class Door(StrEnum):
    """How a request came in."""

    PAGE = "page"
    LANE = "lane"
    FORWARD = "forward"


class Counts:
    """Counts answers: of pages on any thread, of the lane on one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: door -> [requests, decisions]
        self._made = {door: [0, 0] for door in Door}

    def add(self, door: Door, decisions: int) -> None:
        """One request was answered; `decisions` were made for it."""
        made = self._made[door]
        if door is Door.LANE:
            made[0] += 1
            made[1] += decisions
            return
        with self._lock:
            made[0] += 1
            made[1] += decisions

    def shown(self) -> dict[str, dict[str, int]]:
        """Requests and decisions of each door."""
        return {
            door.value: {"requests": made[0], "decisions": made[1]}
            for door, made in self._made.items()
        }
