"""The requests of docs/authzen.md have the answers that stand below them."""

import json
import re

import pytest
from flask import Flask

from authz.policy import default_folder
from tests.builders import Company, a_user
from tests.webapp.decisions.asking import a_key, ask

TEXT = (default_folder().parent / "docs" / "authzen.md").read_text(encoding="utf-8")
#: address, body, and the answer, when one stands below.
EXAMPLES = re.findall(
    r"curl http://127.0.0.1:8000(/\S+) .*?-d '(\{.*?\})'\n\n    (\{.*?)\n\n",
    TEXT,
    re.DOTALL,
)


def test_the_page_has_an_example_of_each_kind() -> None:
    addresses = {address.rpartition("/")[2] for address, _body, _answer in EXAMPLES}
    assert addresses == {"evaluation", "evaluations", "action"}


@pytest.mark.parametrize(("address", "body", "answer"), EXAMPLES)
def test_an_example_is_answered_as_the_page_says(
    app: Flask, company: Company, address: str, body: str, answer: str
) -> None:
    user, _ = a_user(app, company, "invoicing.read", "invoicing.send_sdi")
    sent = body.replace("'$USER'", user).replace("'$ACCOUNT'", company.id)
    key = a_key(app, company.id)
    given = ask(app.test_client(), key, address, json.loads(sent))
    assert given.json == json.loads(answer)
