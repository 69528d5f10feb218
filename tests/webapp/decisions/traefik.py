"""A real Traefik on loopback, with the configuration that is shipped."""

import base64
import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import config
from tests.webapp.decisions.fronts import (
    Backend,
    Front,
    a_front,
    free_port,
    with_ports,
)

SHIPPED = Path(config.__file__).with_name("traefik-forward.yaml")
TRAEFIK = shutil.which("traefik")


@contextmanager
def a_traefik(
    folder: Path, key: str, delega: int, users: Mapping[str, str], *more: str
) -> Iterator[Front]:
    """Asks Delega at a port with a key; `users` are names and passwords."""
    assert TRAEFIK is not None
    backend, port = Backend(), free_port()
    ports = {8000: delega, 9000: backend.port}
    text = with_ports(SHIPPED.read_text(encoding="utf-8"), ports, "127.0.0.1:{}")
    names, file = folder / "delega-users", folder / "traefik-forward.yaml"
    text = _with(text, "/etc/traefik/delega-users", str(names))
    text = _with(text, '"Bearer dlg_live_…"', f'"Bearer {key}"')
    file.write_text(text, encoding="utf-8")
    names.write_text(
        "".join(map("{0[0]}:{0[1]}\n".format, map(_hashed, users.items())))
    )
    command = [TRAEFIK, f"--providers.file.filename={file}", "--log.level=ERROR"]
    command += [f"--entrypoints.web.address=127.0.0.1:{port}"]
    command += more
    with a_front(command, port, backend, folder) as front:
        _wait_for_routes(front)
        yield front


def _wait_for_routes(front: Front) -> None:
    """It listens before it has read the file, and then knows no path."""
    for _ in range(200):
        if front.send(b"GET / HTTP/1.0\r\n\r\n")[0] == 401:
            return
        time.sleep(0.05)
    raise AssertionError("no routes")


def _hashed(user: tuple[str, str]) -> tuple[str, str]:
    name, password = user
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return name, "{SHA}" + base64.b64encode(digest).decode()


def _with(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)
