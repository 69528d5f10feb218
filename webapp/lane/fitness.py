"""When the lane stays closed: it does not know everything that gunicorn can do."""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import gunicorn
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config.lane import why_untested
from webapp.lane.plain import LONGEST_LINE, MOST_FIELDS, MOST_HEAD_BYTES

#: Settings of gunicorn that the lane knows at their defaults alone, and what is said.
_AT_DEFAULT: Mapping[str, str] = MappingProxyType(
    {
        "certfile": "gunicorn itself speaks TLS",
        "keyfile": "gunicorn itself speaks TLS",
        "proxy_protocol": "the PROXY protocol is on",
        "protocol": "gunicorn does not speak HTTP",
        "http2_cleartext": "HTTP/2 without TLS is on",
        "secure_scheme_headers": "`secure_scheme_headers` is set",
        "statsd_host": "gunicorn counts requests for statsd",
        "logger_class": "`logger_class` is set",
        "pre_request": "`pre_request` is set",
        "post_request": "`post_request` is set",
    }
)
_ACCESS_LOG = "gunicorn writes an access log, which would lack its requests"
_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "limit_request_line": LONGEST_LINE,
        "limit_request_fields": MOST_FIELDS,
        "limit_request_field_size": MOST_HEAD_BYTES,
    }
)


def why_closed(cfg: Any, app: object, version: str = gunicorn.__version__) -> str:
    """Why the lane can not serve this application under these settings; "" if it can."""
    return why_untested(version) or _why_not_set(cfg) or _why_not_ours(app)


def _why_not_set(cfg: Any) -> str:
    for name, reason in _AT_DEFAULT.items():
        setting = cfg.settings[name]
        if setting.get() != type(setting).default:
            return reason
    if _writes_access_log(cfg):
        return _ACCESS_LOG
    for name, least in _LIMITS.items():
        # 0 is gunicorn's word for no limit
        if 0 < getattr(cfg, name) < least:
            return f"`{name}` is below {least}"
    return "SCRIPT_NAME is set" if os.environ.get("SCRIPT_NAME") else ""


def _writes_access_log(cfg: Any) -> bool:
    to_syslog = cfg.syslog and not cfg.disable_redirect_access_to_syslog
    own = cfg.logconfig or cfg.logconfig_dict or cfg.logconfig_json
    return bool(cfg.accesslog or own or to_syslog)


def _why_not_ours(app: object) -> str:
    if not isinstance(app, Flask) or "delega_decisions" not in app.extensions:
        return "the application is not Delega's own"
    inner: Any = app.wsgi_app
    if isinstance(inner, ProxyFix):
        inner = inner.app
    if getattr(inner, "__func__", None) is not Flask.wsgi_app:
        return "something stands in front of the application"
    return ""
