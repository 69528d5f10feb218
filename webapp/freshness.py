"""How this process learns of changes: the revision page on SQLite, else every time."""

from typing import Any

from flask import Flask, current_app, g, has_app_context, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from authz import EveryTime, PageWatch, Watch
from authz.storage import WROTE, WriteHooks, head_reader, page_of
from webapp.extensions import db

HOOKS = "delega_write_hooks"
_EVENTS = ("before_commit", "after_commit", "after_transaction_end")


def init_app(app: Flask, url: str) -> Watch:
    """The watch for a database, and the hooks that tell others of our writes."""
    page = page_of(url)
    if page is None:
        return EveryTime()
    read_head = head_reader(url)
    app.extensions[HOOKS] = WriteHooks(page, read_head)
    return PageWatch(page, read_head)


def _listen(name: str) -> None:
    """`db.session` is every application's: each event goes to the current one's hooks."""

    def forward(*arguments: Any) -> None:
        hooks = current_app.extensions.get(HOOKS) if has_app_context() else None
        if hooks is not None:
            getattr(hooks, name)(*arguments)

    event.listen(db.session, name, forward)


def _told(session: Session) -> None:
    """A change answers with its revision: `webapp.headers` tells it.

    Whoever asks the decision API for at least that revision gets what he changed.
    """
    revision = session.info.get(WROTE)
    if revision and has_request_context() and not session.in_nested_transaction():
        g.policy_revision = revision


event.listen(db.session, "after_commit", _told)
for _name in _EVENTS:
    _listen(_name)
