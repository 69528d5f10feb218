"""A real nginx on loopback, with the configuration that is shipped."""

import shutil
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

SHIPPED = Path(config.__file__).with_name("nginx-forward.conf")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_MAIN = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 128; }}
http {{
    access_log off;
    client_body_temp_path {0}/body;
    proxy_temp_path {0}/proxy;
    fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi;
    scgi_temp_path {0}/scgi;
    include {0}/nginx-forward.conf;
}}
"""


@contextmanager
def an_nginx(folder: Path, key: str, delega: int, users: str) -> Iterator[Front]:
    """Asks Delega at a port with a key; `users` as an htpasswd file."""
    assert NGINX is not None
    backend, port = Backend(), free_port()
    ports = {8000: delega, 9000: backend.port, 8080: port}
    text = with_ports(SHIPPED.read_text(encoding="utf-8"), ports, "127.0.0.1:{};")
    (folder / "nginx-forward.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(_MAIN.format(folder))
    (folder / "delega-users").write_text(users)
    (folder / "delega-key.conf").write_text(
        f'proxy_set_header Authorization "Bearer {key}";\n'
    )
    command = [NGINX, "-p", folder, "-c", folder / "nginx.conf"]
    with a_front(command, port, backend, folder) as front:
        yield front
