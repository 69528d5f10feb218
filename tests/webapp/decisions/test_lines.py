"""A line says what was decided, of nobody's person."""

import json
import re
from pathlib import Path

import pytest

from tests.webapp.decisions.logs import ACCOUNT, FIELDS, USER, UUID, denied, made
from webapp.decisions.lines import line

ROOT = Path(__file__).parents[3]


def test_a_line_has_these_members_and_no_others() -> None:
    said = json.loads(line(made()))
    assert list(said) == FIELDS
    assert said == {
        "at": "1970-01-01T00:00:00Z",
        "door": "page",
        "caller": "k_1",
        "account": ACCOUNT,
        "subject": USER,
        "resource": "draft",
        "action": "send",
        "decision": True,
        "code": "granted",
        "revision": 7,
        "release": "abc",
        "request_id": UUID,
    }


def test_the_page_tells_of_these_members_and_no_others() -> None:
    page = ROOT / "docs" / "decision-log.md"
    cells = re.findall(
        r"^\| (`[^|]*) \|", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert re.findall(r"`(\w+)`", " ".join(cells)) == FIELDS


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_refusal_has_its_code(as_bytes: bool) -> None:
    said = json.loads(line(made(outcome=denied("suspended", as_bytes=as_bytes))))
    assert (said["decision"], said["code"]) == (False, "suspended")
    assert (said["resource"], said["action"]) == ("draft", "send")


@pytest.mark.parametrize("code", ["unknown_resource", "unknown_action", "not_answered"])
def test_names_that_the_catalogue_may_lack_are_left_out(code: str) -> None:
    said = json.loads(line(made(resource="mario", action="x", outcome=denied(code))))
    assert (said["resource"], said["action"], said["code"]) == (None, None, code)


@pytest.mark.parametrize(
    "identity",
    ["mario", "mario.rossi@example.it", "", USER[:-1], f"{USER}a", f"{USER}\n", "u_A"],
)
def test_a_subject_or_account_that_is_none_of_our_ids_is_left_out(
    identity: str,
) -> None:
    account = identity.replace("u_", "a_")
    said = json.loads(line(made(subject=identity, account=account)))
    assert (said["subject"], said["account"]) == (None, None)


@pytest.mark.parametrize("identity", [UUID, "0" * 32, "7HK3-M2PQ"])
def test_a_request_id_that_names_nobody_is_kept(identity: str) -> None:
    assert json.loads(line(made(request_id=identity)))["request_id"] == identity


@pytest.mark.parametrize(
    "identity",
    [
        None,
        "mario.rossi",
        "RSSMRA80A01H501U",
        "01879020517",
        "+39 055 1234567",
        "4111111111111111",
        f"{UUID}x",
        f"{UUID}\n",
    ],
)
def test_a_request_id_that_may_be_somebodys_is_left_out(identity: str | None) -> None:
    assert json.loads(line(made(request_id=identity)))["request_id"] is None
