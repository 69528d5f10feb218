"""Reading a model.conf: what casbin lets pass until somebody asks is refused at once."""

import casbin
import pytest

from authz.engine import read_model
from authz.errors import ModelError
from authz.policy import default_folder

TEXT = """[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
p2 = sub, act
[role_definition]
g = _, _
g2 = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && (r.obj == p.obj || !(r.act != p.act))
"""


def said(text: str) -> str:
    with pytest.raises(ModelError) as caught:
        read_model(text)
    return "\n".join(str(fault) for fault in caught.value.faults)


def test_tokens_links_and_widths_are_as_written():
    model = read_model(TEXT)
    assert model.tokens == {
        "r": ("sub", "obj", "act"),
        "p": ("sub", "obj", "act"),
        "p2": ("sub", "act"),
    }
    assert model.links == {"g": 2, "g2": 3}
    widths = {
        ptype: model.width(ptype) for ptype in ("p", "p2", "g", "g2", "r", "p3", "x")
    }
    assert widths == {
        "p": 3,
        "p2": 2,
        "g": 2,
        "g2": 3,
        "r": None,
        "p3": None,
        "x": None,
    }


def test_the_matcher_is_python():
    matcher = read_model(TEXT).matcher
    assert matcher == "g(r_sub, p_sub) and (r_obj == p_obj or not (r_act != p_act))"
    compile(matcher, "m", "eval")


def test_the_shipped_model_is_read():
    model = read_model((default_folder() / "model.conf").read_text())
    assert model.tokens["p"] == (
        "permission",
        "and_permission",
        "service",
        "resource",
        "action",
    )
    assert model.links == {"g": 3, "g2": 2}


def test_what_casbin_refuses_is_a_model_error():
    assert "DLG001 casbin refuses it" in said("no section at all")


def test_a_misspelt_section_passes_casbin_until_somebody_asks():
    text = TEXT.replace("[matchers]", "[matcher]")
    with pytest.raises(RuntimeError, match="model is undefined"):
        casbin.Enforcer(casbin.Enforcer.new_model(text=text)).enforce("a", "b", "c")
    assert said(text) == "model.conf: DLG002 the section [matchers] lacks `m =`"


@pytest.mark.parametrize(
    "section", ["request_definition", "policy_definition", "policy_effect", "matchers"]
)
def test_every_section_must_be_there(section):
    assert f"the section [{section}] lacks" in said(TEXT.replace(section, "other"))


def test_a_comment_behind_the_tokens_becomes_part_of_one():
    text = TEXT.replace("r = sub, obj, act", "r = sub, obj, act # who")
    assert said(text).startswith(
        "model.conf:2: DLG003 `act # who` is no name for a token of r; put comments on"
    )


def test_a_misspelt_role_section_passes_casbin_until_somebody_asks():
    text = TEXT.replace("[role_definition]", "[roles]")
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=text))
    with pytest.raises(Exception, match="Function 'g' not defined"):
        enforcer.enforce("a", "b", "c")
    assert said(text) == (
        "model.conf:12: DLG004 the matcher asks g(), [role_definition] lacks it; "
        "add `g = _, _`"
    )


def test_an_effect_casbin_does_not_know_is_refused():
    text = TEXT.replace("some(where (p.eft == allow))", "any(where (p.eft == allow))")
    assert "model.conf:10: DLG005 casbin knows no policy effect" in said(text)
