"""Which service asks: its key is checked at every request, as fresh as a decision.

`Callers` knows no Flask: a view and a worker that reads requests by itself ask the same.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, cast

from flask import Flask, current_app, g, request
from werkzeug.exceptions import Forbidden, TooManyRequests, Unauthorized

from authz import PageWatch, Watch
from authz.storage import head_reader, lone_engine, page_of
from config.settings import Settings
from webapp.decisions.keyring import Caller, Keyring, NoSuchKeyError, StoredKey
from webapp.decisions.keys import read_key
from webapp.decisions.last_use import LastUse
from webapp.decisions.meter import Meter
from webapp.scopes import SCOPES as WORDS

__all__ = ["SCOPES", "Caller", "Callers", "Refused", "callers", "init_app"]

SCOPES = tuple(WORDS)
_CALLERS = "delega_known_callers"
#: Keys recognised without reading them anew; more than these are forgotten together.
_MOST_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class Refused:
    """No decision; `retry_after` in seconds, with a 429."""

    status: int
    message: str
    retry_after: int = 0


NO_KEY = Refused(401, "send a live key as `Authorization: Bearer dlg_live_…`")


class Callers:
    """Who asks, whether they may, and how much; safe on every thread."""

    def __init__(
        self, get: Callable[[str], StoredKey], meter: Meter, last_use: LastUse
    ) -> None:
        self._get, self._meter, self._last_use = get, meter, last_use
        self._known: dict[bytes, StoredKey] = {}

    def admit(self, authorization: str, scope: str) -> Caller | Refused:
        """What the guard asks: a live key, of that scope, that has one decision left."""
        stored = self.recognise(authorization)
        return stored if isinstance(stored, Refused) else self.let_in(stored, scope)

    def let_in(self, stored: StoredKey, scope: str) -> Caller | Refused:
        """The same of a key that was recognised, or is unchanged, at this request."""
        caller = stored.caller
        if scope not in caller.scopes:
            return Refused(403, f"this key lacks the scope `{scope}`")
        now = time.monotonic()
        self._last_use.note(caller.id, now)
        seconds = self._meter.take(caller.id, 1, now)
        return _too_many(seconds) if seconds else caller

    def caller_of(self, authorization: str) -> Caller | Refused:
        """Who asks by an `Authorization` header.

        Raises:
            NotReadyError: it can not be told now; never to be read as a yes.
        """
        stored = self.recognise(authorization)
        return stored if isinstance(stored, Refused) else stored.caller

    def is_unchanged(self, stored: StoredKey) -> bool:
        """Whether the keyring says the same of a key as when it was recognised.

        Raises:
            NotReadyError: it can not be told now; never to be read as a yes.
        """
        try:
            now = self._get(stored.caller.id)
        except NoSuchKeyError:
            return False
        return now is stored or now == stored

    def recognise(self, authorization: str) -> StoredKey | Refused:
        """The key that an `Authorization` header carries.

        INVARIANT: a key whose end was acknowledged before this call is refused, on any
        worker: what is recognised counts only while the keyring says the same of it.

        Raises:
            NotReadyError: it can not be told now; never to be read as a yes.
        """
        # secrets are not kept: the header is known by its hash
        digest = hashlib.sha256(authorization.encode()).digest()
        known = self._known.get(digest)
        try:
            if known is not None:
                now = self._get(known.caller.id)
                if now is known or now == known:
                    return now
            stored = self._stored(authorization)
        except NoSuchKeyError:  # also one that a restored database does not know
            return NO_KEY
        if stored is None:
            return NO_KEY
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[digest] = stored
        return stored

    def charge(self, caller: Caller, decisions: int) -> Refused | None:
        """Count decisions beyond the first, which the door counted; None: go on.

        Refused, they cost nothing but the first: it was read before it was refused.
        """
        if decisions <= 0:
            return None
        now = time.monotonic()
        # INVARIANT: the one that the door took never makes a full bucket a lesser one
        seconds = self._meter.take(caller.id, decisions, now, held=1)
        return _too_many(seconds) if seconds else None

    def _stored(self, authorization: str) -> StoredKey | None:
        """The key behind a header, None when the header carries no working secret."""
        scheme, _, token = authorization.partition(" ")
        key = read_key(token.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            return None
        stored = self._get(f"k_{key.id}")
        same = [hmac.compare_digest(one, key.secret_hash) for one in stored.hashes]
        return stored if any(same) else None


def _too_many(seconds: int) -> Refused:
    return Refused(429, "too many decisions asked with this key", seconds)


def init_app(app: Flask) -> None:
    """Let the guard authenticate callers."""
    settings: Settings = app.config["DELEGA"]
    url = settings.database_url
    keyring = Keyring(
        app.extensions["delega_reading"], app.extensions["delega_store"], _watch(url)
    )
    meter = Meter(settings.decisions_per_minute / settings.workers)
    app.extensions[_CALLERS] = Callers(keyring.get, meter, LastUse(lone_engine(url)))
    app.extensions["delega_callers"] = authenticate


def callers() -> Callers:
    """Those of this application."""
    return cast(Callers, current_app.extensions[_CALLERS])


def authenticate(scope: str) -> None:
    """Put the caller on `g`; 401 without a live key, 403 without the scope, or 429."""
    found = callers().admit(request.headers.get("Authorization", ""), scope)
    if isinstance(found, Refused):
        _raise(found)
    g.caller = found


def _raise(refused: Refused) -> NoReturn:
    if refused.status == 429:
        raise TooManyRequests(refused.message, retry_after=refused.retry_after)
    if refused.status == 403:
        raise Forbidden(refused.message)
    raise Unauthorized(refused.message)


def _watch(url: str) -> Watch | None:
    """A look of its own at the revision page: the enforcer's is the enforcer's."""
    page = page_of(url)
    return None if page is None else PageWatch(page, head_reader(url))
