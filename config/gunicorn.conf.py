"""gunicorn: `gunicorn -c config/gunicorn.conf.py "webapp:create_app()"`."""

import ipaddress
import os
import sys
from typing import Any

from config.lane import choose_worker
from config.settings import read_settings, worker_count

bind = ["127.0.0.1:8000"]
workers = worker_count()
threads = 4
worker_class, _why_no_lane = choose_worker()
keepalive = 75
timeout = 60
graceful_timeout = 20
reuse_port = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if sys.platform == "linux" else None  # noqa: S108  (memory: heartbeats never wait for a disk)
accesslog = None


def on_starting(server: Any) -> None:
    """The demo, and releases that nobody signed, are for this machine alone."""
    if _why_no_lane:
        server.log.warning("the lane is closed: %s", _why_no_lane)
    # what each worker then reads: `--workers` may say another number than the setting
    os.environ["DELEGA_WORKERS"] = str(server.cfg.workers)
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
