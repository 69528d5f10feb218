"""Whoever runs Delega about oneself: names, the password, where one is signed in."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from webapp.guard import operator
from webapp.signin.password_views import changed
from webapp.signin.profile_views import end_other_sessions, profile_page
from webapp.signin.views import Page, blueprint, confirmed


@blueprint.get("/operator/profile")
@operator
def operator_profile() -> str:
    """Names, the password, and where one is signed in."""
    return profile_page(
        layout="operator/frame.html",
        password_url=url_for("signin.operator_password"),
        end_url=url_for("signin.operator_end_others"),
    )


@blueprint.post("/operator/profile/sign-out-elsewhere")
@operator
def operator_end_others() -> Response:
    """End every session but this one."""
    end_other_sessions()
    return redirect(url_for("signin.operator_profile"))


@blueprint.route("/operator/password", methods=["GET", "POST"])
@operator
def operator_password() -> Page:
    """One's own password; every other session ends with the old one."""
    return changed()


@blueprint.route("/operator/confirm", methods=["GET", "POST"])
@operator
def operator_confirm() -> Page:
    """The password once more, before a payment or a key; then back to `next`."""
    return confirmed("/operator", url_for("operator.index"))
