"""A call: with the key, in the time there is, to an answer or to a specific error."""

import re
import secrets
from collections.abc import Mapping
from http.client import HTTPException
from typing import NoReturn

from authz.client.address import Address
from authz.client.answers import read_json
from authz.client.clock import Deadline, Timeouts
from authz.client.errors import (
    BadRequestError,
    BrokenAnswerError,
    RefusedError,
    SettingsError,
    ThrottledError,
    UnavailableError,
)
from authz.client.pool import Pool
from authz.client.trying import keep_trying, retry_after
from authz.client.wire import Answer, Request

_KEY = re.compile(r"[\x21-\x7e]{1,1024}")
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
_DETAIL_LETTERS = 200
#: The largest answer of a decision, a batch or a page, and of a download.
BODY_BYTES = 4 * 1024 * 1024
DOWNLOAD_BYTES = 64 * 1024 * 1024


class Channel:
    """Speaks with one service; safe on every thread."""

    def __init__(
        self, address: Address, key: str | None, pool: Pool, timeouts: Timeouts
    ) -> None:
        _require_key(key)
        self.address, self._key = address, key
        self._pool, self._timeouts = pool, timeouts

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """A 200.

        Raises:
            ClientError: the one that says what is wrong.
        """
        head = {**headers, "Content-Type": "application/json"}
        head["Content-Length"] = str(len(body))
        sent = self._head("POST", path, head) + body
        answer = self._call(Request("POST", sent, BODY_BYTES), headers["X-Request-ID"])
        if answer.status != 200:
            self._refuse(answer, headers["X-Request-ID"])
        return answer

    def download(self, path: str, headers: Mapping[str, str]) -> Answer:
        """A 200, or a 304 where the headers hold what is known already.

        Raises:
            ClientError: the one that says what is wrong.
        """
        sent = self._head("GET", path, headers)
        answer = self._call(
            Request("GET", sent, DOWNLOAD_BYTES), headers["X-Request-ID"]
        )
        if answer.status == 304 and "If-None-Match" in headers:
            return answer
        if answer.status != 200:
            self._refuse(answer, headers["X-Request-ID"])
        return answer

    def close(self) -> None:
        """Close what is not in use."""
        self._pool.close()

    def _call(self, request: Request, request_id: str) -> Answer:
        deadline = Deadline(self._timeouts.whole)
        try:
            return keep_trying(lambda: self._pool.exchange(request, deadline), deadline)
        except TimeoutError as error:
            raise UnavailableError("no answer in time", request_id) from error
        except OSError as error:
            text = f"no answer: {error.strerror or type(error).__name__}"
            raise UnavailableError(text, request_id) from error
        except HTTPException as error:
            text = f"no answer of Delega: {type(error).__name__}"
            raise BrokenAnswerError(text, request_id) from error

    def _head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        has_key = self._key is not None
        lines = [
            f"{method} {self.address.path}{path} HTTP/1.1",
            f"Host: {self.address.authority}",
            *([f"Authorization: Bearer {self._key}"] if has_key else []),
            "Accept: application/json",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    def _refuse(self, answer: Answer, request_id: str) -> NoReturn:
        status = answer.status
        text = f"{status}{self._detail(answer)}"
        # INVARIANT: no other place is asked: the key and the question are for this one
        if status in (400, 413, 415):
            raise BadRequestError(text, request_id)
        if status in (401, 403):
            raise RefusedError(text, request_id)
        if status == 429:
            raise ThrottledError(text, request_id, retry_after(answer))
        if 500 <= status < 600:
            raise UnavailableError(text, request_id, retry_after(answer))
        text = f"{text}; there is no such answer: is the address right?"
        raise BrokenAnswerError(text, request_id)

    def _detail(self, answer: Answer) -> str:
        """The service's own words, where they are plain ones."""
        try:
            said = read_json(answer.body)
        except ValueError:
            return ""
        if isinstance(said, dict):
            said = said.get("detail")
        if not isinstance(said, str) or not said.isprintable():
            return ""
        # INVARIANT: a key stands in no error, whoever repeats it
        told = said if self._key is None else said.replace(self._key, "…")
        return f": {told[:_DETAIL_LETTERS]}"


def _require_key(key: object) -> None:
    """None, or something that can be sent as one."""
    if key == "":
        text = "the key is empty: leave it out where the service asks for none"
        raise SettingsError(text)
    if key is None:
        return
    if not isinstance(key, str):
        raise SettingsError(f"the key is a text, not {type(key).__name__}")
    if not _KEY.fullmatch(key):
        raise SettingsError("the key is not one line of plain letters")


def request_id_of(wanted: str) -> str:
    """That one, or a new one.

    Raises:
        BadRequestError: it can not be sent.
    """
    if not wanted:
        return secrets.token_hex(8)
    if not _REQUEST_ID.fullmatch(wanted):
        raise BadRequestError("a request id is 1 to 128 plain letters, without blanks")
    return wanted
