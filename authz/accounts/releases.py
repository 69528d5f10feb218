"""The release in force, verified before it is served and parsed once."""

from collections.abc import Mapping
from threading import Lock

from authz.accounts.forks import in_children
from authz.errors import NotReadyError, PolicyError
from authz.policy import Release, read_files
from authz.storage import EVERY_ACCOUNT, AccountReader


class Releases:
    """Releases by number; one that does not verify is refused, never half served."""

    def __init__(self, store: AccountReader) -> None:
        self._store = store
        self.forget()
        in_children(self.forget)

    def forget(self) -> None:
        """Read them anew: the store is another, or went back; or the process is new."""
        self._lock = Lock()
        self._known: Mapping[int, Release] = {}

    def get(self, number: int) -> Release:
        """The release of that number.

        Raises:
            NotReadyError: none was published, its files do not give its hash or do not
                parse, or the rows in force for everybody are not the files' rows.
        """
        with self._lock:
            known = self._known
            found = known.get(number) or self._verified(number)
            # INVARIANT: what was read before all was forgotten is not kept after it
            if self._known is known:
                self._known = {**known, number: found}
            return found

    def _verified(self, number: int) -> Release:
        if number == 0:
            raise NotReadyError("no release was published; run `delega policy publish`")
        stored = self._store.release(number)
        try:
            release = read_files(stored.files)
        except PolicyError as error:
            raise NotReadyError(f"release {number} does not verify: {error}") from error
        if release.hash != stored.hash:
            raise NotReadyError(f"release {number} does not verify: its hash differs")
        shared = self._store.load(EVERY_ACCOUNT)
        in_force = {dated.row for dated in shared.rows}
        if shared.release_number == number and in_force != set(release.rows):
            raise NotReadyError(
                f"release {number} does not verify: rows in the database differ from it"
            )
        return release
