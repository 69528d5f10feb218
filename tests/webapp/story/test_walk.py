"""The walk of the film, every day: without pauses, in both languages, narrow too."""

from typing import Any

import pytest

from tests.webapp.story.captions import CAPTIONS, seconds
from tests.webapp.story.conftest import Demo
from tests.webapp.story.person import Person
from tests.webapp.story.walk import Stage, walk


@pytest.mark.parametrize(
    ("width", "language", "number"), [(1280, "it", 1), (1280, "en", 2), (360, "it", 3)]
)
def test_the_walk_of_the_film_is_true(
    browser: Any, demo: Demo, width: int, language: str, number: int
) -> None:
    stage = Stage(lambda: Person(browser, demo, width, language), language, number)
    try:
        walk(stage)
    finally:
        for person in stage.people:
            person.close()


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_captions_leave_time_to_read_and_end_in_time(language: str) -> None:
    told = [seconds(words[language]) for words in CAPTIONS.values()]
    assert min(told) > 1.5
    assert 50 < sum(told) < 80
