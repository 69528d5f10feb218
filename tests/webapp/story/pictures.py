"""`make screenshots`: the pictures of the guide and of docs/, from a fresh demo.

A picture is written only when it differs, and what changes from day to day (dates,
times, random ids) is steadied first, so that taking them again changes nothing.
"""

import base64
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.webapp.story import scene
from tests.webapp.story.conftest import CHROMIUM, chromium, running_demo
from tests.webapp.story.person import Person
from tests.webapp.story.scene import Scene
from webapp.guide.topics import HEIGHT, WIDTH, picture_file

DOCS = Path("docs/screenshots")
STATIC = Path("webapp/static")
#: The tallest picture of each width.
TALLEST = {1280: 1100, 360: 1500}
STEADY = Path(__file__).with_name("steady.js")
QUALITY = 80
#: Waits for the images in view; those further down stay lazy.
SEEN = """() => Promise.all([...document.images]
  .filter(image => image.getBoundingClientRect().top < innerHeight)
  .map(image => { image.loading = "eager"; return image.decode(); }))"""

Prepare = Callable[[Person], object]


def nothing(_person: Person) -> None:
    """The page is right as it opens."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A page to take.

    Attributes:
        topic: of the guide, when it is one of its pictures; taken in both languages.
        name: of the file in docs/, "" when it is none.
        prepare: what is done on the page before.
        top: what stands at the top of the guide's picture; "": the page itself.
        english: whether docs/ shows it in English too.
    """

    path: str
    topic: str = ""
    name: str = ""
    prepare: Prepare = nothing
    top: str = ""
    english: bool = False


@dataclass
class Album:
    """Takes pictures; remembers what it wrote."""

    written: list[Path] = field(default_factory=list)
    taken: int = 0

    def take(self, person: Person, shot: Shot) -> None:
        """The guide's picture, and those of docs/ at both widths."""
        for language in ("it", "en"):
            if shot.topic:
                open_at(person, shot, language, (WIDTH, HEIGHT))
                file = STATIC / picture_file(shot.topic, language)
                self._keep(file, guide_picture(person, shot.top))
            for width in TALLEST if shot.name else ():
                if language == "it" or (shot.english and width == 1280):
                    open_at(person, shot, language, (width, 800))
                    file = DOCS / f"{shot.name}-{width}-{language}.png"
                    self._keep(file, docs_picture(person, width))

    def _keep(self, file: Path, data: bytes) -> None:
        self.taken += 1
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_bytes() != data:
            file.write_bytes(data)
            self.written.append(file)


def open_at(person: Person, shot: Shot, language: str, size: tuple[int, int]) -> None:
    """The page, in a language, at a size, as it is to be seen."""
    width, height = size
    person.page.set_viewport_size({"width": width, "height": height})
    joint = "&" if "?" in shot.path else "?"
    person.open(f"{shot.path}{joint}lang={language}")
    shot.prepare(person)
    person.page.evaluate("document.activeElement?.blur()")
    person.page.mouse.move(0, 0)  # nothing is hovered over
    person.page.evaluate(STEADY.read_text(encoding="utf-8"))
    person.page.wait_for_load_state("networkidle")


def guide_picture(person: Person, top: str) -> bytes:
    """The window from there on, as lossy WebP: a quarter of a PNG."""
    page: Any = person.page
    page.evaluate(
        "top => window.scrollTo(0, top"
        " ? document.querySelector(top).getBoundingClientRect().top - 16 : 0)",
        top,
    )
    camera = person.context.new_cdp_session(page)
    facts = {"format": "webp", "quality": QUALITY}
    answer = camera.send("Page.captureScreenshot", facts)
    camera.detach()
    return base64.b64decode(answer["data"])


