"""The files of a folder, read together: what is read never mixes two states of them."""

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from authz.errors import NotReadyError
from authz.folder.faults import FILE, folder_error

MODEL, POLICY, MAPPING = "model.conf", "policy.csv", "pdp.toml"
ENTITIES = ("entities.json", "entities.toml")
NAMES = (MODEL, POLICY, MAPPING, *ENTITIES)
_TRIES = 5
_PAUSE_SECONDS = 0.02
_NS_PER_US = 1_000
_RELEASE_LETTERS = 16


class MovingError(NotReadyError):
    """The files kept changing while they were read."""


class Look(NamedTuple):
    """How the files look from outside, without reading them.

    Attributes:
        stamp: equal as long as none of them was written, replaced, made or removed.
        written_ns: when the newest of them was, by the clock of the file system.
        revision: grows with every change; the same for every process that looks.
    """

    stamp: tuple[tuple[str, int, int, int, int], ...]
    written_ns: int
    revision: int


class Files(NamedTuple):
    """What stood in them at one time."""

    look: Look
    data: Mapping[str, bytes]

    def text(self, name: str) -> str:
        """A file's text.

        Raises:
            FolderError: it is missing, or no UTF-8.
        """
        if name not in self.data:
            raise folder_error(FILE, name, "the folder lacks this file; write it")
        try:
            return self.data[name].decode()
        except UnicodeDecodeError as error:
            line = self.data[name].count(b"\n", 0, error.start) + 1
            text = "the line is not UTF-8; save the file as UTF-8"
            raise folder_error(FILE, name, text, line) from error

    @property
    def release(self) -> str:
        """Names what stands in them: letters and digits, equal when they are."""
        digest = hashlib.sha256()
        for name in sorted(self.data):
            digest.update(f"{name} {len(self.data[name])}\n".encode())
            digest.update(self.data[name])
        return digest.hexdigest()[:_RELEASE_LETTERS]


def look_at(folder: Path) -> Look:
    """Stat the files.

    `revision` is the last change of any inode, in microseconds: a rename, a removal and
    an older file that is put back all count, and so does a link to the folder.

    Raises:
        FolderError: there is no such folder.
    """
    try:
        around = (folder.stat(), folder.lstat())
        found = [(name, seen) for name in NAMES if (seen := _stat(folder / name))]
    except OSError as error:
        text = f"the folder can not be read: {error.strerror}"
        raise folder_error(FILE, str(folder), text) from error
    stamp = [
        (name, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in found
    ]
    changed = [seen.st_ctime_ns for _, seen in found]
    newest = max([*changed, *(seen.st_ctime_ns for seen in around)])
    written = max([*changed, *(seen.st_mtime_ns for _, seen in found)], default=0)
    return Look(tuple(stamp), written, newest // _NS_PER_US)


def read_files(folder: Path) -> Files:
    """Read all of them, again if one changed meanwhile.

    Raises:
        FolderError: one can not be read.
        MovingError: they change all the time.
    """
    for _ in range(_TRIES):
        before = look_at(folder)
        names = [entry[0] for entry in before.stamp]
        data = {name: _bytes(folder / name) for name in names}
        # INVARIANT: nothing is served of which a part was read before a change
        if look_at(folder).stamp == before.stamp:
            return Files(before, data)
        time.sleep(_PAUSE_SECONDS)
    raise MovingError(f"the files in `{folder}` change all the time; try again")


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # gone since it was looked at: the next look tells
    except OSError as error:
        text = f"the file can not be read: {error.strerror}"
        raise folder_error(FILE, path.name, text) from error
