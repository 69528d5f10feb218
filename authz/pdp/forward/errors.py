"""What is no request to decide about, and what is no mapping."""

from typing import Literal

from authz.errors import AuthzError, PolicyError

Code = Literal["bad_path", "bad_query", "bad_method", "bad_headers", "bad_subject"]


class ShapeError(AuthzError):
    """A request that two servers could read as two: refused before any rule is looked at.

    Attributes:
        code: which part of it; stable, sent as `Delega-Reason`.
    """

    def __init__(self, code: Code, message: str) -> None:
        self.code = code
        super().__init__(message)


class RuleError(AuthzError):
    """A line of a mapping that says nothing; the message says what to write."""


class MappingError(PolicyError):
    """A mapping file that must not be served."""
