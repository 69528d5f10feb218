"""Who asks through a proxy that knows people by name and password."""

import base64

from flask import Flask

from tests.builders import Company, a_user
from tests.webapp.decisions.asking import a_key
from webapp.decisions.service import decisions


class World:
    """Anna, who may view and not send, and the owner, whose name she would like."""

    def __init__(self, app: Flask, asked: Flask, company: Company) -> None:
        self.account, self.owner = company.id, company.owner_name
        _, self.anna = a_user(app, company, "invoicing.read")
        self.key = a_key(app, company.id)
        self.asked = asked

    @property
    def open(self) -> str:
        return f"/a/{self.account}/drafts/7"

    @property
    def closed(self) -> str:
        return f"/a/{self.account}/drafts/7/send"

    @property
    def decisions(self) -> int:
        return decisions(self.asked).counts.shown()["forward"]["decisions"]

    def request(self, line: str | bytes, *fields: str | bytes, who: str = "") -> bytes:
        """A request as anna sends it, closed afterwards."""
        login = base64.b64encode(f"{who or self.anna}:sesame".encode()).decode()
        lines = [line, "Host: backend.example.it", f"Authorization: Basic {login}"]
        texts = [*lines, *fields, "Connection: close", "", ""]
        return b"\r\n".join(
            text if isinstance(text, bytes) else text.encode() for text in texts
        )
