"""What is no question, and what is a question without an answer."""

from authz.errors import AuthzError


class BadRequestError(AuthzError):
    """The request is no request: HTTP 400, and no decision was made."""

    status = 400


class LimitError(BadRequestError):
    """More than we take.

    Attributes:
        limit: its name in `authz.pdp.limits.LIMITS`.
    """

    def __init__(self, limit: str, message: str) -> None:
        self.limit = limit
        super().__init__(message)


class ItemError(AuthzError):
    """One question can not be answered.

    Attributes:
        status: what HTTP says of it when it is the only one; inside a batch it stands
            in that item's context, and the item is refused.
        retry_after: seconds until it may be answered; 0 when that will not help.
    """

    def __init__(self, status: int, message: str, retry_after: int = 0) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(message)
