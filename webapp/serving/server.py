"""gunicorn over an application that was made here, not named in a setting."""

import logging
import sys
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import (  # type: ignore[import-untyped,unused-ignore]
    BaseApplication,
)
from typing_extensions import override

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Server(BaseApplication):  # type: ignore[misc,unused-ignore]
    """Some workers, each with an application of its own.

    Args:
        make: called once in every worker.
        bind: host and port.
    """

    def __init__(self, make: Callable[[], Any], bind: str, workers: int) -> None:
        self._make, self._bind, self._workers = make, bind, workers
        super().__init__()

    @override
    def load_config(self) -> None:
        """The same habits as config/gunicorn.conf.py."""
        settings = {
            "bind": [self._bind],
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": 4,
            "keepalive": 75,
            "timeout": 60,
            "graceful_timeout": 20,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if sys.platform == "linux" else None,  # noqa: S108  (memory: heartbeats never wait for a disk)
            "loglevel": "warning",
            "proc_name": "delega serve",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    @override
    def load(self) -> Any:
        """In a worker."""
        logging.basicConfig(level=logging.INFO, format=_LINE)
        # it tells model and rows, all of them, whenever an enforcer is made
        logging.getLogger("casbin").setLevel(logging.WARNING)
        return self._make()
