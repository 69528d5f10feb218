"""A believable state of the demo for the pictures, made through its pages and commands."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.webapp.story.conftest import Demo
from tests.webapp.story.person import Person

PASSWORD = "lanterna-fiume-castagna-volo"
OPERATOR = "gestore001"


@dataclass
class Scene:
    """Who is there; pages by what they are about.

    Attributes:
        anna, giulia: pages of an active user and of an invited one.
    """

    marta: Person
    account: str
    anna: str
    giulia: str

    @property
    def home(self) -> str:
        return f"/a/{self.account}"

    @property
    def users(self) -> str:
        return f"{self.home}/settings/users"


def set_the_scene(demo: Demo, enter: Callable[[], Person]) -> Scene:
    """Somebody invited, somebody suspended, somebody removed, changes to tell of."""
    for name in ("annaricci26", "lucaferri55"):
        enter().sign_in(name).close()
    marta = enter().sign_in("martabellandi")
    users = f"/a/{marta.account}/settings/users"
    change(marta, f"{users}?q=lucaferri55", "invoicing.configure")
    scene = Scene(
        marta=marta,
        account=marta.account,
        anna=page_of(marta, users, "annaricci26"),
        giulia=new_user(marta, users, "Giulia Conti", "giuliaconti9", "bookkeeper"),
    )
    davide = new_user(marta, users, "Davide Neri", "davideneri84", "read_only")
    press(marta, davide, "form[action$='/suspend'] button")
    sara = new_user(marta, users, "Sara Monti", "saramonti33", "invoicing")
    press(marta, f"{sara}/remove", ".form-actions button")
    return scene


def new_user(marta: Person, users: str, name: str, user_name: str, role: str) -> str:
    """A user with a ready-made role and an activation link; answers the page."""
    marta.open(f"{users}/new")
    for field, value in (
        ("name", name),
        ("email", f"{user_name}@ceramichebellandi.example"),
        ("user_name", user_name),
    ):
        marta.page.fill(f"[name={field}]", value)
    marta.page.click(f"button[value='role.{role}']")
    marta.page.wait_for_load_state()
    marta.page.click(".form-actions button")
    marta.page.wait_for_selector("#link")
    return page_of(marta, users, user_name)


def page_of(marta: Person, users: str, user_name: str) -> str:
    """The address of a user's page."""
    for tab in ("active", "invited"):
        marta.open(f"{users}?tab={tab}&q={user_name}")
        found: Any = marta.page.locator("th .who a")
        if found.count():
            return str(found.first.get_attribute("href"))
    raise AssertionError(f"no such user: {user_name}")


def change(marta: Person, listed: str, permission: str) -> None:
    """Tick one permission of the first user of that list, and save."""
    marta.open(listed)
    marta.page.click("td.act a[href$='/permissions']")
    tick(marta, permission)
    marta.page.click("#save-bar button[name=save]")
    marta.page.wait_for_selector(".note-ok button")


def tick(marta: Person, permission: str) -> None:
    """A box of the permission table, until its effect is told."""
    marta.page.check(f"[value='{permission}']")
    marta.page.wait_for_selector("#effect .marked-ok, #effect .marked-warn")


def press(marta: Person, path: str, button: str) -> None:
    """A button of a page, and what it leads to."""
    marta.open(path)
    marta.page.click(button)
    marta.page.wait_for_load_state()


def place_order(marta: Person, home: str) -> str:
    """Two seats more, not paid yet; answers the order's page."""
    marta.open(f"{home}/customer/cart")
    press(marta, f"{home}/customer/cart", "button[value=more]")
    marta.page.click("button[name=order]")
    marta.page.wait_for_load_state()
    return str(marta.page.url).removeprefix(marta.demo.url)


def an_operator(demo: Demo, enter: Callable[[], Person]) -> Person:
    """Who runs Delega, signed in: made by the command, as in earnest."""
    folder = demo.folder / "var" / "demo"
    environment = {
        **os.environ,
        "PYTHONPATH": os.getcwd(),  # noqa: PTH109
        "DELEGA_DEMO": "1",
        "DELEGA_DATABASE_URL": f"sqlite:///{folder / 'delega.sqlite3'}",
        "DELEGA_SECRET_KEY": (folder / "secret_key").read_text(encoding="utf-8"),
        "DELEGA_PUBLIC_URL": demo.url,
    }
    command = [sys.executable, "-c", "from webapp.cli import main; main()"]
    command += ["operators", "create", "--user-name", OPERATOR]
    command += ["--email", "gestore@example.com", "--full-name", "Chiara Valli"]
    done = subprocess.run(  # noqa: S603
        command, env=environment, check=True, capture_output=True, text=True
    )
    link = re.search(r"/activate/\S+", done.stdout)
    assert link
    person = enter()
    person.open(link.group())
    person.page.fill("[name=new]", PASSWORD)
    person.page.fill("[name=repeat]", PASSWORD)
    person.page.click("button.button-main")
    person.page.wait_for_load_state()
    return person
