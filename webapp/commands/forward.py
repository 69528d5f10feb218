"""`delega forward …`: what a mapping file says; needs no settings and no database."""

from pathlib import Path

import click

from authz import default_folder, read_folder
from authz.pdp.forward import (
    ForwardMap,
    ShapeError,
    canonical_form,
    load_map,
    read_method,
    read_target,
)
from config.settings import policy_folder

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def forward() -> None:
    """Mapping files of proxies: method and path -> action."""


def _load(file: Path) -> ForwardMap:
    """The catalogue is that of the policy folder, as `delega policy` reads it."""
    return load_map(file, read_folder(policy_folder() or default_folder()).catalogue)


@forward.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Say everything that is wrong with FILE; ends with 1 if there is anything."""
    mapping = _load(file)
    many = "1 rule" if len(mapping.rules) == 1 else f"{len(mapping.rules)} rules"
    click.echo(
        f"{many}; the user is the `{mapping.subject_type}` in {mapping.subject_header}"
    )


@forward.command()
@click.argument("file", type=FILE)
@click.argument("method")
@click.argument("path")
def ask(file: Path, method: str, path: str) -> None:
    """Show what METHOD PATH needs by FILE; ends with 1 if it is refused as it is.

    PATH is written as a client sends it, a query may follow.
    """
    mapping = _load(file)
    try:
        match = mapping.match(read_method(method), read_target(path))
    except ShapeError as error:
        click.echo(f"refused ({error.code}): {error}{_hint(path)}")
        raise click.exceptions.Exit(1) from None
    if match is None:
        click.echo("refused (no_rule): no rule fits")
        raise click.exceptions.Exit(1)
    rule = match.rule
    line = f", line {rule.line}" if rule.line else ""
    needed = f"{rule.resource}.{rule.action} in {match.account}"
    click.echo(f"{needed} (rule {rule.number}{line}: {rule.template.text})")


def _hint(path: str) -> str:
    """How it is written, when that is all that is wrong."""
    written = path.partition("?")[0]
    canonical = canonical_form(written)
    try:
        read_target(canonical)
    except ShapeError:
        return ""
    return "" if canonical == written else f"; written plainly it is `{canonical}`"
