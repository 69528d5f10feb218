"""Links asked about in a width they have not; casbin's answer first, then the trap."""

import pytest

from authz.engine import read_model
from tests.authz.engine.strange import ALLOW, raw, refused_model

IN_DOMAINS = ALLOW.replace("r = sub,", "r = sub, dom,")
LOST_DOMAIN = IN_DOMAINS.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)")
LOST_LINK = IN_DOMAINS.replace("g = _, _", "g = _, _, _")
ROW = "p, admin, data, read"


@pytest.mark.parametrize("link", ["g, alice, admin", "g, alice, admin, d1"])
def test_a_domain_that_links_lack_is_taken_for_nothing(link, tmp_path):
    enforcer = raw(tmp_path, LOST_DOMAIN, [ROW, link])
    for domain in ("d1", "d2", ""):
        assert enforcer.enforce("alice", domain, "data", "read") is True
    assert refused_model(LOST_DOMAIN) == ["DLG314@7"]


def test_a_link_asked_without_its_domain_holds_in_none(tmp_path):
    enforcer = raw(tmp_path, LOST_LINK, [ROW, "g, alice, admin, d1", "g, bob, admin, "])
    for domain in ("d1", "d2", ""):
        assert enforcer.enforce("alice", domain, "data", "read") is False
    assert enforcer.enforce("bob", "d1", "data", "read") is True  # of the blank domain
    assert refused_model(LOST_LINK) == ["DLG315@11"]
    (trap,) = read_model(LOST_LINK).traps
    assert trap.wrong.startswith("`m` asks g(r.sub, p.sub) without a domain")
    assert trap.instead.startswith("g(r.sub, p.sub, r.dom), or g = _, _ where")


def test_a_link_is_named_once_for_a_matcher_and_each_matcher_by_itself():
    twice = LOST_LINK.replace("g(r.sub, p.sub)", "(g(r.sub, p.sub) || g(p.sub, r.sub))")
    assert refused_model(twice) == ["DLG315@11"]
    second = LOST_LINK + "m2 = g(r.sub, p.sub)\n"
    assert refused_model(second) == ["DLG315@11", "DLG315@12"]


@pytest.mark.parametrize(
    "model",
    [
        ALLOW,
        LOST_LINK.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)"),
        ALLOW.replace("g(r.sub, p.sub)", "g(*(r.sub, p.sub))"),
        ALLOW.replace("g(r.sub, p.sub)", "keyMatch(r.sub, p.sub)"),
    ],
    ids=["without domains", "with domains", "spread", "no link"],
)
def test_links_asked_as_they_are_have_nothing_to_tell(model):
    assert read_model(model).traps == ()


def test_links_with_conditions_are_told_as_such_alone():
    model = ALLOW.replace("g = _, _", "g = _, _, (_, _)")
    assert refused_model(model) == ["DLG309@7"]
