"""What is wrong with a folder is said with the file, and the line or the entry."""

from pathlib import Path

import pytest

from authz.errors import PolicyError
from authz.folder import read_files
from authz.folder.files import look_at
from authz.folder.toml_lines import line_of
from tests.authz.folders.asking import MODEL, a_folder, a_model, rules_of

ATTRIBUTES = a_model("sub, act", "sub, act", "r.sub.age > 18 && r.act == p.act")
ENVIRONMENT = a_model("sub, env", "sub, env", "r.sub == p.sub && r.env == p.env")
SOFT = a_model("sub, soft", "sub, soft", "r.sub == p.sub && r.soft")
TWICE = '{"subjects": [{"type": "u", "id": "1"}, {"type": "u", "id": "1"}]}'


def problem(path: Path, **texts: str) -> str:
    with pytest.raises(PolicyError) as caught:
        rules_of(path, **texts)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[request]\nsub = ", "pdp.toml:2: DLG402 this is not TOML"),
        ("= 1", "pdp.toml:1: DLG402 this is not TOML"),
        ("\n[requests]\n", "pdp.toml:2: DLG402 unknown table `requests`; there are"),
        ("sent = 3", "pdp.toml:1: DLG402 `sent` is a table; write [sent]"),
        (
            '[request]\n# who\nwho = "subject.id"',
            "pdp.toml:3: DLG402 the model has no token `who`; it has sub, obj, act",
        ),
        (
            '[request]\nsub = "subject.name"',
            "pdp.toml:2: DLG402 `subject.name` is no part of a question; there are",
        ),
        ('[request]\nsub = "{subject}"', "`{subject}` can not stand in a text"),
        ('[request]\nsub = "{subject.type}{subject.id}"', "with a text between two"),
        ('[request]\nsub = "{subject.id}:{subject.id}"', "put each part once"),
        ("[request]\nsub = 3", "pdp.toml:2: DLG402 write a text, such as"),
        ("[request]\nsub = { constant = 3 }", "DLG402 write a text, such as"),
        ('[request]\nsub = { text = "x" }', "DLG402 write a text, such as"),
        (
            '[request]\nact = "action.properties.soft.x"',
            'pdp.toml:2: DLG402 no action has `soft.x` of its own; let callers send it: [sent] action = ["soft"]',
        ),
        ('[types]\naction = ["a"]', "pdp.toml:2: DLG402 unknown key `action`"),
        ('[sent]\nsubject = "role"', "pdp.toml:2: DLG402 `subject` is a list of texts"),
        ("[sent]\nsubject = [1]", "pdp.toml:2: DLG402 `subject` is a list of texts"),
        ('[sent]\nresource = ["id"]', "pdp.toml:2: DLG402 `id` is the resource's own"),
        ('[sent]\naction = ["name"]', "pdp.toml:2: DLG402 `name` is the action's own"),
        ('[defaults]\n"role" = ""', "pdp.toml:2: DLG402 `role` is no property"),
        ('[defaults]\n"subject.properties.id" = ""', "`subject.properties.id` is no"),
        ("[defaults]\nsubject.properties.role = 1", "`subject` is no property"),
        (
            '[defaults]\n"context.day" = 2020-01-01',
            "pdp.toml:2: DLG402 a default is a text, a number",
        ),
        ("\xa0", "pdp.toml:1: DLG402"),
    ],
)
def test_a_wrong_pdp_toml_is_told_where(tmp_path: Path, text: str, said: str) -> None:
    assert said in problem(tmp_path, pdp_toml=text)


def test_all_that_is_wrong_with_it_is_told_at_once(tmp_path: Path) -> None:
    text = '[request]\nwho = "subject.id"\nobj = "x"\n[defaults]\n"y" = 1'
    said = problem(tmp_path, pdp_toml=text)
    assert said.count("DLG402") == 3


def test_a_token_that_nobody_can_guess_is_told_with_what_to_write(
    tmp_path: Path,
) -> None:
    said = problem(tmp_path, model_conf=ENVIRONMENT, policy_csv="p, ann, test\n")
    text = "nothing says what feeds the token `env`; write it under [request]"
    assert said == f'pdp.toml: DLG402 {text}, such as env = "context.env"'


def test_the_first_token_is_never_said_to_be_the_callers_to_choose(
    tmp_path: Path,
) -> None:
    plain = {
        "model_conf": a_model("who, act", "who, act", "r.who == p.who"),
        "policy_csv": "p, ann, read\n",
    }
    assert problem(tmp_path, **plain).endswith('such as who = "subject.id"')
    aged = a_model("who, act", "act", "r.who.age > 8 && r.act == p.act")
    said = problem(tmp_path, model_conf=aged, policy_csv="p, read\n")
    assert said.endswith('such as who = "subject"')


def test_a_text_for_a_token_whose_attributes_are_read_is_refused(
    tmp_path: Path,
) -> None:
    said = problem(
        tmp_path,
        model_conf=ATTRIBUTES,
        policy_csv="p, ann, read\n",
        pdp_toml='[request]\nsub = "subject.id"\n',
    )
    assert said.startswith(
        "pdp.toml:2: DLG402 the matcher reads attributes of r.sub: feed it with an object"
    )


