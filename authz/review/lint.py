"""What can be read and should not be published: rules with stable codes.

`authz.policy.read_folder` already refuses what can not be understood (unknown names, an
action with no grant or two). Each rule here is one function over a release.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from authz.engine import read_model
from authz.errors import Fault, IllegalSetError, ModelError
from authz.policy import (
    NEVER_GRANTED,
    OWNER_ROLE,
    SERVICES,
    Permission,
    Preset,
    Release,
)
from authz.review.lint_invariants import invariant_faults

MEANING_LENGTH = 45
EDITIONS = frozenset({"FE", "SR"})
SOURCES = frozenset({"guide", "ours"})
#: Modules whose actions name another module's service, because they come with it.
SERVICE_PART = {"peppol": "orders"}

Rule = Callable[[Release], Iterator[Fault]]


def lint(release: Release, repository: Path | None = None) -> tuple[Fault, ...]:
    """Everything that speaks against publishing a release.

    With the repository at hand, tests that invariants name are looked up in it.
    """
    found = [fault for rule in RULES for fault in rule(release)]
    return (*found, *invariant_faults(release.invariants, repository))


def lint_model(text: str, file: str = "model.conf") -> tuple[Fault, ...]:
    """Everything wrong with a model.conf alone, any Casbin model."""
    try:
        read_model(text, file)
    except ModelError as error:
        return error.faults
    return ()


def _second_permission_differs(release: Release) -> Iterator[Fault]:
    for grant in release.grants:
        if grant.permission == grant.and_permission:
            text = f"asks for `{grant.permission}` twice; write - for the second"
            yield _at("DLG201", grant.place, text)


def _states_are_named_by_nobody(release: Release) -> Iterator[Fault]:
    for row in release.rows:
        if any(value.startswith("state.") for value in row.values):
            text = "names a state; states explain and never grant"
            yield _at("DLG202", row.place, text)


def _presets_are_legal(release: Release) -> Iterator[Fault]:
    for name, preset in release.presets.items():
        held = [n for n in preset.permissions if n in release.permissions]
        try:
            release.permissions.require_legal(held)
        except IllegalSetError as error:
            yield _in("DLG203", f"roles/{name.removeprefix('role.')}.csv", str(error))


def _special_names_are_the_owners(release: Release) -> Iterator[Fault]:
    for row in release.rows:
        is_role = row.ptype == "g" and row.values[0] != OWNER_ROLE
        if is_role and row.values[1] in NEVER_GRANTED:
            text = f"gives `{row.values[1]}`, which can never be granted"
            yield _at("DLG204", row.place, text)


def _the_owner_holds_everything(release: Release) -> Iterator[Fault]:
    owner = release.presets[OWNER_ROLE].permissions
    for name in sorted({*release.permissions, *NEVER_GRANTED} - owner):
        yield _in("DLG205", "roles/owner.csv", f"the owner lacks `{name}`")


def _services_fit(release: Release) -> Iterator[Fault]:
    for action in release.catalogue:
        grant = release.grant_for(action)
        part = SERVICE_PART.get(action.module, action.module)
        if action.module not in release.permissions.modules:
            text = (
                f"`{action.key}` stands in `{action.module}`, a module without a label"
            )
            yield _in("DLG206", "catalogue.csv", text)
        elif not _is_base(action.module) and not grant.service.startswith(f"{part}:"):
            crosses = f"`{action.key}` of {action.module} runs on `{grant.service}`"
            yield _at("DLG207", grant.place, f"{crosses}; name the add-on's service")
    for service in SERVICES:
        if service not in release.services:
            text = f"no action needs the service `{service}`"
            yield _in("DLG208", "grants.csv", text)


def _is_base(module: str) -> bool:
    # ddt_preservation is a setting of the base that runs on an add-on
    return module in ("account", "invoicing")


def _permissions_are_used(release: Release) -> Iterator[Fault]:
    used = {name for grant in release.grants for name in grant.needs}
    for name in (*release.permissions, *sorted(NEVER_GRANTED)):
        if name not in used:
            yield _in("DLG209", "grants.csv", f"no action needs `{name}`")


def _editions_fit(release: Release) -> Iterator[Fault]:
    for name, permission in release.permissions.items():
        if not permission.editions or not permission.editions <= EDITIONS:
            yield _permission("DLG210", name, "needs editions, FE or SR or both")
        acts = {
            "SR" if _runs_in_sr(g.service) else "FE"
            for g in release.grants
            if name in g.needs
        }
        if ("SR" in acts) != ("SR" in permission.editions):
            text = "is for SR exactly when an action that SR has needs it"
            yield _permission("DLG211", name, text)


def _runs_in_sr(service: str) -> bool:
    return service.startswith(("account:", "reception:"))


def _delicate_and_delegable(release: Release) -> Iterator[Fault]:
    for grant in release.grants:
        for name in grant.needs:
            known = release.permissions.get(name)
            if known and not known.delegable and "seated" not in grant.needs:
                text = (
                    f"`{name}` is not delegable, so the row must ask for `seated` too"
                )
                yield _at("DLG212", grant.place, text)


def _requirements_are_closed(release: Release) -> Iterator[Fault]:
    permissions = release.permissions
    for name, permission in permissions.items():
        if permissions.missing(permission.requires):
            text = "lists some prerequisites and not what those require"
            yield _permission("DLG213", name, text)
        if name in permission.requires:
            yield _permission("DLG213", name, "requires itself")
        for read in ("invoicing.read", f"{permission.module}.read"):
            if name != read and read not in permission.requires:
                yield _permission("DLG214", name, f"must require `{read}`")


def _meanings_are_short(release: Release) -> Iterator[Fault]:
    described: tuple[tuple[str, Permission | Preset], ...]
    described = (*release.permissions.items(), *release.presets.items())
    for name, words in described:
        for language in ("it", "en"):
            length = len(words.meaning(language))
            if length > MEANING_LENGTH:
                text = f"its meaning ({language}) has {length} characters"
                yield _permission("DLG215", name, f"{text}, {MEANING_LENGTH} fit")


def _switches_are_named_alike(release: Release) -> Iterator[Fault]:
    for name, permission in release.permissions.items():
        column = release.permissions.columns[permission.column]
        for language in ("it", "en"):
            if permission.label(language) != column.text(language):
                text = f"its label ({language}) is not its column's"
                yield _permission("DLG216", name, text)
        if permission.source not in SOURCES:
            yield _permission("DLG217", name, "needs a source, guide or ours")


RULES: tuple[Rule, ...] = (
    _second_permission_differs,
    _states_are_named_by_nobody,
    _presets_are_legal,
    _special_names_are_the_owners,
    _the_owner_holds_everything,
    _services_fit,
    _permissions_are_used,
    _editions_fit,
    _delicate_and_delegable,
    _requirements_are_closed,
    _meanings_are_short,
    _switches_are_named_alike,
)


def _permission(code: str, name: str, text: str) -> Fault:
    return _in(code, "permissions.toml", f"`{name}`: {text}")


def _in(code: str, file: str, text: str) -> Fault:
    return Fault(code=code, message=text, file=file)


def _at(code: str, place: str, text: str) -> Fault:
    file, _, line = place.rpartition(":")
    return Fault(code=code, message=text, file=file, line=int(line or 0))
