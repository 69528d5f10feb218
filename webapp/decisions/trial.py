"""Whoever runs Delega tries a decision: a form by GET, so that a try is a link."""

from flask import Blueprint, request
from flask_babel import gettext as _

from authz import NotReadyError
from webapp.decisions.desk import Desk
from webapp.decisions.trial_form import TrialForm
from webapp.decisions.trial_page import form_page, tried_page
from webapp.guard import operator

blueprint = Blueprint("trial", __name__, url_prefix="/operator/try")


@blueprint.get("")
@operator
def index() -> str | tuple[str, int]:
    """The form; once something was asked, the answer or what is wrong with it."""
    form = TrialForm(request.args)
    if not any(field.name in request.args for field in form):
        return _render(form)
    if not form.validate():
        return _render(form), 422
    try:
        trace = form.ask()
    except NotReadyError:
        if form.instant is None:
            raise
        form.at.errors = [_("No policy that can be read was in force then.")]
        return _render(form), 422
    return Desk().render(
        "trial", form=form, **form_page(form), tried=tried_page(form, trace)
    )


def _render(form: TrialForm) -> str:
    return Desk().render("trial", form=form, **form_page(form), tried=None)
