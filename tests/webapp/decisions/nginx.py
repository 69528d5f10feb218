"""A real nginx on loopback, with the configuration that is shipped."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import config

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


@dataclass
class Backend:
    """Serves whatever it is asked for, and remembers the heads as they came."""

    heads: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                data = client.recv(65_536)
                if not data:
                    return
                head += data
            self.heads.append(head.partition(b"\r\n\r\n")[0])
            client.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nserved"
            )


@dataclass(frozen=True)
class Front:
    """nginx, and what stands behind it."""

    port: int
    backend: Backend

    def send(self, data: bytes) -> tuple[int, bytes, list[bytes]]:
        """Status (0: none), the answer, and what reached the backend."""
        before = len(self.backend.heads)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            client.sendall(data)
            answer = _all_of(client)
        # HTTP/0.9 is answered without a status
        status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
        return status, answer, self.backend.heads[before:]


@contextmanager
def an_nginx(folder: Path, key: str, delega: int, users: str) -> Iterator[Front]:
    """In the foreground, ended by its own process; `users` as an htpasswd file."""
    assert NGINX is not None
    backend = Backend()
    port = _free_port()
    text = SHIPPED.read_text(encoding="utf-8")
    for name, number in ((8000, delega), (9000, backend.port), (8080, port)):
        assert text.count(f"127.0.0.1:{name};") == 1
        text = text.replace(f"127.0.0.1:{name};", f"127.0.0.1:{number};")
    (folder / "nginx-forward.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(_MAIN.format(folder))
    (folder / "delega-users").write_text(users)
    (folder / "delega-key.conf").write_text(
        f'proxy_set_header Authorization "Bearer {key}";\n'
    )
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(command, stderr=errors)  # noqa: S603  (ours)
    try:
        _wait_for(port, process, folder / "stderr")
        yield Front(port, backend)
    finally:
        process.terminate()
        process.wait(timeout=10)
        backend.close()


def _all_of(client: socket.socket) -> bytes:
    """Until nginx closes; half closing our side would end the request in it."""
    answer = b""
    while got := client.recv(65_536):
        answer += got
    return answer


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", errors: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, errors.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(errors.read_text())
