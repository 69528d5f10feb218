"""A process and its threads: the bug with a safeguard off, and none with it on."""

import threading

from authz.accounts.freshness import Freshness, PageWatch
from tests.authz.accounts.freshness.rig import (
    Reader,
    word_of,
)
from tests.authz.accounts.freshness.safeguards import (
    both,
)


class AppliedFirst(Freshness):
    def _apply(self, changes, deadline):
        self.applied = changes.revision, deadline
        self.between()
        super()._apply(changes, deadline)


class DropFirst(Freshness):
    def _apply(self, changes, deadline):
        self._cache.drop(changes, self.revision)
        self.between()
        super()._apply(changes, deadline)


class Beside:
    """What another thread does meanwhile: given a moment, then waited for."""

    def __init__(self, work):
        self._answers = []
        self._thread = threading.Thread(target=lambda: self._answers.append(work()))

    def start(self):
        self._thread.start()
        self._thread.join(0.2)

    def answer(self):
        self._thread.join()
        return self._answers[0]


@both
def test_applied_before_dropping_lets_a_thread_use_the_old_snapshot(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=DropFirst if safe else AppliedFirst)
    reader.fresh.between = lambda: None
    assert reader.ask() == 0
    writer.change()
    beside = Beside(reader.ask)
    reader.fresh.between = beside.start
    reader.fresh.at_least(1)
    reader.fresh.between = lambda: None
    assert beside.answer() == (1 if safe else 0)


@both
def test_without_the_loaders_check_an_old_snapshot_enters_after_its_catch_up(
    safe, reader, writer
):
    reader.fresh.start()
    if not safe:
        reader.fresh._cache.may_enter = lambda *_: True

    def meanwhile():
        writer.change()
        reader.fresh.at_least(1)

    reader.store.after_load = meanwhile
    assert reader.ask() == (1 if safe else 0)
    assert reader.ask() == (1 if safe else 0)


class NoLastLook(Freshness):
    def ask(self, account, evaluate):
        self.evaluated = False

        def then(snapshot):
            answer = evaluate(snapshot)
            self.evaluated = True
            return answer

        return self.rounds(account, then)

    def _settled(self, applied, deadline):
        return getattr(self, "evaluated", False) or super()._settled(applied, deadline)


@both
def test_without_the_last_look_a_pause_gives_an_old_answer(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=Freshness if safe else NoLastLook)
    reader.ask()
    assert reader.ask(during=writer.change) == (1 if safe else 0)


class WordUnchanged(Freshness):
    def ask(self, account, evaluate):
        self.first = None
        return self.rounds(account, evaluate)

    def _settled(self, applied, deadline):
        if getattr(self, "first", None) is None:
            self.first = self.watch.word()
            return super()._settled(applied, deadline)
        return self.watch.word() == self.first


@both
def test_a_word_that_is_merely_unchanged_hides_an_acknowledged_change(
    safe, database, opened, writer, monkeypatch
):
    """Odd before, odd after, a commit between whose revision could not be read."""
    reader = opened(Reader, database, kind=Freshness if safe else WordUnchanged)
    writer.change("a_2")  # makes the page
    reader.ask()
    monkeypatch.setattr(PageWatch, "settle", lambda self: None)  # somebody has the lock
    writer.die_at("commit")
    assert word_of(database) == 3

    def commit_and_leave_it_odd():
        writer.page.steps = lambda name: name == "read" and unreadable()
        assert writer.change() == 2
        assert word_of(database) == 3

    assert reader.ask(during=commit_and_leave_it_odd) == (1 if safe else 0)


def unreadable():
    raise OSError("the revision can not be read")


class FellByMyOwn(Freshness):
    """Drops an answer only when its own catch-up dropped the snapshot."""

    def _catch_up(self):
        before = list(self._cache.entries.values())
        super()._catch_up()
        after = self._cache.entries.values()
        self.fell = [entry for entry in before if entry not in after]

    def _stands(self, account, entry):
        return entry not in self.fell


@both
def test_a_snapshot_that_another_thread_dropped_must_not_answer(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=Freshness if safe else FellByMyOwn)
    reader.ask()

    def meanwhile():
        writer.change()
        reader.fresh.at_least(1)

    assert reader.ask(during=meanwhile) == (1 if safe else 0)


class LabelledLate(Freshness):
    between = staticmethod(lambda: None)
    late = True

    def ask(self, account, evaluate):
        answer, revision = super().ask(account, evaluate)
        self.between()
        return answer, self.revision if self.late else revision


@both
def test_a_revision_read_at_the_end_labels_an_old_answer_new(
    safe, database, opened, writer
):
    reader = opened(Reader, database, kind=LabelledLate)
    reader.fresh.late = not safe
    reader.ask()

    def meanwhile():
        writer.change()
        reader.fresh.at_least(1)

    reader.fresh.between = meanwhile
    assert reader.asked() == ((0, 0) if safe else (0, 1))


@both
def test_dropping_everything_makes_one_account_pay_for_another(safe, reader, writer):
    reader.ask("a_1"), reader.ask("a_2")
    if not safe:
        cache = reader.fresh._cache
        keep = cache.drop
        cache.drop = lambda *args: (cache.entries.clear(), keep(*args))
    reader.store.loaded.clear()
    writer.change("a_1")
    reader.ask("a_2")
    assert reader.store.loaded == ([] if safe else ["a_2"])


@both
def test_one_newest_change_for_all_refuses_a_loader_because_of_another_account(
    safe, reader, writer
):
    reader.fresh.start()
    if not safe:
        newer = lambda loaded, _: loaded.revision >= reader.fresh.revision  # noqa: E731
        reader.fresh._cache.may_enter = newer

    def meanwhile():
        writer.change("a_1")
        reader.fresh.at_least(1)

    reader.store.after_load = meanwhile
    reader.ask("a_2")
    reader.store.loaded.clear()
    reader.ask("a_2")
    assert reader.store.loaded == []
    assert reader.fresh._cache.get("a_2").revision == (0 if safe else 1)
