"""What is wrong with the files of a folder, file and line named."""

from collections.abc import Sequence

from authz.errors import Fault, PolicyError

#: A file that is missing or can not be read.
FILE = "DLG401"
#: `pdp.toml` says something that can not be.
MAPPING = "DLG402"
#: The entity file does.
ENTITIES = "DLG403"


class FolderError(PolicyError):
    """A folder that can not be served."""


def folder_error(code: str, file: str, message: str, line: int = 0) -> FolderError:
    """One thing that is wrong, ready to be raised."""
    return FolderError([Fault(code=code, message=message, file=file, line=line)])


def require_none(faults: Sequence[Fault]) -> None:
    """Go on when nothing is wrong.

    Raises:
        FolderError: all that is.
    """
    if faults:
        raise FolderError(faults)
