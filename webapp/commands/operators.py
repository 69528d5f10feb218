"""`delega operators …`: who runs Delega. There is no other way to make one."""

import click
from flask.cli import with_appcontext

from webapp.extensions import begin_write, db
from webapp.links import ACTIVATION, make_link
from webapp.operator import people
from webapp.operator.people import NewOperator, create_operator, remove_operator
from webapp.post import absolute


@click.group()
def operators() -> None:
    """Who runs Delega and registers payments; in no account."""


@operators.command()
@click.option("--user-name", required=True)
@click.option("--email", required=True)
@click.option("--full-name", default="")
@with_appcontext
def create(user_name: str, email: str, full_name: str) -> None:
    """Make an operator; prints the id and the activation link."""
    new = NewOperator(user_name=user_name, email=email, full_name=full_name)
    session = begin_write()
    user = create_operator(session, new)
    link = absolute(f"/activate/{make_link(user, ACTIVATION)}")
    lines = f"{user.id}\n{link}"
    session.commit()
    click.echo(lines)


@operators.command("list")
@with_appcontext
def list_() -> None:
    """One line an operator: id, user name, e-mail, name."""
    for found in people.operators(db.session()):
        fields = (found.id, found.user_name, found.email, found.full_name)
        click.echo("\t".join(fields))


@operators.command()
@click.argument("operator")
@with_appcontext
def remove(operator: str) -> None:
    """Remove an operator, by id or user name: signed out everywhere, at once."""
    session = begin_write()
    identity = remove_operator(session, operator).id
    session.commit()
    click.echo(f"{identity} removed")
