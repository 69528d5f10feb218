"""A local replica: used for a short while, never past a date, and never silently."""

import os

import pytest

from authz.client import Client, UnavailableError
from authz.client.replica import _NONE as NONE
from authz.client.replica import MOST_HELD
from tests.authz.client.service import DENY, Says, Service, http

PATH = "/a/a_1/access/v1/permissions"
HELD = {"account": "a_1", "users": {"u_1": ["draft.send"], "u_2": []}}


def download(
    body: object = HELD, *, seconds: str = "5.000", revision: str = "7", **more: str
) -> Says:
    return http(
        body,
        Delega_Revision=revision,
        Delega_Release="abc",
        Delega_Valid_For=seconds,
        ETag='"one"',
        **more,
    )


def same(*, seconds: str = "5.000", revision: str = "9") -> Says:
    head = (
        "HTTP/1.1 304 Same\r\n"
        f"Delega-Revision: {revision}\r\nDelega-Valid-For: {seconds}\r\n\r\n"
    )
    return Says(head.encode())


class Clock:
    """What the replicas take for the time."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("authz.client.replica.now", clock)
    return clock


@pytest.fixture
def local(service: Service, client: Client) -> Client:
    return client.replica("a_1")


def paths(service: Service) -> list[str]:
    return [seen.path for seen in service.seen]


def test_it_is_off_where_nobody_asks_for_it(service: Service, client: Client) -> None:
    assert client.for_account("a_1").decide("u_1", "send", "draft").fresh
    assert paths(service) == ["/a/a_1/access/v1/evaluation"]


def test_one_download_answers_many_questions_and_says_that_it_is_not_fresh(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script.append(download())
    yes = local.decide("u_1", "send", "draft")
    no = local.decide("u_2", "send", "draft")
    assert (yes.allowed, yes.fresh, yes.revision, yes.release) == (
        True,
        False,
        7,
        "abc",
    )
    assert (no.allowed, no.fresh, no.code) == (False, False, "")
    assert not local.allowed("u_3", "send", "draft")
    assert not local.allowed("u_1", "delete", ("draft", "17"))
    assert paths(service) == [PATH]
    assert service.seen[0].method == "GET"


def test_a_client_may_be_made_with_it(service: Service) -> None:
    service.script.append(download())
    with service.client(replica=True) as client:
        context = {"account": "a_1"}
        assert not client.decide("u_1", "send", "draft", context).fresh
        assert not client.for_account("a_1").decide("u_1", "send", "draft").fresh
        assert client.decide("u_1", "send", "draft").fresh
    assert paths(service) == [PATH, "/access/v1/evaluation"]


def test_after_five_seconds_it_is_fetched_anew_if_it_changed(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script += [download(seconds="3600"), same(), same(revision="10")]
    assert local.allowed("u_1", "send", "draft")
    clock.seconds += 4.999
    assert local.allowed("u_1", "send", "draft")
    assert paths(service) == [PATH]
    clock.seconds += 0.001
    again = local.decide("u_1", "send", "draft")
    assert (again.allowed, again.revision) == (True, 9)
    assert service.seen[1].headers["If-None-Match"] == '"one"'
    clock.seconds += 5
    assert local.decide("u_1", "send", "draft").revision == 10
    assert paths(service) == [PATH] * 3


def test_what_was_taken_away_is_gone_with_the_next_download(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script += [download(), download({**HELD, "users": {}}, revision="8")]
    assert local.allowed("u_1", "send", "draft")
    clock.seconds += 5
    assert not local.allowed("u_1", "send", "draft")


def test_it_is_never_used_past_the_next_dated_change(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script += [download(seconds="0.5"), same(seconds="0.0")]
    assert not local.decide("u_1", "send", "draft").fresh
    clock.seconds += 0.5
    assert local.decide("u_1", "send", "draft").fresh
    service.script.append(same(seconds="0.25"))
    assert not local.decide("u_1", "send", "draft").fresh
    assert paths(service) == [PATH, PATH, "/a/a_1/access/v1/evaluation", PATH]


def test_the_way_of_the_download_counts(
    service: Service, local: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at, begun, and there five seconds later: too late to be used."""
    times = iter([0.0, 0.0, 5.0])
    monkeypatch.setattr("authz.client.replica.now", lambda: next(times))
    service.script.append(download())
    assert local.decide("u_1", "send", "draft").fresh
    assert paths(service) == [PATH, "/a/a_1/access/v1/evaluation"]


