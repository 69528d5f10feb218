"""What every seat of an account holds, from one reading of its policy rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from authz import Release
from authz.storage import SqlWriter
from webapp.tables import Account

Holdings = Mapping[str, frozenset[str]]


def holdings(session: Session, account: Account, release: Release) -> Holdings:
    """Seat -> the permissions it holds now; a seat without any is not there."""
    now = datetime.now(UTC)
    links: dict[str, set[str]] = defaultdict(set)
    for dated in SqlWriter(session).rows(account.id):
        start, goal = dated.row.values[:2]
        if start.startswith("s_") and dated.in_force(now):
            links[start].add(goal)
    legal = release.permissions.largest_legal
    return {seat: legal(expanded(release, held)) for seat, held in links.items()}


def expanded(release: Release, held: Collection[str]) -> frozenset[str]:
    """A seat may hold a preset: what it means, and the permissions beside it."""
    roles = [release.presets[n].permissions for n in held if n in release.presets]
    single = frozenset(n for n in held if n in release.permissions)
    return single.union(*roles)
