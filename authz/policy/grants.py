"""The p rows of `grants.csv` and the g rows of `roles/*.csv`, with every name checked."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from authz.engine import Row, read_policy_csv
from authz.errors import Fault, PolicyError, RowsError
from authz.policy.catalogue import Catalogue
from authz.policy.facts import NEVER_GRANTED, OWNER_ROLE
from authz.policy.permissions import Permissions, Preset
from authz.policy.permissions_file import PresetWords
from authz.policy.services import SERVICES

FILE = "grants.csv"
NOTHING_MORE = "-"
EVERY_ACCOUNT = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """One p row: whoever holds the permission may do the action.

    Attributes:
        permission: what must be held.
        and_permission: what must be held as well, or None.
        service: what must run in the account.
        resource: the noun.
        action: the verb.
        place: file and line.
    """

    permission: str
    and_permission: str | None
    service: str
    resource: str
    action: str
    place: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Everything that must be held, one or two names."""
        more = (self.and_permission,) if self.and_permission else ()
        return (self.permission, *more)


def read_grants(
    text: str, catalogue: Catalogue, permissions: Permissions
) -> tuple[tuple[Row, ...], tuple[Grant, ...]]:
    """The rows of `grants.csv`, and the same as grants.

    Raises:
        PolicyError: with every line that names something unknown, and every action
            that has no grant or more than one.
    """
    rows = read_policy_csv(text, FILE)
    grants: dict[str, Grant] = {}
    faults: list[Fault] = []
    for row in rows:
        if row.ptype != "p" or len(row.values) != 5:
            faults.append(_fault(row, "is not `p` with five columns"))
            continue
        grant = _grant(row)
        problems = list(_unknown(grant, catalogue, permissions))
        key = f"{grant.resource}.{grant.action}"
        if key in grants:
            problems.append(f"grants `{key}`, as {grants[key].place} does already")
        faults += [_fault(row, problem) for problem in problems]
        grants.setdefault(key, grant)
    for action in catalogue:
        if action.key not in grants:
            message = f"no row grants `{action.key}` of the catalogue"
            faults.append(Fault(code="DLG123", message=message, file=FILE))
    if faults:
        raise PolicyError(faults)
    return rows, tuple(grants.values())


def _grant(row: Row) -> Grant:
    permission, second, service, resource, action = row.values
    more = None if second == NOTHING_MORE else second
    return Grant(permission, more, service, resource, action, row.place)


def _unknown(
    grant: Grant, catalogue: Catalogue, permissions: Permissions
) -> Iterator[str]:
    for name in grant.needs:
        if name not in permissions and name not in NEVER_GRANTED:
            yield f"names the unknown permission `{name}`"
    if grant.service not in SERVICES:
        yield f"names the unknown service `{grant.service}`"
    if catalogue.find(grant.resource, grant.action) is None:
        yield f"names `{grant.resource}.{grant.action}`, which the catalogue lacks"


def read_presets(
    texts: Mapping[str, str], permissions: Permissions, words: Mapping[str, PresetWords]
) -> tuple[tuple[Row, ...], dict[str, Preset]]:
    """The rows of all role files, and the same as presets by name.

    Raises:
        PolicyError: with every line that names something unknown, and every role that
            has rows and no words, or words and no rows.
    """
    rows: list[Row] = []
    faults: list[Fault] = []
    held: dict[str, frozenset[str]] = {}
    files = {f"role.{PurePosixPath(file).stem}": file for file in texts}
    for role, file in files.items():
        try:
            found = read_policy_csv(texts[file], file)
        except RowsError as error:
            faults += error.faults
            continue
        faults += [f for row in found for f in _role_faults(row, role, permissions)]
        rows += found
        held[role] = frozenset(row.values[1] for row in found if len(row.values) > 1)
    faults += _wordless({*files, OWNER_ROLE}, words)
    if faults:
        raise PolicyError(faults)
    return tuple(rows), {role: _preset(role, held[role], words[role]) for role in words}


def _role_faults(row: Row, role: str, permissions: Permissions) -> Iterator[Fault]:
    if row.ptype != "g" or len(row.values) != 3:
        yield _fault(row, "is not `g` with three columns")
        return
    start, goal, account = row.values
    if start != role:
        yield _fault(row, f"speaks of `{start}`; this file is about `{role}`")
    if goal not in permissions and goal not in NEVER_GRANTED:
        yield _fault(row, f"names the unknown permission `{goal}`")
    if account != EVERY_ACCOUNT:
        yield _fault(row, "must end with `*`, which stands for every account")


def _wordless(
    roles: Collection[str], words: Mapping[str, PresetWords]
) -> Iterator[Fault]:
    for name in sorted(set(roles) ^ words.keys()):
        message = f"`{name}` needs both a file in roles and words in permissions.toml"
        yield Fault(code="DLG124", message=message, file="permissions.toml")


def _preset(name: str, held: frozenset[str], words: PresetWords) -> Preset:
    return Preset(
        name=name,
        permissions=held,
        label_it=words.label.it,
        label_en=words.label.en,
        meaning_it=words.meaning.it,
        meaning_en=words.meaning.en,
    )


def _fault(row: Row, text: str) -> Fault:
    file, _, line = row.place.rpartition(":")
    return Fault(code="DLG122", message=f"the line {text}", file=file, line=int(line))