def test_a_property_of_actions_that_has_a_default_need_not_be_sent(
    tmp_path: Path,
) -> None:
    texts = {"model_conf": SOFT, "policy_csv": "p, ann, x\n"}
    wired = '[request]\nsoft = "action.properties.soft"\n'
    assert "let callers send it" in problem(tmp_path, pdp_toml=wired, **texts)
    more = '[defaults]\n"action.properties.soft" = true\n'
    assert rules_of(tmp_path, pdp_toml=wired + more, **texts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"subjects": [\n{"type": ]}', "entities.json:2: DLG403 this is not JSON"),
        ("[" * 100_000, "entities.json: DLG403 this is not JSON"),
        ('{"a": 1, "a": 2}', "the name `a` stands twice in one object"),
        ('{"people": []}', "entities.json: DLG403 object contains unknown field"),
        ('{"subjects": {}}', "expected `array`, got `object` - at `subjects`"),
        ('{"subjects": [{"id": "1"}]}', "missing required field `type` - at"),
        (
            '{"subjects": [{"type": "u", "id": 1}]}',
            "expected `str`, got `int` - at `subjects[0].id`",
        ),
        (
            '{"resources": [{"type": "u", "id": "1", "attributes": {}}]}',
            "unknown field `attributes` - at `resources[0]`",
        ),
        (TWICE, "`subjects[1]` is `subjects[0]` again; write it once"),
        (
            '{"subjects": [{"type": "u", "id": "1", "properties": {"id": 2}}]}',
            "`subjects[0]` has a property `id`, which is its own",
        ),
        (
            '{"subjects": [{"type": "u", "id": "1", "properties": {"n": [NaN]}}]}',
            "`subjects[0]` holds a date or no finite number",
        ),
    ],
)
def test_a_wrong_entity_file_is_told_with_the_entry(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in problem(tmp_path, entities_json=text)


def test_an_entity_file_may_be_toml(tmp_path: Path) -> None:
    good = 'actions = ["read", "read"]\n[[subjects]]\ntype = "user"\nid = "ann"\n'
    entities = rules_of(tmp_path / "good", entities_toml=good).entities
    assert (entities.ids("subject", "user"), entities.actions) == (["ann"], ("read",))
    dated = good + "properties = { since = 2020-01-01, more = { a = 1.5 } }\n"
    assert "holds a date" in problem(tmp_path / "dated", entities_toml=dated)
    said = problem(tmp_path / "bad", entities_toml="actions = [")
    assert said.startswith("entities.toml:1: DLG403 this is not TOML")


def test_there_is_one_entity_file(tmp_path: Path) -> None:
    said = problem(tmp_path, entities_json="{}", entities_toml="")
    assert (
        said
        == "entities.toml: DLG403 `entities.json` stands beside it; keep one of them"
    )


def test_rows_that_casbin_reads_unsafely_are_refused_with_their_line(
    tmp_path: Path,
) -> None:
    said = problem(tmp_path, policy_csv="p, ann, memo, read\np, , memo, read\n")
    assert said.startswith("policy.csv:2: DLG")
    said = problem(tmp_path, model_conf=MODEL.replace("allow))", "alow))"))
    assert said.startswith("model.conf:8: DLG005")


@pytest.mark.parametrize(
    "rule",
    [
        "open(r.sub).write(r.sub) == 3",
        "open(r.sub)",
        '__import__("os").system(r.sub)',
        "r.sub + r.sub == r.sub",
        "r.nobody.age > 3",
        "sub == r.sub",
        "[name for name in r.sub]",
        "r.sub.__class__ == r.sub",
    ],
)
def test_a_condition_that_is_more_than_a_comparison_is_refused(
    tmp_path: Path, rule: str
) -> None:
    """Nothing in a row is ever run, by casbin neither."""
    model = a_model("sub, act", "rule, act", "eval(p.rule) && r.act == p.act", roles="")
    said = problem(tmp_path, model_conf=model, policy_csv=f"p, {rule}, read\n")
    assert said.startswith("policy.csv:1: DLG127")


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    a_folder(tmp_path)
    (tmp_path / "policy.csv").write_bytes(b"p, a, b, c\np, \xff, b, c\n")
    assert problem_of(tmp_path).startswith("policy.csv:2: DLG401 the line is not UTF-8")
    (tmp_path / "policy.csv").unlink()
    assert problem_of(tmp_path) == (
        "policy.csv: DLG401 the folder lacks this file; write it"
    )
    (tmp_path / "policy.csv").mkdir()
    assert problem_of(tmp_path) == (
        "policy.csv: DLG401 the file can not be read: Is a directory"
    )


def problem_of(path: Path) -> str:
    from authz.folder import read_rules

    with pytest.raises(PolicyError) as caught:
        read_rules(read_files(path))
    return str(caught.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="the folder can not be read: No such file"):
        look_at(tmp_path / "gone")


def test_the_line_of_a_key_is_found_in_its_own_table() -> None:
    text = '# a = 1\n[one] # first\na = 1\n[two]\n"a" = 2\n'
    assert [line_of(text, "one"), line_of(text, "one", "a")] == [2, 3]
    assert [line_of(text, "two", "a"), line_of(text, "three", "a")] == [5, 0]
