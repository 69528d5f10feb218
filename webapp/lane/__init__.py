"""The lane: plain decision requests, answered by the worker before Flask (docs/lane.md).

worker (sockets) -> plain (what is taken) -> answering (the same calls as the view).
Whatever is not taken goes to stock gunicorn with every byte of it.
"""

from webapp.lane.worker import DecisionWorker

__all__ = ["DecisionWorker"]
