"""Somebody at a browser, as the stories, the pictures and the film need him."""

import os
import re
from pathlib import Path
from typing import Any

from tests.webapp.story.conftest import Demo


class Person:
    """Somebody at a browser of a certain width, in a language."""

    def __init__(
        self,
        browser: Any,
        demo: Demo,
        width: int,
        language: str,
        motion: str = "reduce",
    ) -> None:
        locale = {"it": "it-IT", "en": "en-GB"}[language]
        self.demo, self.width, self.language = demo, width, language
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            reduced_motion=motion,
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self, user_name: str, password: str | None = None) -> "Person":
        self.open(f"/sign-in?lang={self.language}", "signin")
        self.page.fill("[name=user_name]", user_name)
        self.page.fill("[name=password]", password or self.demo.passwords[user_name])
        self.page.click("button.button-main")
        assert "/a/" in self.page.url
        return self

    @property
    def account(self) -> str:
        return re.search(r"/a/(a_\w+)", self.page.url).group(1)  # type: ignore[union-attr]

    def open(self, path: str, name: str = "") -> int:
        """Open an address; answers the status."""
        answer = self.page.goto(self.demo.url + path)
        if name:
            self.look(name)
        return int(answer.status)

    def look(self, name: str) -> None:
        """A page like any other: accessible, quiet, and no wider than the screen."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        summary = [
            (v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found
        ]
        assert summary == [], name
        assert self.complaints == [], name
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert self.page.evaluate(wide) <= 0, name
        folder = os.environ.get("DELEGA_SCREENSHOTS")
        if folder:
            file = f"{name}-{self.width}-{self.language}.png"
            self.page.screenshot(path=Path(folder) / file, full_page=True)

    def close(self) -> None:
        """The browser of this person is closed."""
        self.context.close()

    def click(self, text: str) -> None:
        self.page.click(f"text={text}")

    def sees(self, text: str) -> bool:
        return text in self.page.inner_text("main")
