"""Whether processes share what they write through mmap where a file lies."""

from pathlib import Path

from authz.errors import PageError

#: File systems on which another host, or a server, does not see what mmap wrote.
_NOT_SHARED = (
    "9p", "afs", "ceph", "cifs", "coda", "fuse", "gfs", "gluster", "lustre", "ncp",
    "nfs", "ocfs", "smb", "vboxsf", "virtiofs",
)  # fmt: skip


def require_shared_memory(path: str, mounts: str) -> None:
    """Refuse a file system on which mmap is not shared between processes.

    Args:
        path: a file there.
        mounts: the text of `/proc/mounts`.

    Raises:
        PageError: names the file system.
    """
    kind = file_system_of(path, mounts)
    if kind.startswith(_NOT_SHARED):
        text = f"{path} lies on {kind}, where processes do not share memory"
        raise PageError(f"{text}; move the database to a local disk")


def file_system_of(path: str, mounts: str) -> str:
    """The type of the file system that a path lies on, as `/proc/mounts` names it."""
    kind, longest = "", -1
    for line in mounts.splitlines():
        _device, point, found, *_rest = line.split(" ")
        point = point.encode().decode("unicode_escape").rstrip("/")
        inside = path == point or path.startswith(f"{point}/")
        if inside and len(point) >= longest:
            kind, longest = found, len(point)
    return kind


def mounted() -> str:
    """The text of `/proc/mounts`."""
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise PageError(f"the file systems can not be told apart: {error}") from error
