"""The command line, `delega`: exit 0 done, 1 findings, 2 usage, 3 could not run."""

import sys

import click
from flask.cli import FlaskGroup
from flask_migrate.cli import db as migrations
from typing_extensions import override

from authz import AuthzError, PolicyError
from config.settings import SettingsError
from webapp.commands import accounts, credentials, policy
from webapp.demo.command import demo


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
    accounts.accounts,
    accounts.users,
    accounts.seats,
    credentials.credentials,
    demo,
):
    delega.add_command(command)


def main() -> None:
    """Run `delega`; errors are one line on stderr."""
    try:
        delega.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except PolicyError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        sys.exit(1)
    except (AuthzError, SettingsError) as error:
        click.echo(f"delega: {error}", err=True)
        sys.exit(3)
