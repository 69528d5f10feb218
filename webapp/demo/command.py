"""`delega demo`: everything from nothing to a running panel, on loopback."""

import fcntl
import os
import secrets
import shutil
import socket
import sys
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

import config
from authz import AuthzError, default_folder
from authz.engine import CompiledEvaluator
from config.settings import Settings
from webapp.demo.data import People, seed
from webapp.demo.words import welcome
from webapp.publishing import publish_folder

HOST = "127.0.0.1"
FOLDER = Path("var/demo")
GUNICORN = Path(config.__file__).with_name("gunicorn.conf.py")


class PortTakenError(AuthzError):
    """Something else listens there already."""


class DemoRunsError(AuthzError):
    """A demo runs with that folder already."""


@click.command()
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
@click.option("--keep", is_flag=True, help="go on with the data of the last start")
@click.option("--workers", default=2, type=click.IntRange(1, 16))
def demo(port: int, keep: bool, workers: int) -> None:
    """Serve a demo with two companies; its data is thrown away."""
    require_free(port)
    hold(FOLDER)
    if not keep:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = demo_settings(FOLDER.resolve(), port)
    people = prepare(settings)
    click.echo(welcome(people, settings.public_url))
    sys.stdout.flush()
    _serve(settings, port, workers)


def require_free(port: int) -> None:
    """Bind once without SO_REUSEPORT: gunicorn's own bind would share the port.

    Raises:
        PortTakenError: says which setting chooses another.
    """
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} is taken; choose another: make demo PORT={port + 1}"
            ) from error


def hold(folder: Path) -> int:
    """Hold a folder for as long as this process lives, gunicorn and its workers too.

    Returns:
        The descriptor that holds it.

    Raises:
        DemoRunsError: another demo would lose its data under its feet.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        text = f"a demo runs with {folder} already; end it first, with Ctrl-C"
        raise DemoRunsError(text) from error
    os.set_inheritable(file, True)
    return file


def demo_settings(folder: Path, port: int) -> Settings:
    """Settings of the demo in that folder."""
    key = folder / "secret_key"
    if not key.exists():
        key.write_text(secrets.token_hex(32), encoding="utf-8")
        key.chmod(0o600)
    return Settings(
        database_url=f"sqlite:///{folder / 'delega.sqlite3'}",
        secret_key=key.read_text(encoding="utf-8"),
        demo=True,
        unsigned_releases=True,
        public_url=f"http://{HOST}:{port}",
        outbox_folder=folder / "outbox",
    )


def prepare(settings: Settings) -> People:
    """Database, migrations, release and people; answers who can sign in."""
    from webapp import create_app

    app: Flask = create_app(settings)
    with app.app_context():
        upgrade()
        # the tests have casbin check this very folder: nobody waits for it again
        publish_folder(default_folder(), evaluator=CompiledEvaluator)
        return seed()


def _serve(settings: Settings, port: int, workers: int) -> None:
    """Become gunicorn, so that Ctrl-C reaches it and nothing is left behind."""
    environment = {
        **os.environ,
        "DELEGA_DEMO": "1",
        "DELEGA_DATABASE_URL": settings.database_url,
        "DELEGA_SECRET_KEY": settings.secret_key,
        "DELEGA_PUBLIC_URL": settings.public_url,
        "DELEGA_OUTBOX_FOLDER": str(settings.outbox_folder),
    }
    arguments = [sys.executable, "-m", "gunicorn", "-c", str(GUNICORN)]
    arguments += ["--bind", f"{HOST}:{port}", "--workers", str(workers)]
    arguments += ["--log-level", "warning", "webapp:create_app()"]
    os.execve(sys.executable, arguments, environment)  # noqa: S606
