"""The panel as it is served, with one page more that burns 30 ms of a processor."""

import time

from flask import Flask

from webapp import create_app
from webapp.guard import public

PAGE = "/burn"
PAGE_SECONDS = 0.030


def create() -> Flask:
    """What gunicorn loads."""
    app = create_app()

    @public
    def burn() -> str:
        until = time.thread_time() + PAGE_SECONDS
        while time.thread_time() < until:
            sum(range(200))
        return "done"

    app.add_url_rule(PAGE, "burn", burn)
    return app
