"""`delega policy …`: check and print policy folders, publish and export releases."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from authz import UnknownNameError, default_folder, read_folder
from authz.engine import write_policy_csv
from authz.review import case_texts, lint, matrix, run_cases
from authz.storage import broken_links
from config.settings import policy_folder
from webapp.extensions import db, enforcer, store
from webapp.publishing import publish_folder
from webapp.refused_acts import broken_acts
from webapp.tables import Account, RefusedAct

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _folder() -> Path:
    return policy_folder() or default_folder()


@click.group()
def policy() -> None:
    """Policy folders and releases."""


@policy.command()
@click.argument("folder", type=FOLDER, default=_folder)
def check(folder: Path) -> None:
    """Lint a policy folder and run its cases."""
    release = read_folder(folder)
    faults = lint(release)
    report = run_cases(release, case_texts(release))
    for fault in (*faults, *report.faults):
        click.echo(str(fault))
    errors = [f for f in (*faults, *report.faults) if f.severity == "error"]
    click.echo(f"{report.cases} cases, {report.questions} questions")
    if errors:
        click.echo(f"{len(errors)} errors; nothing may be published", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"release {release.hash[:12]}: {len(release.grants)} grants, clean")


@policy.command("matrix")
@click.argument("folder", type=FOLDER, default=_folder)
@click.option("--module", help="only this module's actions")
@click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text"
)
def print_matrix(folder: Path, module: str | None, form: str) -> None:
    """Print permission x action."""
    table = matrix(read_folder(folder), module=module)
    written = {"text": table.text, "csv": table.csv, "json": table.json}[form]
    click.echo(written(), nl=False)


@policy.command("publish")
@click.argument("folder", type=FOLDER, default=_folder)
@click.option("--reason", default="", help="why, for the history")
@click.option(
    "--replace-broken", is_flag=True, help="the release in force does not verify"
)
@with_appcontext
def publish_release(folder: Path, reason: str, replace_broken: bool) -> None:
    """Put a policy folder in force."""
    click.echo(publish_folder(folder, reason, replace_broken=replace_broken))


@policy.command()
@click.option("--account", required=True, help="id of the account, a_…")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True)
@with_appcontext
def export(account: str, folder: Path) -> None:
    """Write a model.conf and policy.csv that stock casbin answers exactly alike."""
    if db.session.get(Account, account) is None:
        raise UnknownNameError("account", account, "see `delega accounts list`")
    folder.mkdir(parents=True, exist_ok=True)
    text = write_policy_csv(enforcer().rows(account))
    model = enforcer().release().model.text
    (folder / "model.conf").write_text(model, encoding="utf-8")
    (folder / "policy.csv").write_text(text, encoding="utf-8")
    click.echo(f"{folder / 'model.conf'}\n{folder / 'policy.csv'}")


@policy.command()
@with_appcontext
def verify() -> None:
    """Walk the hash chains of the history: changes, and changes refused."""
    history = store().history()
    by_number = select(RefusedAct).order_by(RefusedAct.account_id, RefusedAct.number)
    refused = db.session.scalars(by_number).all()
    faults = [*broken_links(history), *broken_acts(refused)]
    for fault in faults:
        click.echo(str(fault))
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(f"{len(history)} changes, the chain holds")
    click.echo(f"{len(refused)} refused changes, their chains hold")
