"""The plain pages of the panel: a form, a confirmation."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

Page = Response | str | tuple[str, int]


def form_page(form: Any, **page: Any) -> tuple[str, int]:
    """A form of one record; 422 when it came back with errors.

    `page`: title, submit, cancel_url; lead and trail if any.
    """
    status = 422 if form.is_submitted() else 200
    return render_template("panel/record.html", form=form, page=page), status


def confirm_page(form: Any, **page: Any) -> str:
    """Asks before what can not be undone: title, sentence, submit, cancel_url."""
    page.setdefault("note", _("This can not be undone."))
    return render_template("panel/confirm.html", form=form, page=page)
