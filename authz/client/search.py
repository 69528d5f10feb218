"""Searches, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from authz.client.answers import Page, page, read_object
from authz.client.asking import Asking
from authz.client.errors import BrokenAnswerError
from authz.client.questions import written


@dataclass(frozen=True, slots=True)
class Search:
    """What a search finds; asks for a page when it is come to, anew in each loop."""

    asking: Asking = field(repr=False)
    path: str
    body: dict[str, Any] = field(repr=False)
    #: The type of what is found, None for actions.
    kind: str | None
    #: Results to a page; None: as many as the service gives.
    limit: int | None

    def __iter__(self) -> Iterator[str]:
        for found in self.pages():
            yield from found.results

    def pages(self) -> Iterator[Page]:
        """Each with the revision it was right at.

        Raises:
            ClientError: the one that says what is wrong; what came before stands.
        """
        about: dict[str, Any] = {} if self.limit is None else {"limit": self.limit}
        tokens: set[str] = set()
        while True:
            body = {**self.body, "page": about} if about else self.body
            found = self._fetch(body)
            yield found
            if not found.next_token:
                return
            if found.next_token in tokens:
                raise BrokenAnswerError("the search goes round in a circle")
            tokens.add(found.next_token)
            about = {**about, "token": found.next_token}

    def _fetch(self, body: dict[str, Any]) -> Page:
        return self.asking.post(
            self.path,
            written(body),
            lambda answer, stamp: page(read_object(answer), stamp, self.kind),
        )
