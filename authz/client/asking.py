"""How a client asks: shared by all its views, but for what each adds."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from authz.client.answers import Stamp, stamp_of
from authz.client.channel import Channel, request_id_of
from authz.client.errors import BadRequestError, BrokenAnswerError
from authz.client.forking import after_fork
from authz.client.wire import Answer

T = TypeVar("T")

_ACCOUNT = re.compile(r"[A-Za-z0-9_]{1,64}")


class Newest:
    """The newest revision that was seen; demanded again when it is to be remembered."""

    def __init__(self, *, remember: bool) -> None:
        self._remember = remember
        self.revision = 0
        self._start()
        after_fork(self._start)

    def note(self, revision: int) -> None:
        """It was seen."""
        with self._lock:
            self.revision = max(self.revision, revision)

    def demanded(self, wanted: int) -> int:
        """The revision to ask for; 0: any."""
        return max(wanted, self.revision) if self._remember else wanted

    def _start(self) -> None:
        self._lock = threading.Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What every request of a view has.

    Attributes:
        account: in the address; empty where each question names its own.
        revision: no answer may be older; 0: any.
        request_id: of every request; empty: each has its own.
    """

    channel: Channel
    newest: Newest
    account: str = ""
    revision: int = 0
    request_id: str = ""
    replica: bool = False

    def __post_init__(self) -> None:
        if self.account and not _ACCOUNT.fullmatch(self.account):
            raise BadRequestError("an account is letters, digits and `_`")
        if not 0 <= self.revision < 10**18:
            raise BadRequestError("a revision is a number, 0 or more")
        request_id_of(self.request_id)

    @property
    def demanded(self) -> int:
        """The revision that an answer must reach."""
        return self.newest.demanded(self.revision)

    def post(self, path: str, body: bytes, read: Callable[[Answer, Stamp], T]) -> T:
        """Ask, and read the answer.

        Raises:
            ClientError: the one that says what is wrong.
        """
        headers, demanded = self._headers()
        base = f"/a/{self.account}" if self.account else ""
        answer = self.channel.post(base + path, body, headers)
        return self._read(answer, headers["X-Request-ID"], demanded, read)

    def download(
        self, account: str, etag: str, read: Callable[[Answer, Stamp], T]
    ) -> T:
        """Fetch an account's permissions, if they are not those of that tag.

        Raises:
            ClientError: the one that says what is wrong.
        """
        headers, demanded = self._headers()
        if etag:
            headers["If-None-Match"] = etag
        path = f"/a/{account}/access/v1/permissions"
        answer = self.channel.download(path, headers)
        return self._read(answer, headers["X-Request-ID"], demanded, read)

    def _headers(self) -> tuple[dict[str, str], int]:
        headers = {"X-Request-ID": request_id_of(self.request_id)}
        demanded = self.demanded
        if demanded:
            headers["Delega-At-Least"] = str(demanded)
        return headers, demanded

    def _read(
        self,
        answer: Answer,
        request_id: str,
        demanded: int,
        read: Callable[[Answer, Stamp], T],
    ) -> T:
        stamp = stamp_of(answer, request_id)
        # INVARIANT: an older answer than was asked for is none, whoever gave it
        if demanded and (stamp.revision or 0) < demanded:
            text = f"the answer is older than revision {demanded}"
            raise BrokenAnswerError(text, stamp.request_id)
        try:
            found = read(answer, stamp)
        except ValueError as error:
            text = f"no answer of Delega: {error}"
            raise BrokenAnswerError(text, stamp.request_id) from error
        self.newest.note(stamp.revision or 0)
        return found