def docs_picture(person: Person, width: int) -> bytes:
    """The page from its top, as PNG."""
    page: Any = person.page
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    # the window grows, so that what sticks to its edge stands at the picture's edge
    page.set_viewport_size({"width": width, "height": min(height, TALLEST[width])})
    page.evaluate("window.scrollTo(0, 0)")
    page.evaluate(SEEN)
    return bytes(page.screenshot(animations="disabled"))


def with_tick(permission: str) -> Prepare:
    """A permission ticked, its effect told, nothing saved."""
    return lambda person: scene.tick(person, permission)


def open_filters(person: Person) -> None:
    """The folded filters of the list."""
    person.page.click("main details summary")


def fill_in(person: Person) -> None:
    """A new user, written and not yet created."""
    for name, value in (
        ("name", "Elena Fabbri"),
        ("email", "elena@ceramichebellandi.example"),
        ("user_name", "elenafabbri"),
    ):
        person.page.fill(f"[name={name}]", value)
    person.page.click("button[value='role.invoicing']")
    person.page.wait_for_load_state()


def send_link(person: Person) -> None:
    """The page that shows a new activation link."""
    person.page.click("form[action$='/link'] button")
    person.page.wait_for_selector("#link")


def owners_shots(here: Scene) -> Iterator[Shot]:
    """What the owner sees, while nothing waits for its payment."""
    users, customer = here.users, f"{here.home}/customer"
    yield Shot(path=f"{here.home}/", topic="count", name="home", english=True)
    yield Shot(path=users, topic="overview", name="users", top=".trail", english=True)
    yield Shot(path=users, topic="find", prepare=open_filters, top=".seat-panel")
    yield Shot(path=here.giulia, topic="setup", prepare=send_link)
    yield Shot(path=f"{users}/new", topic="create", prepare=fill_in, top=".trail")
    yield Shot(path=f"{users}/new", name="create-user", prepare=fill_in)
    yield Shot(
        path=f"{here.anna}/permissions",
        topic="permissions",
        name="permissions",
        prepare=with_tick("invoicing.send_sdi"),
        top="#can",
        english=True,
    )
    yield Shot(path=here.anna, topic="remove", name="user", top=".panel ~ .panel")
    yield Shot(path=f"{here.anna}/why?action=draft.send", name="why")
    yield Shot(path=f"{here.home}/history", name="history")
    yield Shot(path=f"{here.home}/help/permissions", topic="meanings")
    yield Shot(path=f"{customer}/cart", topic="more", name="cart", top=".trail")
    yield Shot(path=f"{customer}/renew", topic="end", top=".trail")
    yield Shot(path=f"{here.home}/help/users", name="guide", english=True)


def main() -> int:
    """Take them all; answers the exit code."""
    if CHROMIUM is None:
        print("install chromium: apt install chromium")  # noqa: T201
        return 1
    album = Album()
    with (
        tempfile.TemporaryDirectory() as work,
        running_demo(Path(work)) as demo,
        chromium() as browser,
    ):

        def enter() -> Person:
            return Person(browser, demo, 1280, "it")

        album.take(enter(), Shot(path="/sign-in", topic="access", name="sign-in"))
        here = scene.set_the_scene(demo, enter)
        for shot in owners_shots(here):
            album.take(here.marta, shot)
        order = scene.place_order(here.marta, here.home)
        album.take(here.marta, Shot(path=order, name="order"))
        area = f"{here.home}/customer"
        album.take(here.marta, Shot(path=area, name="customer-area"))
        anna = enter().sign_in("annaricci26")
        album.take(anna, Shot(path=f"{here.home}/banks/new", name="forbidden"))
        operator = scene.an_operator(demo, enter)
        album.take(operator, Shot(path="/operator/", name="operator-orders"))
        tried = f"account={here.account}&user=annaricci26&action=draft.send"
        album.take(operator, Shot(path=f"/operator/try?{tried}", name="operator-try"))
    changed = "".join(f"\n  {file}" for file in album.written)
    print(f"{album.taken} pictures, {len(album.written)} changed{changed}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
