"""What every store must do, asked of each of them alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from authz.engine import Row
from authz.errors import StaleVersionError, StoreError
from authz.policy import DatedRow
from authz.storage import (
    EVERY_ACCOUNT,
    Change,
    HistoryPage,
    PolicyWriter,
    StoredRelease,
    broken_links,
)
from tests.authz.storage.stores import KINDS, Harness, a_store

SIT = DatedRow(Row("g", ("u_1", "s_1", "a_1")), None, datetime(2027, 3, 14, tzinfo=UTC))
READ = DatedRow(Row("g", ("s_1", "invoicing.read", "a_1")))
OTHER = DatedRow(Row("g", ("u_2", "s_2", "a_2")))


@pytest.fixture(params=KINDS)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    with a_store(request.param, tmp_path) as found:
        yield found


def change(account: str = "a_1", **facts: object) -> Change:
    return Change(account=account, actor="u_9", kind="test", node="u_1", **facts)  # type: ignore[arg-type]


def test_a_new_store_is_at_revision_zero_without_a_release(harness: Harness) -> None:
    found = harness.store.load("a_1")
    assert (found.revision, found.release_number, found.rows) == (0, 0, ())
    assert harness.store.changes(0).accounts == frozenset()


def test_rows_come_back_as_written_with_their_dates(harness: Harness) -> None:
    with harness.writing() as writer:
        assert writer.apply(change(add=[SIT, READ])) == 1
    assert harness.store.load("a_1").rows == (SIT, READ)
    assert harness.store.load("a_1").revision == 1


def test_values_that_look_like_syntax_survive_untouched(harness: Harness) -> None:
    hostile = Row("g", ("u_1, role.owner, a_1", 's_"1"\n(', "a_1"))
    with harness.writing() as writer:
        writer.apply(change(add=[DatedRow(hostile)]))
    assert harness.store.load("a_1").rows[0].row == hostile


def test_a_transaction_sees_its_own_changes_and_others_do_not(harness: Harness) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[SIT]))
        assert writer.rows("a_1") == (SIT,)
        assert harness.store.load("a_1").rows == ()


def test_an_exception_leaves_nothing_behind(harness: Harness) -> None:
    def fail(writer: PolicyWriter) -> None:
        writer.apply(change(add=[SIT]))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), harness.writing() as writer:
        fail(writer)
    assert harness.store.load("a_1").rows == ()
    assert harness.store.changes(0).revision == 0


def test_a_removed_row_is_gone_and_can_be_added_again(harness: Harness) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[READ]))
        writer.apply(change(remove=[READ]))
        assert writer.apply(change(add=[READ])) == 3
    assert harness.store.load("a_1").rows == (READ,)


def test_removing_what_is_not_there_is_refused(harness: Harness) -> None:
    with pytest.raises(StaleVersionError), harness.writing() as writer:
        writer.apply(change(remove=[READ]))


def test_adding_what_is_there_is_refused(harness: Harness) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[READ]))
    with pytest.raises(StaleVersionError), harness.writing() as writer:
        writer.apply(change(add=[DatedRow(READ.row)]))


def test_changes_name_the_accounts_that_changed_after_a_revision(
    harness: Harness,
) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[READ]))
    with harness.writing() as writer:
        writer.apply(change("a_2", add=[OTHER]))
    assert harness.store.changes(0).accounts == {"a_1", "a_2"}
    assert harness.store.changes(1).accounts == {"a_2"}
    assert harness.store.changes(2).accounts == frozenset()
    assert harness.store.changes(2).revision == 2


def test_one_account_never_holds_anothers_rows(harness: Harness) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[READ]))
        writer.apply(change("a_2", add=[OTHER]))
    assert harness.store.load("a_1").rows == (READ,)
    assert harness.store.load("a_2").rows == (OTHER,)


def test_a_published_release_comes_back_byte_for_byte(harness: Harness) -> None:
    files = {"model.conf": b"\x00\xff", "cases/a.toml": b"x"}
    release = StoredRelease(number=1, hash="ab", files=files)
    grants = [Row("p", ("x", "-", "s", "draft", "send"))]
    with harness.writing() as writer:
        assert writer.release_number() == 0
        assert writer.publish(release, grants, "u_9") == 1
        assert writer.release_number() == 1
    assert harness.store.release(1) == release
    assert harness.store.load("a_1").release_number == 1
    assert harness.store.changes(0).release_number == 1
    assert harness.store.changes(0).accounts == {EVERY_ACCOUNT}
    assert [d.row for d in harness.store.load(EVERY_ACCOUNT).rows] == grants


def test_the_next_release_removes_the_rows_it_lacks(harness: Harness) -> None:
    old, kept, new = (Row("p", ("x", "-", "s", "draft", a)) for a in "abc")
    with harness.writing() as writer:
        writer.publish(
            StoredRelease(number=1, hash="1", files={"a": b""}), [old, kept], "u"
        )
        writer.publish(
            StoredRelease(number=2, hash="2", files={"a": b""}), [kept, new], "u"
        )
    assert [d.row for d in harness.store.load(EVERY_ACCOUNT).rows] == [kept, new]


def test_a_release_that_was_never_published_is_an_error(harness: Harness) -> None:
    with pytest.raises(StoreError, match="publish one first"):
        harness.store.release(7)


def test_the_history_says_who_did_what_and_its_chain_holds(harness: Harness) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[READ], before=["none"], after=["invoicing.read"]))
        writer.apply(change("a_2", add=[OTHER], reason="asked by phone"))
    history = harness.store.history()
    assert [record.account for record in history] == ["a_1", "a_2"]
    assert history[0].actor == "u_9"
    assert history[0].after == ("invoicing.read",)
    assert history[1].reason_hash != ""
    assert "phone" not in repr(history)
    assert broken_links(history) == []
    assert [r.account for r in harness.store.history("a_2")] == ["a_2"]


def told(harness: Harness, **facts: object) -> list[int]:
    page = HistoryPage(**{"account": "a_1", **facts})  # type: ignore[arg-type]
    return [record.revision for record in harness.store.history_page(page)]


@pytest.fixture
def story(harness: Harness) -> Harness:
    """1 is a release, 3 another account's, 7 a release again; the rest are a_1's."""
    release = StoredRelease(number=1, hash="1", files={"a": b""})
    with harness.writing() as writer:
        writer.publish(release, [], "u_9")
        writer.apply(change(reason="asked by phone"))
        writer.apply(change("a_2", reason="none of their business"))
        writer.apply(replace(change(), actor="system", kind="other"))
        writer.apply(replace(change(), node="u_2"))
        writer.apply(change())
        writer.publish(replace(release, number=2), [], "u_9")
        writer.apply(change())
    return harness


def test_a_page_of_history_is_newest_first_and_one_accounts_alone(
    story: Harness,
) -> None:
    assert told(story) == [8, 6, 5, 4, 2]
    assert told(story, account="a_2") == [3]


def test_a_page_may_tell_of_others_since_the_accounts_first_change(
    story: Harness,
) -> None:
    assert told(story, also=["*"]) == [8, 7, 6, 5, 4, 2]
    assert told(story, account="a_9", also=["*"]) == []


def test_pages_are_turned_both_ways_without_gap_or_repeat(story: Harness) -> None:
    def turn(**facts: object) -> list[int]:
        return told(story, also=["*"], limit=2, **facts)

    assert turn() == [8, 7]
    assert turn(before=7) == [6, 5]
    assert turn(before=5) == [4, 2]
    assert turn(before=2) == []
    assert turn(after=4) == [6, 5]
    assert turn(after=6) == [8, 7]
    assert turn(after=8) == []


def test_a_page_tells_what_was_asked_for(story: Harness) -> None:
    assert told(story, actors=["system"]) == [4]
    assert told(story, nodes=["u_2"]) == [5]
    assert told(story, kinds=["other", "no such"]) == [4]
    assert told(story, actors=["system"], nodes=["u_2"]) == []
    assert told(story, kinds=[]) == []
    assert told(story, also=["*"], kinds=["release.published"]) == [7]


def test_a_page_tells_what_happened_between_two_instants(story: Harness) -> None:
    at = {record.revision: record.at for record in story.store.history()}
    tick = timedelta(microseconds=1)
    assert told(story, until=at[2]) == []
    assert told(story, until=at[8] + tick, since=at[8]) == [8]
    assert told(story, since=at[8] + tick) == []


def test_reasons_are_told_of_the_changes_asked_for_alone(story: Harness) -> None:
    assert story.store.reasons([2, 4, 99]) == {2: "asked by phone"}
    assert story.store.reasons([]) == {}


def test_an_account_has_one_owner(harness: Harness) -> None:
    with harness.writing() as writer:
        writer.apply(change(add=[DatedRow(Row("g", ("u_1", "role.owner", "a_1")))]))
        writer.apply(
            change("a_2", add=[DatedRow(Row("g", ("u_1", "role.owner", "a_2")))])
        )
    with pytest.raises(StaleVersionError), harness.writing() as writer:
        writer.apply(change(add=[DatedRow(Row("g", ("u_2", "role.owner", "a_1")))]))
    assert len(harness.store.load("a_1").rows) == 1


def test_rows_read_after_a_change_are_those_read_whole(harness: Harness) -> None:
    for number in range(8):
        draw = Random(number)  # noqa: S311  (no secret)
        account = f"a_{number}"
        known = harness.store.load(account)
        for _ in range(6):
            there = list(known.rows)
            for _ in range(draw.randrange(3)):
                gone = draw.sample(there, min(len(there), draw.randrange(3)))
                come = [
                    DatedRow(Row("g", (f"u_{draw.randrange(10**9)}", "s_1", account)))
                    for _ in range(draw.randrange(3))
                ]
                with harness.writing() as writer:
                    writer.apply(change(account, remove=gone, add=come))
                    there = list(writer.rows(account))
            anew, known = (
                harness.store.load(account),
                harness.store.load(account, known),
            )
            assert known == anew
            assert [row.row.place for row in known.rows] == [
                row.row.place for row in anew.rows
            ]


def test_rows_of_another_database_are_not_built_upon(harness: Harness) -> None:
    row = DatedRow(Row("g", ("u_1", "s_1", "a_1")))
    with harness.writing() as writer:
        writer.apply(change(add=[row]))
    known = harness.store.load("a_1")
    with harness.writing() as writer:
        writer.apply(change(remove=[row]))
    later = replace(known, revision=99)
    for odd in (replace(known, database_id="x"), replace(known, rows=()), later):
        assert harness.store.load("a_1", odd) == harness.store.load("a_1")
