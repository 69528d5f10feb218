"""When the lane stays closed: it does not know everything that gunicorn can do."""

import os
from typing import Any

from flask import Flask
from gunicorn.config import PostRequest, PreRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.lane.plain import LONGEST_LINE, MOST_FIELDS, MOST_HEAD_BYTES

#: Settings of gunicorn at which the lane works, and what is said of another value.
_AS_TESTED = {
    "proxy_protocol": ("off", "the PROXY protocol is on"),
    "protocol": ("http", "gunicorn does not speak HTTP"),
    "http2_cleartext": ("off", "HTTP/2 without TLS is on"),
    "accesslog": (None, "gunicorn writes an access log, which lacks its requests"),
    "statsd_host": (None, "gunicorn counts requests for statsd"),
    "pre_request": (PreRequest.default, "`pre_request` is set"),
    "post_request": (PostRequest.default, "`post_request` is set"),
}
_LIMITS = {
    "limit_request_line": LONGEST_LINE,
    "limit_request_fields": MOST_FIELDS,
    "limit_request_field_size": MOST_HEAD_BYTES,
}


def why_closed(cfg: Any, app: object) -> str:
    """Why the lane can not serve this application under these settings; "" if it can."""
    if cfg.is_ssl:
        return "gunicorn itself speaks TLS"
    for name, (tested, reason) in _AS_TESTED.items():
        if getattr(cfg, name) != tested:
            return reason
    for name, least in _LIMITS.items():
        # 0 is gunicorn's word for no limit
        if 0 < getattr(cfg, name) < least:
            return f"`{name}` is below {least}"
    if os.environ.get("SCRIPT_NAME"):
        return "SCRIPT_NAME is set"
    return _why_not_ours(app)


def _why_not_ours(app: object) -> str:
    if not isinstance(app, Flask) or "delega_decisions" not in app.extensions:
        return "the application is not Delega's own"
    inner: Any = app.wsgi_app
    if isinstance(inner, ProxyFix):
        inner = inner.app
    if getattr(inner, "__func__", None) is not Flask.wsgi_app:
        return "something stands in front of the application"
    return ""
