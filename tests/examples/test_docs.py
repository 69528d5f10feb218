"""docs/serve.md shows a pdp.toml and entities that are taken, and every name there is."""

import re

from authz.folder import NAMES
from authz.folder.declared import TABLES
from authz.folder.texts import TEXTS
from authz.folder.wiring import USUAL
from tests.authz.folders.asking import a_model, rules_of
from tests.examples.cases import FOLDER

TEXT = (FOLDER.parent / "docs" / "serve.md").read_text(encoding="utf-8")
TOKENS = "sub, dom, obj, act, env, ip"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def test_the_files_that_are_shown_are_taken(tmp_path) -> None:
    matcher = "r.sub.role == p.role && r.act == p.act"
    rules = rules_of(
        tmp_path,
        model_conf=a_model(TOKENS, "role, act", matcher, roles=""),
        policy_csv="p, editor, view\n",
        pdp_toml=block("toml"),
        entities_json=block("json"),
    )
    assert rules.entities.ids("subject", "user") == ["ann"]


def test_every_file_table_text_and_name_is_told() -> None:
    for name in (*NAMES, *TEXTS, *USUAL, *set(USUAL.values())):
        assert f"`{name}`" in TEXT, name
    assert set(re.findall(r"^\[(\w+)\]", block("toml"), re.MULTILINE)) == set(TABLES)
