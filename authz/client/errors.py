"""Why there is no answer. The client stands alone: these are no `AuthzError`."""


class ClientError(Exception):
    """No answer, never to be read as an allow.

    Attributes:
        request_id: to tell whoever runs the service; empty when nothing was sent.
    """

    def __init__(self, message: str, request_id: str = "") -> None:
        self.request_id = request_id
        super().__init__(f"{message} (request {request_id})" if request_id else message)


class SettingsError(ClientError):
    """A client can not be made like this."""


class BadRequestError(ClientError):
    """The question is none: it will not be answered, however often it is asked."""


class RefusedError(ClientError):
    """The service does not take this key (401), or not for this (403)."""


class ThrottledError(ClientError):
    """This key asks too much.

    Attributes:
        retry_after: seconds, None when the service did not say.
    """

    def __init__(
        self, message: str, request_id: str, retry_after: float | None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, request_id)


class UnavailableError(ClientError):
    """Nobody answers now, in the time there was.

    Attributes:
        retry_after: seconds, None when the service did not say.
    """

    def __init__(
        self, message: str, request_id: str = "", retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, request_id)


class BrokenAnswerError(UnavailableError):
    """Something answered, and not as Delega does: a proxy, or another service."""
