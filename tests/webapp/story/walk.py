"""A walk through the service, from an empty seat to the history of what was done.

A test walks it in both languages; the film is the same walk, slower and with captions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.webapp.story.captions import CAPTIONS
from tests.webapp.story.person import Person

PASSWORD = "lanterna-fiume-castagna-volo"


@dataclass
class Stage:
    """Who is there, and how it is shown; here without pauses and captions.

    Attributes:
        enter: makes a person at a browser of their own.
        number: tells the users of several walks in one demo apart.
    """

    enter: Callable[[], Person]
    language: str
    number: int
    people: list[Person] = field(default_factory=list)

    @property
    def user_name(self) -> str:
        return f"giuliaconti{self.number}"

    def somebody(self) -> Person:
        self.people.append(self.enter())
        return self.people[-1]

    def tell(self, who: Person, key: str) -> None:
        """Say what comes next, on that person's screen."""
        assert CAPTIONS[key][self.language]
        assert who.complaints == [], key

    def show(self, who: Person, selector: str) -> None:
        """Bring it into view."""
        who.page.locator(selector).first.scroll_into_view_if_needed()

    def click(self, who: Person, selector: str) -> None:
        who.page.locator(selector).first.click()

    def fill(self, who: Person, **values: str) -> None:
        for name, value in values.items():
            who.page.fill(f"[name={name}]", value)


def walk(stage: Stage) -> None:
    """All of it, with what must be seen on the way."""
    marta = stage.somebody()
    arrive(stage, marta)
    link = create(stage, marta)
    giulia = stage.somebody()
    begin(stage, giulia, link)
    draft = f"/a/{marta.account}/drafts/new"
    refused(stage, giulia, draft)
    give(stage, marta)
    stage.tell(giulia, "next_click")
    assert giulia.open(draft) == 200
    stage.tell(giulia, "allowed")
    buy(stage, marta)
    remove_and_undo(stage, marta, giulia)
    look_back(stage, marta)


def arrive(stage: Stage, marta: Person) -> None:
    """The owner signs in and sees the seats."""
    marta.open(f"/sign-in?lang={stage.language}")
    stage.tell(marta, "start")
    stage.fill(
        marta, user_name="martabellandi", password=marta.demo.passwords["martabellandi"]
    )
    stage.click(marta, "button.button-main")
    stage.show(marta, ".seats-line")
    stage.tell(marta, "home")
    stage.click(marta, f"main a[href='{users_of(marta)}']")
    stage.tell(marta, "list")


def create(stage: Stage, marta: Person) -> str:
    """A user from a ready-made role; answers the activation link."""
    stage.click(marta, "main a[href$='/settings/users/new']")
    stage.tell(marta, "create")
    stage.fill(
        marta,
        name="Giulia Conti",
        email="giulia@example.com",
        user_name=stage.user_name,
    )
    stage.click(marta, "button[value='role.read_only']")
    marta.page.wait_for_load_state()
    assert marta.page.is_checked("[value='invoicing.read']")
    stage.show(marta, "#effect")
    stage.tell(marta, "effect")
    stage.click(marta, ".form-actions button")
    stage.tell(marta, "created")
    return str(marta.page.input_value("#link")).removeprefix(marta.demo.url)


def begin(stage: Stage, giulia: Person, link: str) -> None:
    """The new user chooses a password and is in."""
    giulia.open(f"{link}?lang={stage.language}")
    stage.tell(giulia, "activate")
    stage.fill(giulia, new=PASSWORD, repeat=PASSWORD)
    stage.click(giulia, "button.button-main")
    assert giulia.page.locator("main a[href$='/drafts/new']").count() == 0
    stage.tell(giulia, "inside")


def refused(stage: Stage, giulia: Person, draft: str) -> None:
    """What was not given is refused, with the reason."""
    assert giulia.open(draft) == 403
    stage.tell(giulia, "refused")
    stage.click(giulia, "a[href*='/why/']")
    assert giulia.page.locator("ol.path li").count() > 2
    stage.tell(giulia, "why")


def give(stage: Stage, marta: Person) -> None:
    """The owner gives a permission, having read what it does."""
    marta.open(f"{users_of(marta)}?q={stage.user_name}")
    stage.click(marta, "td.act a[href$='/permissions']")
    marta.page.check("[value='invoicing.create_edit']")
    marta.page.wait_for_selector("#effect .marked-ok")
    stage.tell(marta, "give")
    stage.click(marta, "#save-bar button[name=save]")
    marta.page.wait_for_selector(".note-ok button")
    stage.tell(marta, "saved")


def buy(stage: Stage, marta: Person) -> None:
    """A seat more, which counts from the payment on."""
    before = seats(marta)
    stage.click(marta, "main a[href$='/customer/cart']")
    marta.page.wait_for_selector("#sums .total")
    stage.tell(marta, "cart")
    stage.click(marta, "button[name=order]")
    stage.tell(marta, "order")
    assert seats(marta) == before
    marta.page.go_back()
    stage.show(marta, "form[action*='/demo/pay/']")
    stage.click(marta, "form[action*='/demo/pay/'] button")
    stage.tell(marta, "paid")
    assert seats(marta) == before + 1
    stage.tell(marta, "more")


def remove_and_undo(stage: Stage, marta: Person, giulia: Person) -> None:
    """Out at the next click, and back with the permissions of before."""
    marta.open(f"{users_of(marta)}?q={stage.user_name}")
    stage.click(marta, "th .who a")
    here = marta.page.url
    stage.click(marta, "a[href$='/remove']")
    stage.tell(marta, "remove")
    stage.click(marta, ".form-actions button")
    giulia.page.reload()
    assert "/sign-in" in giulia.page.url
    stage.tell(giulia, "out")
    assert marta.page.url == here
    stage.show(marta, "form[action$='/restore']")
    stage.tell(marta, "undo")
    stage.click(marta, "form[action$='/restore'] button")
    stage.tell(marta, "restored")


def look_back(stage: Stage, marta: Person) -> None:
    """Everything stands in the history."""
    marta.open(f"/a/{marta.account}/history")
    assert marta.page.locator("main tbody tr").count() > 5
    stage.tell(marta, "history")
    assert all(person.complaints == [] for person in stage.people)


def users_of(marta: Person) -> str:
    return f"/a/{marta.account}/settings/users"


def seats(marta: Person) -> int:
    """How many the list of users counts."""
    marta.open(users_of(marta))
    meter: Any = marta.page.locator(".seat-panel .seats > span")
    return int(meter.count())
