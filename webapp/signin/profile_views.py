"""Oneself: names, the password, and where one is signed in."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from webapp.extensions import begin_write, db
from webapp.frame import initials
from webapp.guard import can, signed_in
from webapp.identity import end_all_sessions, open_sessions, person
from webapp.signin.views import blueprint
from webapp.tables import User

_CHANGE = "self.change_password"


@blueprint.get("/a/<account>/profile")
@signed_in(offers=[_CHANGE])
def profile(account: str) -> str:
    """Oneself: names, the password, and where one is signed in."""
    url = url_for("signin.change_password", account=account)
    return profile_page(
        layout="frame.html",
        password_url=url if can(_CHANGE) else None,
        end_url=url_for("signin.end_others", account=account),
    )


@blueprint.post("/a/<account>/profile/sign-out-elsewhere")
@signed_in()
def end_others(account: str) -> Response:
    """End every session but this one."""
    end_other_sessions()
    return redirect(url_for("signin.profile", account=account))


def profile_page(*, layout: str, password_url: str | None, end_url: str) -> str:
    """In the frame of an account, or of those who run Delega.

    Without a `password_url` it is not the reader's to change, as of a delegate.
    """
    found = db.session.get_one(User, person().id)
    return render_template(
        "signin/profile.html",
        user=found,
        sessions=open_sessions(db.session(), person()),
        csrf=generate_csrf(),
        layout=layout,
        operator=_shown(found),
        password_url=password_url,
        end_url=end_url,
    )


def _shown(found: User) -> dict[str, str]:
    """What operator/frame.html shows of a person."""
    name = found.shown_name
    return {"name": name, "initials": initials(name), "line": _("Runs Delega")}


def end_other_sessions() -> None:
    """Those of the reader, and say so."""
    begin_write()
    end_all_sessions(person().id, but=person().secret)
    db.session.commit()
    flash(_("Signed out everywhere else."), "ok")
