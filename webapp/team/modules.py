"""Which modules an account has in view now; permissions of the others sleep."""

from collections.abc import Iterator
from datetime import UTC, datetime

from authz import Permission, Release
from webapp.tables import Account

BASE = "invoicing"


def modules_in_view(account: Account) -> frozenset[str]:
    """The base, and what was bought and can still be looked at."""
    now, contract = datetime.now(UTC), account.contract()
    bought = contract.modules.items()
    return frozenset(
        (BASE, *(name for name, end in bought if contract.view_until(end) > now))
    )


def permissions_in_view(release: Release, account: Account) -> Iterator[Permission]:
    """The permissions that have a box, in the order of the form."""
    modules = modules_in_view(account)
    return (
        permission
        for permission in release.permissions.values()
        if permission.module in modules and account.edition in permission.editions
    )
