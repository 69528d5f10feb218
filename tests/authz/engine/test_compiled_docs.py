"""What docs/engine.md says of its example is so."""

import re
from pathlib import Path

from authz.engine import CompiledEvaluator, read_model, read_policy_csv
from authz.policy import default_folder

TEXT = (Path(default_folder()).parent / "docs" / "engine.md").read_text()
BLOCKS = re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL)


def block(start: str) -> str:
    (found,) = [text for text in BLOCKS if text.startswith(start)]
    return found


def example() -> CompiledEvaluator:
    rows = read_policy_csv(block("p, bookkeeper"))
    return CompiledEvaluator(read_model(block("[request_definition]")), rows)


def test_the_plan_on_the_page_is_the_plan():
    assert example().plan.describe() == block("plan:").strip()


def test_the_answers_on_the_page_are_the_answers():
    evaluator = example()
    send = evaluator.explain(("maria", "acme", "invoice", "send"))
    edit = evaluator.explain(("maria", "acme", "invoice", "edit"))
    assert (send.allowed, send.row.place) == (False, "policy.csv:3")
    assert (edit.allowed, edit.row.place) == (True, "policy.csv:2")
    assert [row.values[1] for row in send.paths[0]] == ["trainee"]


def test_the_example_has_as_many_dictionaries_as_the_page_shows():
    (lane,) = example()._table._lanes
    assert len(lane._groups) == 3
