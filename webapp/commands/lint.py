"""`delega lint`: what casbin makes of anybody's model and rows; needs no settings."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import URL, column, create_engine, make_url, select, table

from authz import AuthzError
from authz.review import Finding, TableRow, lint_files, lint_table

COLUMNS = ("ptype", "v0", "v1", "v2", "v3", "v4", "v5")
PATH = click.Path(path_type=Path)


class UnreadableError(AuthzError):
    """A file or table that `delega lint` can not read."""


@click.command()
@click.argument("paths", nargs=-1, type=PATH)
@click.option("--database", help="a database URL: lint its rows, not a policy.csv")
@click.option("--model", type=PATH, help="the model.conf of the rows in the database")
@click.option("--table", "name", default="casbin_rule", help="the table of the rows")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def lint(
    paths: tuple[Path, ...],
    database: str | None,
    model: Path | None,
    name: str,
    form: str,
) -> None:
    """Name every row that casbin reads otherwise than it looks.

    PATHS: a folder with model.conf and policy.csv, or the two files. Or none, with
    --database and --model. Ends with 1 if there are findings, 3 if it can not read.
    """
    if database and model and not paths:
        found = lint_table(_text(model), _rows(database, name), str(model), name)
    elif paths and not database and not model:
        conf, policy = _files(paths)
        found = lint_files(_text(conf), _text(policy), str(conf), str(policy))
    else:
        raise click.UsageError("give PATHS, or --database and --model without PATHS")
    click.echo(_as_json(found) if form == "json" else _as_text(found))
    if found:
        raise click.exceptions.Exit(1)


def _files(paths: Sequence[Path]) -> tuple[Path, Path]:
    if len(paths) == 1 and not paths[0].is_file():
        return paths[0] / "model.conf", paths[0] / "policy.csv"
    if len(paths) == 2:
        return paths[0], paths[1]
    raise click.UsageError("PATHS are a folder, or a model.conf and a policy.csv")


def _text(path: Path) -> str:
    """The file as casbin decodes it: a byte order mark stays."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"`{path}` is not UTF-8: {error.reason}") from error
    except FileNotFoundError as error:
        text = f"there is no `{path}`; name a folder with model.conf and policy.csv"
        raise UnreadableError(f"{text}, or the two files") from error


def _rows(database: str, name: str) -> list[TableRow]:
    """Ids and columns, by id; the database is only read."""
    url = make_url(database)
    _must_exist(url)
    rule = table(name, column("id"), *map(column, COLUMNS))
    try:
        engine = create_engine(url)
    except ImportError as error:
        raise UnreadableError(f"no driver for `{url.drivername}`: {error}") from error
    with engine.connect() as connection:
        rows = connection.execute(select(rule).order_by(rule.c.id)).all()
    engine.dispose()
    return [(number, tuple(values)) for number, *values in rows]


def _must_exist(url: URL) -> None:
    """SQLite would make the file it is asked for."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "")
    if is_file and not Path(str(url.database)).is_file():
        raise UnreadableError(f"there is no database `{url.database}`")


def _as_text(found: Sequence[Finding]) -> str:
    many = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    return "\n".join([*(finding.text for finding in found), many if found else "clean"])


def _as_json(found: Sequence[Finding]) -> str:
    findings = [finding.as_json for finding in found]
    return json.dumps({"findings": findings}, ensure_ascii=False, indent=2)
