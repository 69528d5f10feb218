"""`delega serve`: a folder with a Casbin model as an AuthZEN service."""

import hashlib
import hmac
import ipaddress
import json
import logging
import secrets
import shlex
import socket
import sys
from pathlib import Path
from threading import Event, Thread

import click

from authz import AuthzError, PolicyError
from authz.folder import (
    Files,
    Folder,
    FolderError,
    Rules,
    read_files,
    read_rules,
    sample_question,
)
from authz.pdp import PATHS, Kind, Service
from webapp.serving.app import App
from webapp.serving.server import Server

_log = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
SHORTEST_KEY = 20
#: As for any other argument that can not be used.
UNSERVABLE = 2


class PortTakenError(AuthzError):
    """Something else listens there already."""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--host", default=LOOPBACK, help="the address to listen on")
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, type=click.IntRange(1, 64))
@click.option("--key", envvar="DELEGA_SERVE_KEY", help="or $DELEGA_SERVE_KEY")
@click.option("--open", "is_open", is_flag=True, help="beyond this machine, no key")
@click.option("--url", help="the address services use, for the metadata")
def serve(  # noqa: PLR0913  (a command has a parameter for each of its options)
    folder: Path,
    host: str,
    port: int,
    workers: int,
    key: str | None,
    *,
    is_open: bool,
    url: str | None,
) -> None:
    """Serve FOLDER (model.conf, policy.csv; pdp.toml, entities.json) over AuthZEN.

    Needs no database. Listens on this machine alone, where no key is needed. A change
    of the files is in force within half a second, as a whole; one that is wrong is
    not: the older files go on answering, and /readyz says so.
    """
    _require_key(host, key, is_open=is_open)
    files, rules = _read(folder)
    _require_free(host, port)
    address = (url or f"http://{_bracketed(host)}:{port}").rstrip("/")
    click.echo(
        f"{folder} at {address}: {len(rules.rows)} rows, release {files.release}"
    )
    _echo_sample(rules, address, has_key=key is not None)
    sys.stdout.flush()
    service = Service([_page_key(key)])
    # made by each worker: what a worker holds is never older than its own start
    Server(
        lambda: _app(folder, service, address, key),
        f"{_bracketed(host)}:{port}",
        workers,
    ).run()


def _read(folder: Path) -> tuple[Files, Rules]:
    """All of it, or an end that says which file and line to mend."""
    try:
        files = read_files(folder)
        return files, read_rules(files)
    except PolicyError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        if not isinstance(error, FolderError):  # of model and rows there is more to say
            lint = f"delega lint {shlex.quote(str(folder))}"
            click.echo(f"what casbin makes of it, with requests: {lint}", err=True)
        raise click.exceptions.Exit(UNSERVABLE) from error


def _app(folder: Path, service: Service, address: str, key: str | None) -> App:
    """With a look at the files from time to time, whether anybody asks or not."""
    served = Folder(folder)
    Thread(target=served.watch, args=(Event(),), daemon=True).start()
    return App(served, service, address, key)


def _require_key(host: str, key: str | None, *, is_open: bool) -> None:
    if key is not None and len(key) < SHORTEST_KEY:
        text = f"a key has {SHORTEST_KEY} characters or more: openssl rand -hex 24"
        raise click.UsageError(text)
    if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
        raise click.UsageError("a key is of plain letters, digits and signs")
    if key is not None and is_open:
        raise click.UsageError("give --key or --open, not both")
    if key is None and not is_open and not _is_loopback(host):
        raise click.UsageError(
            f"{host} is not this machine alone: give --key or --open"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _require_free(host: str, port: int) -> None:
    """Say at once what gunicorn would try five times."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            text = f"can not listen on {host}, port {port}: {error.strerror}"
            raise PortTakenError(f"{text}; choose another with --port") from error


def _page_key(key: str | None) -> bytes:
    """Pages of a search go on after a restart where there is a key."""
    secret = key.encode() if key else secrets.token_bytes(32)
    return hmac.digest(secret, b"delega search pages", hashlib.sha256)


def _echo_sample(rules: Rules, address: str, *, has_key: bool) -> None:
    """A question to try, where one is found."""
    try:
        click.echo(_curl(rules, address, has_key=has_key))
    except Exception:  # noqa: BLE001  (whatever it is: the folder can be served)
        _log.exception("no question to try can be printed; please report this")


def _curl(rules: Rules, address: str, *, has_key: bool) -> str:
    parts = ["curl", address + PATHS[Kind.EVALUATION]]
    parts += ["-H", "Content-Type: application/json"]
    parts += ["-d", json.dumps(sample_question(rules), ensure_ascii=False)]
    line = " ".join(map(shlex.quote, parts))
    return f'{line} -H "Authorization: Bearer $KEY"' if has_key else line
