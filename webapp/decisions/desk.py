"""Where keys are managed: in a company's settings, or by whoever runs Delega."""

from dataclasses import dataclass
from typing import Any

from flask import abort, g, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.extensions import begin_write, db
from webapp.frame import initials
from webapp.identity import OPERATOR, person
from webapp.tables import Credential, User


@dataclass(frozen=True, slots=True)
class Desk:
    """One of the two; `account` is None for whoever runs Delega."""

    account: str | None = None

    def url(self, view: str, **place: Any) -> str:
        """The address of one of the pages."""
        if self.account is None:
            return url_for(f"operator_keys.{view}", **place)
        return url_for(f"keys.{view}", account=self.account, **place)

    def render(self, template: str, **facts: Any) -> str:
        """A page in the frame of the place."""
        if self.account is not None:
            return render_template(
                f"decisions/{template}.html", layout="frame.html", desk=self, **facts
            )
        name = person().name
        shown = {"name": name, "initials": initials(name), "line": _("Runs Delega")}
        return render_template(
            f"decisions/{template}.html",
            layout="operator/frame.html",
            operator=shown,
            desk=self,
            **facts,
        )

    def begin(self, *, policy: bool = True) -> Session:
        """The write locks; who may come is asked once more under them."""
        if self.account is None:
            g.ask_again = _require_operator
        return begin_write(self.account, policy=policy)

    def find(self, key: str) -> Credential:
        """One of the place's own keys; 404 for all others."""
        return self._found(select(Credential).where(*self._mine(), _named(key)))

    def find_any(self, key: str) -> Credential:
        """Also a company's, for whoever runs Delega: what leaked must end."""
        query = select(Credential).where(_named(key))
        return self._found(
            query if self.account is None else query.where(*self._mine())
        )

    def _mine(self) -> tuple[Any, ...]:
        return (Credential.account_id == self.account,)

    def _found(self, query: Any) -> Credential:
        found = db.session.scalar(query.execution_options(populate_existing=True))
        return found if found is not None else abort(404)


def _named(key: str) -> Any:
    return Credential.id == f"k_{key}"


def _require_operator() -> None:
    """Under the write lock: who was removed meanwhile changes nothing."""
    state = db.session.scalar(select(User.state).where(User.id == person().id))
    if state != OPERATOR:
        abort(404)
