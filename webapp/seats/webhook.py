"""Payments that a payment service reports: signed, checked before they are read."""

import logging
import time
from typing import Annotated, NoReturn

import msgspec
from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from msgspec import Meta
from werkzeug.exceptions import RequestEntityTooLarge

from authz.pdp import BadRequestError, parse
from webapp.extensions import csrf
from webapp.guard import webhook
from webapp.opening import WEBHOOK
from webapp.problem import problem
from webapp.seats.payments import LARGEST, Outcome, is_reference, read_cents, register
from webapp.seats.signature import HEADER, SignatureError, require_signature

MAX_BODY_BYTES = 65_536
CURRENCY = "EUR"
blueprint = Blueprint("webhooks", __name__)

_REFUSALS = {
    Outcome.UNKNOWN: (404, "unknown_order", "there is no order of that number"),
    Outcome.CANCELLED: (409, "order_cancelled", "the order was cancelled"),
    Outcome.LAPSED: (409, "order_lapsed", "the order was not paid in time"),
    Outcome.WRONG_AMOUNT: (409, "wrong_amount", "the amount is not the order's total"),
}


class Event(msgspec.Struct, frozen=True):
    """A payment that arrived; members we do not know are left alone."""

    order: Annotated[int, Meta(ge=1, le=LARGEST)]
    amount: str
    currency: Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
    reference: str
    id: Annotated[str, Meta(pattern=r"\A[\x21-\x7e]{1,100}\Z")]


def init_app(app: Flask) -> None:
    """Let the guard ask for the signature, which stands in place of a form's token."""
    app.extensions["delega_webhooks"] = authenticate
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)
    app.logger.setLevel(logging.INFO)  # of payments not only the failures are told


def authenticate() -> None:
    """INVARIANT: the raw bytes are signed, and nothing of them was read before."""
    secrets = current_app.config["DELEGA"].payment_secrets
    if not secrets:
        _refuse(404, "payments_not_configured", "payments are not configured")
    try:
        header = request.headers.get(HEADER, "")
        require_signature(header, _body(), secrets, now=time.time())
    except SignatureError as error:
        _refuse(401, "bad_signature", str(error))


@blueprint.post("/webhooks/payments")
@webhook
def payment() -> Response:
    """One payment; delivered again, it changes nothing and says so."""
    event, paid = _event(_body())
    if event.currency != CURRENCY:
        _refuse(409, "wrong_currency", f"orders are paid in {CURRENCY}", event)
    outcome = register(
        event.order, reference=event.reference.strip(), actor=WEBHOOK, cents=paid
    )
    if outcome in _REFUSALS:
        _refuse(*_REFUSALS[outcome], event)
    current_app.logger.info("payment %s: order %s %s", event.id, event.order, outcome)
    is_new = outcome is Outcome.REGISTERED
    return jsonify({"order": event.order, "registered": is_new})


def _body() -> bytes:
    """INVARIANT: no more is read of it than one byte beyond what is taken."""
    # a chunked body is cut at the maximum, and nobody is told: so the one byte
    request.max_content_length = MAX_BODY_BYTES + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:  # not a byte of it was read
        _refuse_size()
    if len(body) > MAX_BODY_BYTES:
        _refuse_size()
    return body


def _refuse_size() -> NoReturn:
    _refuse(413, "too_large", f"the body is larger than {MAX_BODY_BYTES} bytes")


def _event(body: bytes) -> tuple[Event, int]:
    """The event and its cents."""
    if request.mimetype != "application/json":
        _refuse(400, "malformed", "send `Content-Type: application/json`")
    try:
        event = msgspec.convert(parse(body), Event)
    except (BadRequestError, msgspec.ValidationError) as error:
        _refuse(400, "malformed", str(error))
    cents = read_cents(event.amount)
    if cents is None:
        _refuse(400, "malformed", "write `amount` as a string with two decimals")
    if not is_reference(event.reference):
        _refuse(400, "malformed", "`reference` is one line of 1 to 120 characters")
    return event, cents


def _refuse(
    status: int, code: str, detail: str, event: Event | None = None
) -> NoReturn:
    """Answer, and leave a line for whoever looks for the payment."""
    name = event.id if event else "-"
    current_app.logger.warning("payment %s refused: %s, %s", name, code, detail)
    response = problem(status, code, detail)
    if status == 401:
        response.headers["WWW-Authenticate"] = HEADER
    abort(response)