def test_a_demand_for_a_newer_revision_goes_to_the_service(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script += [download(), DENY]
    assert not local.at_least(7).decide("u_1", "send", "draft").fresh
    service.otherwise = http({"decision": True}, Delega_Revision="8")
    assert service.script.popleft() is DENY
    assert local.at_least(8).decide("u_1", "send", "draft").fresh
    assert paths(service) == [PATH, "/a/a_1/access/v1/evaluation"]


@pytest.mark.parametrize(
    "question",
    [
        (("user_name", "anna"), "send", "draft"),
        ({"type": "user", "id": "u_1", "properties": {}}, "send", "draft"),
        ("u_1", {"name": "send", "properties": {}}, "draft"),
        ("u_1", "send", {"type": "draft", "id": "7", "properties": {}}),
        ("u_1", "send", "draft", {"ip": "::1"}),
        ("u_1", "send", "draft", {"account": "a_2"}),
        (("user", 7), "send", "draft"),
        ("u_1", {"name": ["send"]}, "draft"),
        ("u_1", "send", (["draft"], "7")),
    ],
)
def test_what_a_replica_can_not_know_is_asked_of_the_service(
    service: Service, local: Client, clock: Clock, question: tuple[object, ...]
) -> None:
    assert local.decide(*question).fresh  # type: ignore[arg-type]
    assert paths(service) == ["/a/a_1/access/v1/evaluation"]


@pytest.mark.parametrize(
    "says",
    [
        http("no", status=403),
        http("not now", status=500),
        download([]),
        download({"account": "a_2", "users": {}}),
        download({"account": "a_1", "users": []}),
        download({"account": "a_1", "users": {"u_1": "draft.send"}}),
        download({"account": "a_1", "users": {"u_1": [7]}}),
        download(revision=""),
        download(seconds=""),
        download(seconds="-1"),
        download(seconds="inf"),
        download(seconds="1e9"),
        same(),
    ],
)
def test_what_is_no_download_is_logged_and_the_service_is_asked(
    service: Service,
    local: Client,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    says: Says,
) -> None:
    service.script.append(says)
    assert local.decide("u_1", "send", "draft").fresh
    assert local.decide("u_1", "send", "draft").fresh
    asked = "/a/a_1/access/v1/evaluation"
    assert paths(service) == [PATH, asked, asked]
    assert len(caplog.records) == 1
    clock.seconds += 5
    service.script.append(download())
    assert not local.decide("u_1", "send", "draft").fresh


def test_without_a_replica_and_without_the_service_there_is_no_answer(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script.append(download())
    assert local.allowed("u_1", "send", "draft")
    service.otherwise = http("not now", status=500)
    clock.seconds += 5
    with pytest.raises(UnavailableError):
        local.decide("u_1", "send", "draft")
    assert not local.allowed("u_1", "send", "draft")


def test_a_tag_that_can_not_be_sent_back_is_not(
    service: Service, local: Client, clock: Clock
) -> None:
    odd = http(HELD, Delega_Revision="7", Delega_Valid_For="5", ETag="one two")
    service.script += [odd, download()]
    assert local.allowed("u_1", "send", "draft")
    clock.seconds += 5
    assert local.allowed("u_1", "send", "draft")
    assert "If-None-Match" not in service.seen[1].headers


def test_while_one_thread_fetches_the_others_ask_the_service(
    service: Service, local: Client, clock: Clock
) -> None:
    local._replicas._fetching.add("a_1")  # as a thread that is on its way
    assert local.decide("u_1", "send", "draft").fresh
    assert paths(service) == ["/a/a_1/access/v1/evaluation"]


def test_the_account_fetched_longest_ago_makes_room(
    service: Service, client: Client, clock: Clock
) -> None:
    service.otherwise = http("no", status=403)
    replicas = client._replicas
    for number in range(MOST_HELD + 1):
        replicas._fetch_once(client.replica(f"a_{number}")._asking, NONE)
    assert len(replicas._held) == MOST_HELD
    assert "a_0" not in replicas._held
    assert "a_1" in replicas._held


def test_a_child_of_a_fork_fetches_for_itself(
    service: Service, local: Client, clock: Clock
) -> None:
    replicas = local._replicas
    replicas._fetching.add("a_1")
    service.script.append(download())
    replicas._lock.acquire()
    child = os.fork()
    if child == 0:
        os._exit(0 if not local.decide("u_1", "send", "draft").fresh else 1)
    replicas._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_batches_and_searches_always_ask(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script += [
        http({"evaluations": [{"decision": True}]}),
        http({"results": []}),
    ]
    assert local.decide_many([("u_1", "send", "draft")])[0].fresh  # type: ignore[list-item]
    assert list(local.search_actions("u_1", "draft")) == []
    assert PATH not in paths(service)


def test_nothing_that_is_shown_holds_anybodys_permissions(
    service: Service, local: Client, clock: Clock
) -> None:
    service.script.append(download())
    assert local.allowed("u_1", "send", "draft")
    assert "draft.send" not in repr(local._replicas._held)
