"""How a process learns that something was committed, without asking the database."""

from typing import Protocol

from authz.storage.page import Page, ReadHead


class Watch(Protocol):
    """What a decision looks at before and after it evaluates."""

    def word(self) -> int:
        """2R when revision R is settled; odd when a change may be under way."""
        ...

    def remap(self) -> None:
        """Make sure that `word` looks at the right place."""
        ...

    def settle(self) -> None:
        """Put a word right that a dead writer left; never waits, never raises."""
        ...


class PageWatch:
    """SQLite on one host: the revision page."""

    def __init__(self, page: Page, read_head: ReadHead) -> None:
        self._page, self._read_head = page, read_head
        #: the word of the page; asked twice in each decision, so without a detour
        self.word = page.word

    def remap(self) -> None:
        """Follow the path to the page it names now."""
        self._page.remap()

    def settle(self) -> None:
        """At the revision read under the page's lock."""
        self._page.settle(self._read_head)


class EveryTime:
    """Any store: nothing is ever settled, so each decision reads before and after."""

    def word(self) -> int:
        """Never settled."""
        return -1

    def remap(self) -> None:
        """There is no page."""

    def settle(self) -> None:
        """There is no page."""
