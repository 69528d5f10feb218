"""Every example answers its own requests as it says, and reads well."""

import pytest

from authz.folder import Folder, read_files, read_rules, sample_question
from authz.pdp import Kind
from authz.review import lint_files
from tests.authz.folders.asking import answer, body
from tests.examples.cases import FOLDER, NAMES, requests, told


@pytest.mark.parametrize("name", NAMES)
def test_an_example_answers_its_requests(name: str) -> None:
    folder = Folder(FOLDER / name)
    wrong = [
        (kind, request, wanted, found)
        for kind, request, wanted in requests(name)
        if (found := told(kind, body(folder, kind, request))) != wanted
    ]
    assert not wrong


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_answers_as_its_items_do(name: str) -> None:
    folder = Folder(FOLDER / name)
    cases = [case for case in requests(name) if case[0] is Kind.EVALUATION]
    batch = {"evaluations": [request for _, request, _ in cases]}
    found = body(folder, Kind.EVALUATIONS, batch)["evaluations"]
    assert [item["decision"] for item in found] == [wanted for *_, wanted in cases]
    assert len({wanted for *_, wanted in cases}) == 2, "only one answer is tried"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_search_finds_is_allowed_and_what_is_allowed_is_found(name: str) -> None:
    folder = Folder(FOLDER / name)
    entities = read_rules(read_files(FOLDER / name)).entities
    for kind, request, found in requests(name):
        if kind is Kind.EVALUATION:
            continue
        part = kind.value.removeprefix("search/")
        word = "name" if part == "action" else "id"
        asked = request.get(part, {})
        known = entities.ids(part, asked.get("type", ""))
        for each in {*known, *found}:
            one = {**request, part: {**asked, word: each}}
            decision = body(folder, Kind.EVALUATION, one)["decision"]
            assert decision is (each in found), (name, one)


@pytest.mark.parametrize("name", NAMES)
def test_no_question_of_an_example_is_without_an_answer(name: str) -> None:
    folder = Folder(FOLDER / name)
    for kind, request, _ in requests(name):
        if kind is Kind.EVALUATION:
            assert b"not_answered" not in answer(folder, kind, request).body


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_clean_and_says_how_it_came_to_be(name: str) -> None:
    folder = FOLDER / name
    model, policy = (
        (folder / file).read_text(encoding="utf-8")
        for file in ("model.conf", "policy.csv")
    )
    assert lint_files(model, policy, "model.conf", "policy.csv") == ()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"delega serve examples/{name}" in readme
    assert "## The rules" in readme


@pytest.mark.parametrize("name", NAMES)
def test_the_question_that_is_shown_first_is_allowed(name: str) -> None:
    question = sample_question(read_rules(read_files(FOLDER / name)))
    assert body(Folder(FOLDER / name), Kind.EVALUATION, question)["decision"] is True
