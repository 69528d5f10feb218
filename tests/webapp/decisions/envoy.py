"""A real Envoy on loopback, with the configuration that is shipped."""

import base64
import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Iterator
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

SHIPPED = Path(config.__file__).with_name("envoy-forward.yaml")
ENVOY = shutil.which("envoy")
_SECRET = b"of the provider that the file names"


@contextmanager
def an_envoy(folder: Path, key: str, delega: int) -> Iterator[Front]:
    """Asks Delega at a port with a key; its users are who has a token of `a_token`."""
    assert ENVOY is not None
    backend, port = Backend(), free_port()
    ports = {8000: delega, 9000: backend.port, 8080: port}
    text = with_ports(SHIPPED.read_text(encoding="utf-8"), ports, "port_value: {} }}")
    keys, file = folder / "jwks.json", folder / "envoy.yaml"
    text = _with(text, "/etc/envoy/jwks.json", str(keys))
    text = _with(text, '"Bearer dlg_live_…"', f'"Bearer {key}"')
    # it waits that long for the client to close first, who waits as well
    short = "stat_prefix: front\n                delayed_close_timeout: 0.02s"
    file.write_text(_with(text, "stat_prefix: front", short))
    keys.write_text(
        json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "k": _text(_SECRET)}]})
    )
    # nothing of one Envoy is shared with another on the machine
    command = [ENVOY, "-c", file, "--disable-hot-restart", "--concurrency", "1"]
    command += ["--log-level", "warning"]
    with a_front(command, port, backend, folder) as front:
        yield front


def a_token(subject: str, *, issuer: str = "https://id.example.it") -> str:
    """A token of the provider, signed by it."""
    told = {"iss": issuer, "aud": "backend", "sub": subject, "exp": time.time() + 600}
    parts = ({"alg": "HS256", "typ": "JWT"}, told)
    said = ".".join(_text(json.dumps(part).encode()) for part in parts)
    signed = hmac.digest(_SECRET, said.encode(), hashlib.sha256)
    return f"{said}.{_text(signed)}"


def _with(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
