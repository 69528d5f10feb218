"""A folder that is served: read again when its files change, as a whole or not at all."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock

from authz.errors import Fault, NotReadyError, PolicyError
from authz.folder.faults import FILE
from authz.folder.files import Files, Look, MovingError, look_at, read_files
from authz.folder.rules import read_rules
from authz.folder.source import FolderSource
from authz.folder.version import Version

_log = logging.getLogger(__name__)
#: The files are looked at when a request comes or by a watch, no more often than this.
LOOK_SECONDS = 0.2
#: Files that were written more recently than this may still be being written.
SETTLED_NS = 200_000_000
#: Files that never come to rest are read all the same.
PATIENCE_SECONDS = 2.0


class Folder:
    """A folder with a model and a policy; safe on every thread.

    Args:
        path: the folder, or a link to it.
        clock: seconds that only go forward.
        now_ns: the time by which files are stamped.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.monotonic,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.path = path
        self._clock, self._now_ns = clock, now_ns
        self._lock = Lock()
        self._version: Version | None = None
        self._served: object = None
        self._tried: object = None
        self._next_look = clock()
        self._moving_since: float | None = None
        self._faults: tuple[Fault, ...] = ()  # empty: what is there is in force

    def source(self, name: str | None = None) -> FolderSource:
        """Who answers one request; `name` is what the log calls it."""
        return FolderSource(self.current, self.at_least, name)

    def current(self) -> Version:
        """The version in force, after a look at the files where one is due.

        Raises:
            NotReadyError: none could be read yet.
        """
        if self._clock() >= self._next_look and self._lock.acquire(
            # who has nothing to answer from waits for who is reading
            blocking=self._version is None
        ):
            try:
                if self._clock() >= self._next_look:
                    self._look()
            finally:
                self._lock.release()
        return self._in_force()

    def at_least(self, revision: int) -> Version:
        """The version in force, of that revision or newer.

        Raises:
            NotReadyError: the files have no such revision, or can not be read.
        """
        if self.current().revision < revision:
            with self._lock:
                self._look()
        found = self._in_force()
        if found.revision < revision:
            raise NotReadyError(f"the folder is at revision {found.revision}")
        return found

    def watch(self, ended: Event) -> None:
        """Look at the files without being asked, until it has ended.

        So that a process without requests holds the last state that was good, as all
        others do, also when the files are wrong by the time somebody asks it.
        """
        while not ended.wait(LOOK_SECONDS):
            with suppress(NotReadyError):
                self.current()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files as they are now; an older version answers."""
        return self._faults

    def _in_force(self) -> Version:
        version = self._version
        if version is None:
            raise NotReadyError(f"`{self.path}` can not be served; the log says why")
        return version

    def _look(self) -> None:
        """Look at the files, and take them in if they changed and came to rest."""
        self._next_look = self._clock() + LOOK_SECONDS
        try:
            tried, self._tried = self._tried, None  # until the files were seen again
            look = look_at(self.path)
            if look.stamp == tried:
                self._tried = tried
                self._touch(look)
            elif self._is_at_rest(look):
                self._take_in(read_files(self.path))
        except MovingError as error:
            _log.warning("%s", error)
        except PolicyError as error:
            self._refuse(error.faults)
        except Exception as error:  # noqa: BLE001  (whatever it is: the older version stays)
            _log.exception("`%s` can not be read", self.path)
            text = f"the folder can not be read: {type(error).__name__}"
            self._refuse([Fault(code=FILE, message=text)])

    def _is_at_rest(self, look: Look) -> bool:
        """Whether nobody seems to be writing; without a version there is no choice."""
        if self._version is None or not self._is_young(look):
            self._moving_since = None
            return True
        now = self._clock()
        if self._moving_since is None:
            self._moving_since = now
        return now - self._moving_since >= PATIENCE_SECONDS

    def _is_young(self, look: Look) -> bool:
        """Whether a further write might leave the same stamp; times to come are not."""
        return 0 <= self._now_ns() - look.written_ns < SETTLED_NS

    def _touch(self, look: Look) -> None:
        """Where only a neighbour of the files changed, the revision goes along.

        So that every process has the same, also one that reads them only now.
        """
        self._moving_since = None
        version = self._version
        if version and self._served == look.stamp and look.revision > version.revision:
            self._version = version.at(look.revision)

    def _take_in(self, files: Files) -> None:
        """Serve what stands in the files.

        INVARIANT: one assignment puts everything in force, and only after all of it
        was read, gated and built.
        """
        # what is young is read once more: a later write may leave the same stamp
        self._tried = None if self._is_young(files.look) else files.look.stamp
        before, revision = self._version, files.look.revision
        if before and before.release == files.release:
            found = before.at(max(before.revision, revision))
            if self._faults:
                text = "`%s` is in force again: release %s, revision %s"
                _log.info(text, self.path, found.release, found.revision)
        else:
            least = before.revision + 1 if before else 0
            rules = read_rules(files)
            found = Version(rules, max(least, revision), files.release)
            text = "`%s` is in force: release %s, revision %s, %s rows"
            rows = len(rules.rows)
            _log.info(text, self.path, found.release, found.revision, rows)
        self._version, self._served, self._faults = found, files.look.stamp, ()

    def _refuse(self, faults: Sequence[Fault]) -> None:
        """Say once what is wrong; what was in force stays in force."""
        if self._faults != tuple(faults):
            self._faults = tuple(faults)
            for fault in faults:
                _log.error("`%s` is not taken in: %s", self.path, fault)
