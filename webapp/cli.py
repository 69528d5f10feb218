"""The command line, `delega`: exit 0 done, 1 findings, 2 usage, 3 could not run."""

import sys

import click
from flask.cli import FlaskGroup
from flask_migrate.cli import db as migrations
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from typing_extensions import override

from authz import AuthzError, PolicyError
from config.settings import SettingsError
from webapp.commands import (
    accounts,
    credentials,
    forward,
    lint,
    operators,
    orders,
    outgoing,
    policy,
)
from webapp.demo.command import demo
from webapp.serving.command import serve


def _app() -> object:
    from webapp import create_app  # a command without a database needs no app

    return create_app()


class Commands(FlaskGroup):
    """Knows its commands without building the application."""

    @override
    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Ours alone: an unknown name is a usage error, with or without a database."""
        return self.commands.get(name)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours alone."""
        return sorted(self.commands)


@click.group(cls=Commands, create_app=_app, add_default_commands=False)
def delega() -> None:
    """Additional users for an e-invoicing panel, decided by Casbin policy files."""


for command in (
    migrations,
    policy.policy,
    lint.lint,
    accounts.accounts,
    accounts.users,
    accounts.seats,
    credentials.credentials,
    forward.forward,
    operators.operators,
    orders.orders,
    outgoing.mail,
    outgoing.outbox,
    demo,
    serve,
):
    delega.add_command(command)


#: what went wrong -> how the command ends, first match first
_ENDS: tuple[tuple[type[Exception], int], ...] = (
    (PolicyError, 1),
    (AuthzError, 3),
    (SettingsError, 3),
    (SQLAlchemyError, 3),
    (OSError, 3),  # a mail server or folder that is out of reach
)


def main() -> None:
    """Run `delega`; errors are a line each on stderr."""
    try:
        code = delega.main(standalone_mode=False)
        if isinstance(code, int):  # click returns what a command's Exit carried
            sys.exit(code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except tuple(kind for kind, _code in _ENDS) as error:
        for line in _lines(error):
            click.echo(line, err=True)
        sys.exit(next(code for kind, code in _ENDS if isinstance(error, kind)))


def _lines(error: Exception) -> list[str]:
    if isinstance(error, PolicyError):
        return [str(fault) for fault in error.faults]
    if isinstance(error, IntegrityError):
        return [f"delega: that is there already: {error.orig}"]
    return [f"delega: {error}"]
