"""A search: what is sent, and its pages one after the other."""

import pytest

from authz.client import BrokenAnswerError, Client, UnavailableError
from tests.authz.client.service import Service, http


def users(*names: str, token: str = "", revision: int = 1) -> object:
    results = [{"type": "user", "id": name} for name in names]
    body = {"page": {"next_token": token}, "results": results}
    return http(body, Delega_Revision=str(revision))


def test_pages_follow_each_other_when_they_are_come_to(
    service: Service, client: Client
) -> None:
    service.script += [users("u_1", "u_2", token="t1"), users("u_3", revision=2)]
    search = client.search_subjects("send", "draft", limit=2)
    assert not service.seen
    pages = list(search.pages())
    assert [page.results for page in pages] == [("u_1", "u_2"), ("u_3",)]
    assert [page.revision for page in pages] == [1, 2]
    first, second = (seen.body for seen in service.seen)
    assert first == {
        "subject": {"type": "user"},
        "action": {"name": "send"},
        "resource": {"type": "draft", "id": "*"},
        "page": {"limit": 2},
    }
    assert second == {**first, "page": {"limit": 2, "token": "t1"}}


def test_a_loop_over_a_search_is_over_its_results(
    service: Service, client: Client
) -> None:
    service.script += [users("u_1", token="t1"), users(), users("u_4")]
    search = client.search_subjects("send", "draft", kind="user", context={"x": 1})
    assert list(search) == ["u_1"]
    assert list(search) == ["u_4"]
    assert "page" not in service.seen[0].body
    assert service.seen[1].body["page"] == {"token": "t1"}
    assert service.seen[0].body["context"] == {"x": 1}


def test_actions_and_resources_are_found_too(service: Service, client: Client) -> None:
    service.script += [
        http({"results": [{"name": "send"}, {"name": "view"}]}),
        http({"results": [{"type": "draft", "id": "*"}]}),
    ]
    assert list(client.search_actions("u_1", ("draft", "7"))) == ["send", "view"]
    assert list(client.search_resources("u_1", "send", "draft")) == ["*"]
    actions, resources = service.seen
    assert actions.path == "/access/v1/search/action"
    assert actions.body == {
        "subject": {"type": "user", "id": "u_1"},
        "resource": {"type": "draft", "id": "7"},
    }
    assert resources.path == "/access/v1/search/resource"
    assert resources.body["resource"] == {"type": "draft"}


def test_a_view_searches_in_its_account(service: Service, client: Client) -> None:
    service.script.append(users())
    assert list(client.for_account("a_1").search_subjects("send", "draft")) == []
    assert service.seen[0].path == "/a/a_1/access/v1/search/subject"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"results": {}},
        {"results": ["u_1"]},
        {"results": [{"type": "user"}]},
        {"results": [{"type": "user", "id": 7}]},
        {"results": [{"type": "robot", "id": "u_1"}]},
        {"results": [], "page": {}},
        {"results": [], "page": None},
        {"results": [], "page": {"next_token": 7}},
    ],
)
def test_what_is_no_page_is_none(
    service: Service, client: Client, body: object
) -> None:
    service.otherwise = http(body)
    with pytest.raises(BrokenAnswerError):
        list(client.search_subjects("send", "draft"))


def test_a_search_that_comes_round_ends(service: Service, client: Client) -> None:
    service.otherwise = users("u_1", token="t1")  # type: ignore[assignment]
    with pytest.raises(BrokenAnswerError, match="circle"):
        list(client.search_subjects("send", "draft"))
    assert len(service.seen) == 2


def test_a_page_that_can_not_be_had_is_no_end(service: Service, client: Client) -> None:
    service.script += [users("u_1", token="t1"), http("x", status=500)]
    found = iter(client.search_subjects("send", "draft"))
    assert next(found) == "u_1"
    with pytest.raises(UnavailableError):
        next(found)
