"""Putting a release in force, in the caller's transaction."""

from authz.errors import Fault, PolicyError
from authz.policy import Release
from authz.storage import PolicyWriter, StoredRelease


def publish(
    writer: PolicyWriter,
    release: Release,
    actor: str,
    *,
    current: Release | None = None,
    reason: str = "",
) -> tuple[int, int]:
    """Publish the release; answers (release number, revision).

    Lint and cases are the caller's to run first (`authz.review`). `current` is the
    release in force, None before the first.

    Raises:
        PolicyError: it lacks a permission or preset that the current one has, which
            rows in force may name.
    """
    faults = _lost_names(current, release) if current else []
    if faults:
        raise PolicyError(faults)
    number = writer.release_number() + 1
    stored = StoredRelease(number=number, hash=release.hash, files=release.files)
    return number, writer.publish(stored, release.rows, actor, reason)


def _lost_names(current: Release, release: Release) -> list[Fault]:
    lost = [name for name in current.permissions if name not in release.permissions]
    lost += [name for name in current.presets if name not in release.presets]
    return [
        Fault(
            code="DLG310",
            message=f"`{name}` is in force and missing here; put it back",
            file="permissions.toml",
        )
        for name in lost
    ]
