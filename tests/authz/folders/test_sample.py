"""The question that is shown first is one that the rows allow, where that can be told."""

from pathlib import Path
from typing import Any

import pytest

from authz.folder import Folder, sample_question
from tests.authz.folders.asking import a_folder, a_model, decides, rules_of

DOMAINS = a_model(
    "sub, dom, obj, act",
    "sub, dom, obj, act",
    'g(r.sub, p.sub) && (p.dom == "*" || r.dom == p.dom) && r.obj == p.obj && r.act == p.act',
)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, {"subject": {"type": "user", "id": "ann"}, "action": {"name": "read"}}),
        (
            {"policy_csv": "p, bob, memo, sign\n"},
            {"subject": {"type": "user", "id": "bob"}, "action": {"name": "sign"}},
        ),
        (
            {"policy_csv": "p, chief, memo, sign\ng, eve, boss\ng, boss, chief\n"},
            {"subject": {"type": "user", "id": "eve"}},
        ),
        (
            {
                "model_conf": DOMAINS,
                "policy_csv": "p, ann, acme, memo, read\n",
                "pdp_toml": '[types]\nresource = ["page", "note"]\n',
            },
            {"context": {"domain": "acme"}, "resource": {"type": "note", "id": "memo"}},
        ),
        (
            {
                "model_conf": DOMAINS,
                "policy_csv": "p, u:ann, acme, memo, read\n",
                "pdp_toml": '[request]\nsub = "u:{subject.id}"\ndom = { constant = "acme" }\n',
            },
            {"subject": {"type": "user", "id": "ann"}},
        ),
    ],
)
def test_a_sample_is_allowed(
    tmp_path: Path, texts: dict[str, str], said: dict[str, Any]
) -> None:
    question = sample_question(rules_of(tmp_path, **texts))
    assert {**question, **said} == question
    assert decides(Folder(a_folder(tmp_path, **texts)), question)


def test_a_name_that_fits_no_text_and_a_star_are_left_out(tmp_path: Path) -> None:
    texts = {
        "model_conf": DOMAINS,
        "policy_csv": "p, ann, *, memo, read\n",
        "pdp_toml": '[request]\nsub = "u:{subject.id}"\n',
    }
    question = sample_question(rules_of(tmp_path, **texts))
    assert question["subject"] == {"type": "user", "id": "1"}
    assert "context" not in question


def test_links_that_lead_round_through_domains_are_walked_to_an_end(
    tmp_path: Path,
) -> None:
    matcher = "g(r.sub, p.sub, r.dom) && r.act == p.act"
    texts = {
        "model_conf": a_model("sub, dom, act", "sub, act", matcher, "g = _, _, _"),
        "policy_csv": "p, ann, read\ng, ann, bob, x\ng, bob, ann, y\n",
    }
    question = sample_question(rules_of(tmp_path, **texts))
    assert question["subject"]["id"] in ("ann", "bob")
