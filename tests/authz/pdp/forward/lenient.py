"""A server that reads any spelling of a path as something: the worst of them all."""

import unicodedata
from urllib.parse import unquote

_SLASHES = str.maketrans("\\⁄∕⧸∖⧵⧹", "/" * 7)


def lenient(path: str) -> str:
    """What such a server would serve."""
    while (again := _pass(path)) != path:
        path = again
    return path


def _pass(path: str) -> str:
    path = unquote(path, errors="replace").translate(_SLASHES)
    path = unicodedata.normalize("NFKC", path).partition("#")[0].partition("?")[0]
    path = path.partition("\0")[0].casefold()
    kept: list[str] = []
    for part in path.split("/"):
        segment = part.partition(";")[0].strip()
        if segment == "..":
            del kept[-1:]
        elif segment.rstrip("."):
            kept.append(segment.rstrip("."))
    return "/" + "/".join(kept)
