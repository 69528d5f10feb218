"""authz.pdp over the panel, once per application."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import NamedTuple, cast

from flask import Flask, current_app

from authz.pdp import Kind, Reply, Service
from config.settings import Settings
from webapp.decisions.callers import Caller, Callers, callers
from webapp.decisions.counts import Counts, Door
from webapp.decisions.log import DecisionLog
from webapp.decisions.logged import LoggedSource
from webapp.decisions.panel import Panel
from webapp.decisions.source import PanelSource

_KEY = "delega_decisions"
#: A search asks about many thousands of candidates a page, which are not logged.
_LOGGED = frozenset({Kind.EVALUATION, Kind.EVALUATIONS})


class Asked(NamedTuple):
    """One request; `account` is the address's, None on the general one."""

    door: Door
    kind: Kind
    account: str | None
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a view calls, and a worker that reads requests by itself; needs no Flask."""

    service: Service
    panel: Panel
    counts: Counts
    log: DecisionLog | None = None

    @property
    def callers(self) -> Callers:
        """Who may ask."""
        return self.panel.callers

    def answer(self, caller: Caller, asked: Asked) -> Reply:
        """Answer one request of a caller that was let in."""
        door, kind, account, headers, body = asked
        source = PanelSource(self.panel, caller, account)
        logged = None
        if self.log is not None and kind in _LOGGED:
            request_id = headers.get("x-request-id")
            logged = LoggedSource(source, door, caller.id, request_id, account)
        reply = self.service.answer(caller, logged or source, kind, headers, body)
        self.counts.add(door, reply.decisions)
        if self.log is not None and logged is not None:
            logged.tell(self.log, reply.decisions)
        return reply

    def shown(self) -> dict[str, object]:
        """What /readyz says of them."""
        log = self.log
        lines = None if log is None else {"written": log.written, "lost": log.lost}
        return {**self.counts.shown(), "log": lines}


def init_app(app: Flask) -> None:
    """Build it from the application's parts."""
    settings: Settings = app.config["DELEGA"]
    secrets = (settings.secret_key, *settings.secret_key_fallbacks)
    with app.app_context():
        panel = Panel(
            app.extensions["delega_enforcer"],
            app.extensions["delega_store"],
            app.extensions["delega_reading"],
            callers(),
        )
    service = Service([_page_key(s) for s in secrets])
    log = DecisionLog(settings.decision_log) if settings.decision_log else None
    app.extensions[_KEY] = made = Decisions(service, panel, Counts(), log)
    app.extensions["delega_counts"] = made.shown


def decisions(app: Flask | None = None) -> Decisions:
    """Those of this application."""
    return cast(Decisions, (app or current_app).extensions[_KEY])


def _page_key(secret: str) -> bytes:
    """A key for one purpose, so that no signature of another passes for ours."""
    return hmac.digest(secret.encode(), b"delega search pages", hashlib.sha256)
