"""The OpenAPI document, and the page that tells the same to people."""

from typing import cast

from flask import Blueprint, Flask, Response, current_app, render_template, request

from authz.pdp.openapi import DOCUMENT_PATH, Document
from config.settings import Settings
from webapp.decisions.reference_operations import reference
from webapp.decisions.reference_page import page
from webapp.guard import public

blueprint = Blueprint("reference", __name__)
_KEY = "delega_reference"


def init_app(app: Flask) -> None:
    """Know what is served, by the settings alone."""
    settings: Settings = app.config["DELEGA"]
    cookie = app.config["SESSION_COOKIE_NAME"]
    app.extensions[_KEY] = reference(settings.public_url, cookie)


@blueprint.get(DOCUMENT_PATH)
@public
def document() -> Response:
    """For programs: client generators, gateways, test tools."""
    told = _told()
    response = Response(told.body, content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.set_etag(told.etag)
    return cast(Response, response.make_conditional(request))


@blueprint.get("/api")
@public
def index() -> str:
    """For people."""
    return render_template("decisions/reference.html", page=page(_told()))


def _told() -> Document:
    return cast(Document, current_app.extensions[_KEY])
