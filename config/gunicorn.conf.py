"""gunicorn: `gunicorn -c config/gunicorn.conf.py "webapp:create_app()"`."""

import ipaddress
import sys
from typing import Any

from config.settings import read_settings

bind = ["127.0.0.1:8000"]
workers = 2
threads = 4
worker_class = "gthread"
keepalive = 75
timeout = 60
graceful_timeout = 20
reuse_port = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if sys.platform == "linux" else None  # noqa: S108  (memory: heartbeats never wait for a disk)
accesslog = None


def on_starting(server: Any) -> None:
    """The demo, and releases that nobody signed, are for this machine alone."""
    settings = read_settings()
    if not settings.unsigned_releases:
        return
    what = "the demo" if settings.demo else "DELEGA_UNSIGNED_RELEASES"
    for address in server.cfg.address:
        host = (
            address[0] if isinstance(address, tuple) else "127.0.0.1"
        )  # a socket file
        if not ipaddress.ip_address(host).is_loopback:
            raise SystemExit(f"{what} listens on loopback alone, not on {host}")
