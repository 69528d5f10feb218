"""`/healthz` and `/readyz` of a folder that is served."""

import msgspec

from authz import NotReadyError
from authz.folder import Folder
from authz.pdp import Reply

_HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


def healthz() -> Reply:
    """Answers as long as the process does."""
    return _reply(200, {"status": "alive"})


def readyz(folder: Folder) -> Reply:
    """200 with release and revision, 503 without any; and what is not taken in.

    Of what is wrong only where it stands: what a row says is for the log.
    """
    try:
        held = folder.current()
    except NotReadyError:
        return _reply(503, {"status": "not ready", "faults": _faults(folder)})
    facts: dict[str, object] = {"status": "ready", "release": held.release}
    facts["revision"] = held.revision
    if folder.faults:
        facts["status"] = "ready, by older files"
        facts["faults"] = _faults(folder)
    return _reply(200, facts)


def _faults(folder: Folder) -> list[str]:
    return [f"{fault.file}:{fault.line} {fault.code}" for fault in folder.faults]


def _reply(status: int, facts: object) -> Reply:
    return Reply(status, list(_HEADERS), msgspec.json.encode(facts))
