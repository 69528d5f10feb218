"""The guide in a browser: accessible, its pictures shown, its buttons open."""

from typing import Any

import pytest

from tests.webapp.story.conftest import Demo
from tests.webapp.story.person import Person
from webapp.guide.topics import TOPICS, WIDTH

LOADED = """async () => {
  const found = [...document.querySelectorAll(".topic img")];
  for (const image of found) { image.loading = "eager"; await image.decode(); }
  return found.map(image => image.naturalWidth);
}"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_guide_is_accessible_and_each_topic_shows_its_picture(
    browser: Any, demo: Demo, width: int, language: str
) -> None:
    marta = Person(browser, demo, width, language).sign_in("martabellandi")
    assert marta.open(f"/a/{marta.account}/help/users?lang={language}") == 200
    assert marta.page.evaluate(LOADED) == [WIDTH] * len(TOPICS)
    marta.look("guide")
    marta.close()


def test_every_button_of_the_guide_opens_its_page_for_the_owner(
    browser: Any, demo: Demo
) -> None:
    marta = Person(browser, demo, 1280, "it").sign_in("martabellandi")
    marta.open(f"/a/{marta.account}/help/users")
    found = marta.page.locator(".topic-ways a")
    links = [found.nth(i).get_attribute("href") for i in range(found.count())]
    assert len(links) >= len(TOPICS)
    for link in dict.fromkeys(links):
        assert marta.open(str(link)) == 200, link
        assert "/confirm" not in marta.page.url
    marta.close()


def test_the_contents_lead_to_each_topic(browser: Any, demo: Demo) -> None:
    marta = Person(browser, demo, 360, "it").sign_in("martabellandi")
    marta.open(f"/a/{marta.account}/help/users")
    marta.page.click(".guide-contents a >> nth=-1")
    assert marta.page.url.endswith(f"#{TOPICS[-1].key}")
    top = f"document.getElementById('{TOPICS[-1].key}').getBoundingClientRect().top"
    assert abs(marta.page.evaluate(top)) < 900
    marta.close()
