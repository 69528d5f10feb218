"""Reading the list of actions."""

import pytest

from authz.errors import PolicyError, UnknownNameError
from authz.policy import default_folder, read_folder
from authz.policy.catalogue import read_catalogue

CATALOGUE = read_folder(default_folder()).catalogue
HEAD = "module,action,label_it,label_en\n"


def test_an_action_is_found_by_noun_and_verb():
    action = CATALOGUE.find("draft", "send")
    assert action == CATALOGUE.named("draft.send")
    assert (action.key, action.module) == ("draft.send", "invoicing")
    assert (action.label("it"), action.label("en")) == ("Invia a SdI", "Send to SdI")


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        ("draft", "sned"),
        ("Draft", "send"),
        ("", ""),
        ("draft.send", ""),
        ("", "draft.send"),
    ],
)
def test_names_are_exact(resource, action):
    assert CATALOGUE.find(resource, action) is None


def test_a_resource_is_known_by_its_actions():
    assert CATALOGUE.has_resource("draft")
    assert not CATALOGUE.has_resource("draft.send")
    assert not CATALOGUE.has_resource("Draft")


def test_an_unknown_action_is_an_error_that_names_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"unknown action `draft.sned`; .*`draft.send`"
    ):
        CATALOGUE.named("draft.sned")
    with pytest.raises(UnknownNameError, match=r"see catalogue.csv"):
        CATALOGUE.named("qqqqqqqq")


def test_a_noun_in_two_parts_is_not_split_at_the_wrong_point():
    assert read_catalogue(HEAD + "m,a.b,x,y\n").find("a", "b").name == "b"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("module,action\nm,a.b,x,y\n", 1, "the first line must be"),
        (HEAD + "m,a.b,x\n", 2, "has 3 columns instead of 4"),
        (HEAD + "m,a.b,x,\n", 2, "empty cell"),
        (HEAD + "m,a.b, x,y\n", 2, "blanks around"),
        (HEAD + "m,A.b,x,y\n", 2, "write noun.verb in lower case"),
        (HEAD + "m,a.b.c,x,y\n", 2, "write noun.verb in lower case"),
        (HEAD + "m,a.b,x,y\nm,a.b,x,y\n", 3, "a second time"),
        (HEAD + 'm,a.b,"x"x,y\n', 2, "can not be read as csv"),
        (HEAD, 1, "lists no action"),
        ("", 1, "the first line must be"),
    ],
)
def test_a_line_that_is_not_right_is_named(text, line, says):
    with pytest.raises(PolicyError, match=says) as caught:
        read_catalogue(text)
    assert caught.value.faults[0].line == line
    assert caught.value.faults[0].file == "catalogue.csv"


def test_the_list_can_be_walked():
    assert tuple(CATALOGUE) == CATALOGUE.actions
    assert len(CATALOGUE) == len(CATALOGUE.actions)
