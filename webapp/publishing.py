"""Putting a policy folder in force: checked first, then one transaction."""

from pathlib import Path

from flask import current_app

from authz import (
    AuthzError,
    NotReadyError,
    PolicyError,
    Release,
    publish,
    read_folder,
)
from authz.engine import EvaluatorFactory, ReferenceEvaluator
from authz.review import case_texts, lint, run_cases
from authz.storage import SqlWriter
from webapp.extensions import begin_write, enforcer


class UnsignedReleaseError(AuthzError):
    """Releases need signatures, unless the setting says otherwise."""


def publish_folder(
    folder: Path,
    reason: str = "",
    *,
    replace_broken: bool = False,
    evaluator: EvaluatorFactory = ReferenceEvaluator,
) -> str:
    """Check a folder and put it in force; answers one line about it.

    Args:
        folder: of policy.
        reason: why, for the history.
        replace_broken: the release in force does not verify.
        evaluator: answers its cases; casbin itself takes ten seconds over ours.

    Raises:
        UnsignedReleaseError: unsigned releases are not accepted here.
        PolicyError: lint or cases found errors; nothing was published.
    """
    if not current_app.config["DELEGA"].unsigned_releases:
        raise UnsignedReleaseError(
            "nobody signed this folder; on one machine set DELEGA_UNSIGNED_RELEASES=1"
        )
    release = read_folder(folder)
    cases = run_cases(release, case_texts(release), evaluator)
    faults = [*lint(release), *cases.faults]
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise PolicyError(errors)
    session = begin_write(policy=True)
    writer = SqlWriter(session)
    current = _in_force(writer, replace_broken=replace_broken)
    if current is not None and current.hash == release.hash:
        session.rollback()
        return f"release {release.hash[:12]} is in force already"
    number, revision = publish(
        writer, release, "system", current=current, reason=reason
    )
    session.commit()
    return f"release {number} ({release.hash[:12]}) in force at revision {revision}"


def _in_force(writer: SqlWriter, *, replace_broken: bool) -> Release | None:
    """The release in force; None before the first, or when a broken one is replaced."""
    if not writer.release_number():
        return None
    try:
        return enforcer().release()
    except NotReadyError:
        if replace_broken:
            return None
        raise
