"""A decision: what is sent, what is read, and what a view adds."""

import pytest

from authz.client import BadRequestError, BrokenAnswerError, Client
from tests.authz.client.service import ALLOW, DENY, KEY, Service, http


def test_a_question_goes_out_as_the_standard_writes_it(
    service: Service, client: Client
) -> None:
    assert client.allowed("u_1", "send", "draft", {"account": "a_1"}) is True
    sent = service.seen[0]
    assert (sent.method, sent.path) == ("POST", "/access/v1/evaluation")
    assert sent.body == {
        "subject": {"type": "user", "id": "u_1"},
        "action": {"name": "send"},
        "resource": {"type": "draft", "id": "*"},
        "context": {"account": "a_1"},
    }
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["Host"] == f"127.0.0.1:{service.port}"
    assert len(sent.headers["X-Request-ID"]) == 16
    assert "Delega-At-Least" not in sent.headers


def test_entities_may_be_pairs_or_as_the_standard_has_them(
    service: Service, client: Client
) -> None:
    client.decide(("user_name", "anna"), {"name": "send"}, ("draft", "17"))
    client.decide({"type": "user", "id": "u_1", "properties": {}}, "send", ("d", "1"))
    assert service.seen[0].body == {
        "subject": {"type": "user_name", "id": "anna"},
        "action": {"name": "send"},
        "resource": {"type": "draft", "id": "17"},
    }
    assert service.seen[1].body["subject"]["properties"] == {}


def test_a_decision_carries_what_it_was_true_for(
    service: Service, client: Client
) -> None:
    service.script += [ALLOW, DENY]
    yes, no = (client.decide("u_1", "send", "draft") for _ in range(2))
    assert yes
    assert (yes.allowed, yes.revision, yes.release, yes.code) == (True, 7, "abc", "")
    assert yes.fresh
    assert yes.request_id == service.seen[0].headers["X-Request-ID"]
    assert not no
    assert no.code == "suspended"
    assert client.revision == 7


@pytest.mark.parametrize(
    ("context", "code", "error"),
    [
        ({}, "", ""),
        ({"code": "suspended"}, "suspended", ""),
        (
            {"error": {"message": "no such account", "status": 404}},
            "",
            "no such account",
        ),
        ({"error": "busy"}, "", "busy"),
        ({"error": {"message": 7}}, "", ""),
    ],
)
def test_a_decision_shows_its_answer_and_why(
    service: Service, client: Client, context: object, code: str, error: str
) -> None:
    says = {"decision": False, "context": context}
    service.script.append(http(says, Delega_Revision="7", X_Request_ID="r1"))
    decision = client.decide("u_1", "send", "draft")
    assert (decision.code, decision.error) == (code, error)
    assert repr(decision) == (
        f"Decision(allowed=False, code={code!r}, error={error!r}, revision=7, "
        "release='', fresh=True, request_id='r1')"
    )


def test_the_services_own_request_id_is_the_one_to_tell(
    service: Service, client: Client
) -> None:
    service.script.append(http({"decision": True}, X_Request_ID="of-the-proxy"))
    assert client.decide("u_1", "send", "draft").request_id == "of-the-proxy"


@pytest.mark.parametrize("strange", ["caffé", "a\tb"])
def test_a_strange_request_id_is_not_told(
    service: Service, client: Client, strange: str
) -> None:
    service.script.append(http({"decision": True}, X_Request_ID=strange))
    found = client.decide("u_1", "send", "draft").request_id
    assert found == service.seen[0].headers["X-Request-ID"]


def test_a_reason_that_is_no_text_is_no_code(service: Service, client: Client) -> None:
    service.script.append(http({"decision": False, "context": {"code": 7}}))
    assert client.decide("u_1", "send", "draft").code == ""


def test_a_view_asks_about_one_account_and_names_the_request(
    service: Service, client: Client
) -> None:
    view = client.for_account("a_1").traced_as("req-9")
    assert view.allowed("u_1", "send", "draft")
    assert service.seen[0].path == "/a/a_1/access/v1/evaluation"
    assert service.seen[0].headers["X-Request-ID"] == "req-9"
    assert client.allowed("u_1", "send", "draft")
    assert service.seen[1].path == "/access/v1/evaluation"
    assert service.connections == 1


def test_an_address_of_one_account_is_asked_there(service: Service) -> None:
    with Client(f"{service.url}/pdp/a/a_1/", KEY) as client:
        assert client.allowed("u_1", "send", "draft")
        assert client.for_account("a_2").allowed("u_1", "send", "draft")
    paths = [seen.path for seen in service.seen]
    assert paths == [
        "/pdp/a/a_1/access/v1/evaluation",
        "/pdp/a/a_2/access/v1/evaluation",
    ]


def test_no_answer_is_older_than_ones_own_change(
    service: Service, client: Client
) -> None:
    assert client.at_least(7).allowed("u_1", "send", "draft")
    assert service.seen[0].headers["Delega-At-Least"] == "7"
    with pytest.raises(BrokenAnswerError, match="older than revision 8"):
        client.at_least(8).decide("u_1", "send", "draft")
    assert not client.at_least(8).allowed("u_1", "send", "draft")


@pytest.mark.parametrize("revision", ["", "x", "-7", "+7", "7" * 19])
def test_an_answer_without_a_revision_is_old(
    service: Service, client: Client, revision: str
) -> None:
    service.otherwise = http({"decision": True}, Delega_Revision=revision)
    assert client.decide("u_1", "send", "draft").revision is None
    with pytest.raises(BrokenAnswerError):
        client.at_least(1).decide("u_1", "send", "draft")


def test_a_client_that_remembers_never_goes_back(service: Service) -> None:
    with service.client(remember=True) as client:
        assert client.allowed("u_1", "send", "draft")
        service.otherwise = http({"decision": True}, Delega_Revision="6")
        assert not client.allowed("u_1", "send", "draft")
        assert client.revision == 7
    sent = [seen.headers.get("Delega-At-Least") for seen in service.seen]
    assert sent == [None, "7"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda c: c.decide(None, "send", "draft"), "subject"),
        (lambda c: c.decide("u_1", None, "draft"), "action"),
        (lambda c: c.decide("u_1", "send", ("draft", "1", "2")), "resource"),
        (lambda c: c.decide("u_1", "send", "draft", "a_1"), "context"),
        (
            lambda c: c.decide("u_1", "send", "draft", {"x": float("nan")}),
            "JSON compliant",
        ),
        (lambda c: c.decide("u_1", "send", "draft", {"x": object()}), "serializable"),
        (lambda c: c.for_account("a/1"), "account"),
        (lambda c: c.at_least(-1), "revision"),
        (lambda c: c.traced_as("two words"), "without blanks"),
        (lambda c: c.traced_as("a\r\nX: y"), "request id"),
    ],
)
def test_what_is_no_question_is_not_sent(
    service: Service, client: Client, wrong: object, says: str
) -> None:
    with pytest.raises(BadRequestError, match=says):
        wrong(client)  # type: ignore[operator]
    assert not service.seen


def test_nobody_is_never_allowed(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.allowed(None, "send", "draft") is False  # type: ignore[arg-type]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
