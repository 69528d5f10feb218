"""Which gunicorn worker serves: the one with the lane (docs/lane.md), or stock gthread."""

from collections.abc import Mapping

import gunicorn

from config.settings import lane_wanted

#: The lane uses names that gunicorn does not promise to keep: a version is added here
#: when tests/webapp/lane has passed on it. Any other serves, without the lane.
TESTED_GUNICORN = ("27.0.1",)
STOCK = "gthread"
WITH_LANE = "webapp.lane.DecisionWorker"


def choose_worker(
    environ: Mapping[str, str] | None = None, version: str = gunicorn.__version__
) -> tuple[str, str]:
    """The worker class, and why it is the stock one."""
    # INVARIANT: before the lane is imported, which an unknown gunicorn may not allow
    why = "DELEGA_LANE is 0" if not lane_wanted(environ) else why_untested(version)
    return (STOCK, why) if why else (WITH_LANE, "")


def why_untested(version: str) -> str:
    """Why the lane is not for this gunicorn; "" if it is."""
    if version in TESTED_GUNICORN:
        return ""
    return f"gunicorn {version} is not one that its tests have seen"
