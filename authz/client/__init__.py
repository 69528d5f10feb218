"""For other services: ask Delega over HTTP. Needs nothing but Python (docs/client.md)."""

from authz.client.answers import Decision, Page
from authz.client.client import Client
from authz.client.clock import Timeouts
from authz.client.errors import (
    BadRequestError,
    BrokenAnswerError,
    ClientError,
    RefusedError,
    SettingsError,
    ThrottledError,
    UnavailableError,
)
from authz.client.questions import Question
from authz.client.search import Search

__all__ = [
    "BadRequestError",
    "BrokenAnswerError",
    "Client",
    "ClientError",
    "Decision",
    "Page",
    "Question",
    "RefusedError",
    "Search",
    "SettingsError",
    "ThrottledError",
    "Timeouts",
    "UnavailableError",
]
