"""Links asked about in a width they have not: the requests that show it."""

import pytest

from tests.authz.review.strangers.models import ALLOW, raw, the_finding

IN_DOMAINS = ALLOW.replace("r = sub,", "r = sub, dom,")
LOST_DOMAIN = IN_DOMAINS.replace("g(r.sub, p.sub)", "g(r.sub, p.sub, r.dom)")
LOST_LINK = IN_DOMAINS.replace("g = _, _", "g = _, _, _")
ROW = "p, admin, data, read"
UNREADABLE = ["p, a, b, c, 1", "p, a, b, c, x"]


def test_a_role_in_a_domain_that_its_row_does_not_name_is_shown(tmp_path):
    lines = [ROW, "g, alice, admin, d1"]
    enforcer = raw(tmp_path, LOST_DOMAIN, lines)
    assert enforcer.enforce("alice", "x", "data", "read") is True
    found = the_finding(LOST_DOMAIN, lines, "DLG314")
    assert (found.file, found.line) == ("model.conf", 6)
    wanted = "enforce('alice', 'x', 'data', 'read') is True; meant is False"
    assert found.shown == wanted


def test_a_role_is_shown_in_a_domain_that_another_row_is_about(tmp_path):
    model = LOST_DOMAIN.replace("p = sub,", "p = sub, dom,")
    model = model.replace("g(r", "r.dom == p.dom && g(r")
    lines = ["p, admin, d1, data, read", "p, admin, d2, data, read"]
    lines += ["g, alice, admin, d1"]
    assert raw(tmp_path, model, lines).enforce("alice", "d2", "data", "read") is True
    wanted = "enforce('alice', 'd2', 'data', 'read') is True; meant is False"
    assert the_finding(model, lines, "DLG314").shown == wanted


def test_what_a_row_without_a_domain_means_nobody_says():
    shown = the_finding(LOST_DOMAIN, [ROW, "g, alice, admin"], "DLG314").shown
    assert shown == "enforce('alice', 'x', 'data', 'read') is True"


def test_a_role_that_is_not_held_where_its_row_says_is_shown(tmp_path):
    lines = [ROW, "g, alice, admin, d1"]
    enforcer = raw(tmp_path, LOST_LINK, lines)
    assert enforcer.enforce("alice", "d1", "data", "read") is False
    wanted = "enforce('alice', 'd1', 'data', 'read') is False; meant is True"
    assert the_finding(LOST_LINK, lines, "DLG315").shown == wanted


@pytest.mark.parametrize(
    ("model", "code"), [(LOST_DOMAIN, "DLG314"), (LOST_LINK, "DLG315")]
)
def test_without_a_link_that_matters_there_is_no_request(model, code):
    assert the_finding(model, [ROW], code).shown == ""
    assert the_finding(model, [ROW, "g, alice, clerk, d1"], code).shown == ""


def test_rows_that_can_not_be_loaded_show_nothing_about_links():
    model = LOST_LINK.replace("p = sub, obj, act", "p = sub, obj, act, priority")
    assert the_finding(model, UNREADABLE, "DLG315").shown == ""


def test_a_call_that_is_no_plain_one_is_named_without_a_request():
    model = LOST_LINK.replace("g(r.sub, p.sub)", "g(str(r.sub), p.sub)")
    assert the_finding(model, [ROW, "g, alice, admin, d1"], "DLG315").shown == ""
