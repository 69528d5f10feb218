"""`make video`: the walk as a film of a minute and a half, in var/video/.

Chromium hands out its frames as they are drawn (a screencast); ffmpeg makes WebM of them.
"""

import base64
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.webapp.story.captions import CAPTIONS, seconds
from tests.webapp.story.conftest import CHROMIUM, chromium, running_demo
from tests.webapp.story.person import Person
from tests.webapp.story.walk import Stage, walk

FOLDER = Path("var/video")
WIDTH, HEIGHT = 1280, 900
#: Of the walk: what stands on the poster.
POSTER = "give"
LINGER_MS = 650

#: On every page before its own scripts. Style sheets made by script need no `style-src`.
DRESS = r"""
(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    #told { position: fixed; inset: auto 0 0; z-index: 999; padding: 17px 40px;
      font: 600 25px/1.3 "Source Sans 3", sans-serif; text-align: center;
      color: #fff; background: #10172bf2; }
    .pointed { outline: 4px solid #c9781a !important; outline-offset: 3px; }
    body { padding-bottom: 80px; }
    .save-bar { bottom: 84px !important; }`);
  document.adoptedStyleSheets = [sheet];
  window.tell = (text) => {
    let told = document.getElementById("told");
    if (!told) {
      told = document.createElement("p");
      told.id = "told";
      told.setAttribute("aria-hidden", "true");
      document.body.append(told);
    }
    told.textContent = text || "\u00a0";
  };
  document.addEventListener("DOMContentLoaded", () => window.tell(""));
})();
"""


@dataclass
class Reel:
    """The frames of whoever is on the screen: when each was drawn, and its file."""

    folder: Path
    frames: list[tuple[float, Path]] = field(default_factory=list)
    on_screen: Person | None = None
    cameras: dict[int, Any] = field(default_factory=dict)

    def film(self, who: Person) -> None:
        """Point a camera at a person's page."""
        camera = who.context.new_cdp_session(who.page)
        self.cameras[id(who)] = camera

        def take(event: dict[str, Any]) -> None:
            camera.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
            if self.on_screen is who:
                self._keep(event["data"], event["metadata"]["timestamp"])

        camera.on("Page.screencastFrame", take)
        facts = {"format": "jpeg", "quality": 92, "maxWidth": WIDTH}
        camera.send("Page.startScreencast", {**facts, "maxHeight": HEIGHT})

    def cut_to(self, who: Person) -> None:
        """From now on, that person's screen; at once, drawn or not."""
        if self.on_screen is not who:
            self.on_screen = who
            facts = {"format": "jpeg", "quality": 92}
            answer = self.cameras[id(who)].send("Page.captureScreenshot", facts)
            self._keep(answer["data"], time.time())

    def _keep(self, data: str, when: float) -> None:
        file = self.folder / f"{len(self.frames):05}.jpg"
        file.write_bytes(base64.b64decode(data))
        self.frames.append((when, file))

    def script(self, end: float) -> Path:
        """For ffmpeg: each frame and how long it stands."""
        frames = sorted(self.frames)
        ends = [when for when, _file in frames[1:]] + [end]
        lines = ["ffconcat version 1.0"]
        for (when, file), until in zip(frames, ends, strict=True):
            lines += [f"file {file.name}", f"duration {max(until - when, 0.001):.4f}"]
        lines.append(f"file {frames[-1][1].name}")
        path = self.folder / "frames.txt"
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        return path


@dataclass
class Filmed(Stage):
    """The stage with captions, pauses and a mark on what is pressed."""

    reel: Reel = field(kw_only=True)
    poster: Path | None = None

    @override
    def somebody(self) -> Person:
        person = super().somebody()
        person.context.add_init_script(DRESS)
        self.reel.film(person)
        return person

    @override
    def tell(self, who: Person, key: str) -> None:
        super().tell(who, key)
        self.reel.cut_to(who)
        text = CAPTIONS[key][self.language]
        who.page.evaluate("text => window.tell(text)", text)
        who.page.wait_for_timeout(seconds(text) * 1_000)
        if key == POSTER:
            self.poster = self.reel.folder / "poster.png"
            who.page.screenshot(path=self.poster)

    @override
    def show(self, who: Person, selector: str) -> None:
        found = who.page.locator(selector).first
        found.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'smooth'})")
        who.page.wait_for_timeout(LINGER_MS)

    @override
    def click(self, who: Person, selector: str) -> None:
        self.reel.cut_to(who)
        found = who.page.locator(selector).first
        found.scroll_into_view_if_needed()
        found.evaluate("e => e.classList.add('pointed')")
        who.page.wait_for_timeout(LINGER_MS)
        found.evaluate("e => e.classList.remove('pointed')")
        found.click()

    @override
    def fill(self, who: Person, **values: str) -> None:
        for name, value in values.items():
            field = who.page.locator(f"[name={name}]")
            field.scroll_into_view_if_needed()
            field.press_sequentially(value, delay=28)


def record(language: str, work: Path) -> tuple[Path, Path, float]:
    """Walk it before the camera; answers ffmpeg's script, the poster, and the seconds."""
    with running_demo(work) as demo, chromium() as browser:
        reel = Reel(work)
        stage = Filmed(
            lambda: Person(browser, demo, WIDTH, language, motion="no-preference"),
            language,
            1,
            reel=reel,
        )
        walk(stage)
        end = time.time()
        assert stage.poster is not None
        return reel.script(end), stage.poster, end - min(reel.frames)[0]


def encode(ffmpeg: str, script: Path, film: Path) -> None:
    """VP9 without sound, which every browser plays."""
    options = "-an -c:v libvpx-vp9 -crf 34 -b:v 0 -row-mt 1 -cpu-used 4 -g 240"
    command = [ffmpeg, "-y", "-loglevel", "error", "-f", "concat", "-i", script]
    command += ["-vf", "fps=12,format=yuv420p", *options.split(), film]
    subprocess.run(command, check=True)  # noqa: S603


def main(languages: Sequence[str]) -> int:
    """One film and one poster a language; answers the exit code."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None or CHROMIUM is None:
        print("install ffmpeg and chromium: apt install ffmpeg chromium")  # noqa: T201
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in languages or ("it",):
        with tempfile.TemporaryDirectory() as work:
            script, poster, lasts = record(language, Path(work))
            film = FOLDER / f"walk-{language}.webm"
            encode(ffmpeg, script, film)
            shutil.copy(poster, film.with_suffix(".png"))
        size = film.stat().st_size / 1e6
        print(f"{film}: {lasts:.0f} seconds, {size:.1f} MB")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
