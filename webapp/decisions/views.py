import json
from collections.abc import Callable

from flask import Blueprint, Response, g, request

from authz.pdp import (
    Answer,
    BadRequestError,
    ItemError,
    Source,
    answer_many,
    answer_one,
)
from webapp.decisions.source import PanelSource
from webapp.extensions import enforcer
from webapp.guard import credential

blueprint = Blueprint("decisions", __name__)
Answering = Callable[[Source, bytes], Answer]


@blueprint.post("/access/v1/evaluation")
@credential("decide")
def evaluation() -> Response:
    """One decision; the account stands in the request."""
    return _answer(answer_one, None)


@blueprint.post("/access/v1/evaluations")
@credential("decide")
def evaluations() -> Response:
    """Several decisions."""
    return _answer(answer_many, None)


@blueprint.post("/a/<account>/access/v1/evaluation")
@credential("decide")
def account_evaluation(account: str) -> Response:
    """One decision about the account of the address."""
    return _answer(answer_one, account)


@blueprint.post("/a/<account>/access/v1/evaluations")
@credential("decide")
def account_evaluations(account: str) -> Response:
    """Several decisions about the account of the address."""
    return _answer(answer_many, account)


def _answer(answering: Answering, account: str | None) -> Response:
    if request.mimetype != "application/json":
        return _error(400, "send `Content-Type: application/json`")
    try:
        answer = answering(PanelSource(g.caller, account), request.get_data())
    except BadRequestError as error:
        return _error(400, str(error))
    except ItemError as error:
        return _error(error.status, str(error))
    response = Response(answer.body, content_type="application/json")
    if answer.revision is not None:
        response.headers["Delega-Revision"] = str(answer.revision)
    response.headers["Delega-Release"] = enforcer().release().hash[:16]
    return response


def _error(status: int, message: str) -> Response:
    """AuthZEN 1.0 section 10: the body is an error message string."""
    return Response(json.dumps(message), status=status, content_type="application/json")
