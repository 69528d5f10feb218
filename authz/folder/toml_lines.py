"""TOML with the lines in which something stands: the parser keeps none."""

import re
import tomllib
from typing import Any

from authz.folder.faults import folder_error

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")
_AT = re.compile(r"at line (\d+)")


def read_toml(code: str, file: str, text: str) -> dict[str, Any]:
    """Read it.

    Raises:
        FolderError: it is no TOML; with the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise folder_error(code, file, f"this is not TOML: {error}", line) from error


def line_of(text: str, table: str, key: str = "") -> int:
    """The line of a table, or of a key in it; 0 when it is written in another way."""
    wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=") if key else None
    here = ""
    for number, line in enumerate(text.split("\n"), start=1):
        header = _TABLE.fullmatch(line)
        if header:
            here = header[1]
        is_found = header is not None if wanted is None else wanted.match(line)
        if here == table and is_found:
            return number
    return 0
