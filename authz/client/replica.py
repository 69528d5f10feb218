"""Local replicas: an account's permissions, downloaded and believed for a short while.

Off by default. What a replica answers stands outside the promise of freshness: a right
that was taken away may be seen for `BELIEVED_SECONDS` more, and never past the next
dated change.
"""

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from authz.client.answers import Decision, Stamp, permissions, read_object
from authz.client.asking import Asking
from authz.client.clock import now
from authz.client.errors import ClientError
from authz.client.forking import after_fork
from authz.client.wire import Answer

_log = logging.getLogger("authz.client")
BELIEVED_SECONDS = 5.0
#: Accounts held; the one that was fetched longest ago goes first.
MOST_HELD = 1_000
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{1,128}"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Replica:
    """One account.

    Attributes:
        users: what each may do; None: it could not be fetched, ask the service.
        until: when it is not believed any more, on the clock of `now`.
    """

    until: float
    users: Mapping[str, frozenset[str]] | None = field(default=None, repr=False)
    revision: int = 0
    release: str = ""
    etag: str = ""


_NONE = Replica(until=0.0)


class Replicas:
    """The accounts that a client holds; safe on every thread."""

    def __init__(self) -> None:
        self._held: dict[str, Replica] = {}
        self._start()
        after_fork(self._start)

    def decide(self, asking: Asking, question: Mapping[str, Any]) -> Decision | None:
        """What the account's replica says; None: the service is to be asked."""
        account = asking.account or question.get("context", {}).get("account")
        if not isinstance(account, str) or not _is_plain(question, account):
            return None
        held = self._held.get(account, _NONE)
        if now() >= held.until:
            held = self._fetch_once(replace(asking, account=account), held)
        # INVARIANT: looked at again, since the way here may have taken the time
        if held.users is None or now() >= held.until:
            return None
        if held.revision < asking.demanded:
            return None
        named = f"{question['resource']['type']}.{question['action']['name']}"
        allowed = named in held.users.get(question["subject"]["id"], ())
        return Decision(
            allowed=allowed, revision=held.revision, release=held.release, fresh=False
        )

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._fetching: set[str] = set()

    def _fetch_once(self, asking: Asking, held: Replica) -> Replica:
        """One thread fetches; the others ask the service in the meantime."""
        with self._lock:
            if asking.account in self._fetching:
                return _NONE
            self._fetching.add(asking.account)
        try:
            new = _fetch(asking, held)
            with self._lock:
                self._held.pop(asking.account, None)
                self._held[asking.account] = new
                if len(self._held) > MOST_HELD:
                    del self._held[next(iter(self._held))]
        finally:
            with self._lock:
                self._fetching.discard(asking.account)
        return new


def _fetch(asking: Asking, held: Replica) -> Replica:
    # INVARIANT: counted from before the request, so that its way back is in the time
    begun = now()

    def read(answer: Answer, stamp: Stamp) -> Replica:
        until = begun + _believed(answer)
        if stamp.revision is None:
            raise ValueError("it names no revision")
        if answer.status == 304:
            return replace(held, until=until, revision=stamp.revision)
        etag = answer.headers.get("ETag", "")
        return Replica(
            until=until,
            users=permissions(read_object(answer), asking.account),
            revision=stamp.revision,
            release=stamp.release,
            etag=etag if _ETAG.fullmatch(etag) else "",
        )

    try:
        return asking.download(asking.account, held.etag, read)
    except ClientError as error:
        _log.warning("no replica, the service is asked instead: %s", error)
        return Replica(until=begun + BELIEVED_SECONDS)


def _believed(answer: Answer) -> float:
    """The service counts until the next dated change, so that no wall clock is asked.

    Raises:
        ValueError: it does not say.
    """
    text = answer.headers.get("Delega-Valid-For", "")
    if not _SECONDS.fullmatch(text):
        raise ValueError("it does not say how long it holds")
    return min(float(text), BELIEVED_SECONDS)


def _is_plain(question: Mapping[str, Any], account: str) -> bool:
    """Nothing in it that a replica could not know of."""
    subject, action = question["subject"], question["action"]
    resource, context = question["resource"], question.get("context", {})
    return (
        set(subject) == {"type", "id"}
        and subject["type"] == "user"
        and set(resource) == {"type", "id"}
        and set(action) == {"name"}
        and set(context) <= {"account"}
        and context.get("account", account) == account
        and isinstance(subject["id"], str)
        and isinstance(resource["type"], str)
        and isinstance(action["name"], str)
    )
