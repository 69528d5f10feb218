"""A release: one reviewed set of policy files, parsed, checked and hashed."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from authz.engine import Model, Row, gate, read_model
from authz.errors import Fault, PolicyError
from authz.policy.catalogue import Action, Catalogue, read_catalogue
from authz.policy.grants import Grant, read_grants, read_presets
from authz.policy.invariants import Invariant, read_invariants
from authz.policy.permissions import Permissions, Preset
from authz.policy.permissions_file import read_permissions

REQUIRED = (
    "model.conf",
    "catalogue.csv",
    "permissions.toml",
    "grants.csv",
    "invariants.toml",
    "roles/owner.csv",
)
ALLOWED = re.compile(r"README\.md|roles/[a-z_]+\.csv|cases/[a-z0-9_-]+\.toml")

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Release:
    """Everything a set of policy files says.

    Attributes:
        files: path in the folder -> content, sorted; cases and README included.
        hash: sha-256 over paths and contents, hex.
        model: the Casbin model.
        catalogue: what can be done.
        permissions: the switches.
        grants: which permission includes which action, one for each action.
        presets: ready-made roles by name, `role.owner` included.
        invariants: what must always be true.
        rows: p rows, then the presets' g rows with `*` for the account.
        services: every service that a grant names.
    """

    files: Mapping[str, bytes]
    hash: str
    model: Model
    catalogue: Catalogue
    permissions: Permissions
    grants: tuple[Grant, ...]
    presets: Mapping[str, Preset]
    invariants: tuple[Invariant, ...]
    rows: tuple[Row, ...]
    services: frozenset[str]
    grants_by_action: Mapping[tuple[str, str], Grant]

    def grant_for(self, action: Action) -> Grant:
        """The one grant of an action of this release's catalogue."""
        return self.grants_by_action[action.resource, action.name]


def default_folder() -> Path:
    """The `policies` folder that stands beside the `authz` package."""
    return Path(__file__).resolve().parents[2] / "policies"


def read_folder(path: Path) -> Release:
    """Read the release in a folder; names that start with a dot are passed over.

    Raises:
        PolicyError: with everything wrong in it.
    """
    if not path.is_dir():
        message = f"there is no folder `{path}`; name one that has a model.conf"
        raise PolicyError([Fault(code="DLG130", message=message)])
    files = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file()
        and not any(p.startswith(".") for p in file.relative_to(path).parts)
    }
    return read_files(files)


def read_files(files: Mapping[str, bytes]) -> Release:
    """Read the release in these files, by their paths in the folder.

    Raises:
        PolicyError: with everything wrong in them.
    """
    texts = _texts(files)
    reading = _Reading()
    model = reading.of(lambda: read_model(texts["model.conf"]))
    catalogue = reading.of(lambda: read_catalogue(texts["catalogue.csv"]))
    named = reading.of(lambda: read_permissions(texts["permissions.toml"]))
    invariants = reading.of(lambda: read_invariants(texts["invariants.toml"]))
    if model is None or catalogue is None or named is None or invariants is None:
        raise PolicyError(reading.faults)
    permissions, words = named
    roles = {file: text for file, text in texts.items() if file.startswith("roles/")}
    granted = reading.of(
        lambda: read_grants(texts["grants.csv"], catalogue, permissions)
    )
    preset = reading.of(lambda: read_presets(roles, permissions, words))
    if granted is None or preset is None:
        raise PolicyError(reading.faults)
    rows = (*granted[0], *preset[0])
    gate(model, rows)
    return Release(
        files=dict(sorted(files.items())),
        hash=hash_of(files),
        model=model,
        catalogue=catalogue,
        permissions=permissions,
        grants=granted[1],
        presets=preset[1],
        invariants=invariants,
        rows=rows,
        services=frozenset(grant.service for grant in granted[1]),
        grants_by_action={(g.resource, g.action): g for g in granted[1]},
    )


def hash_of(files: Mapping[str, bytes]) -> str:
    """The hash of a release: every path and content, each led by its length."""
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        for part in (path.encode(), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


class _Reading:
    """Goes on after a file that is wrong, so that one run shows all that is wrong."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def of(self, read: Callable[[], Parsed]) -> Parsed | None:
        try:
            return read()
        except PolicyError as error:
            self.faults += error.faults
            return None


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    faults = [_fault(name, "is missing") for name in REQUIRED if name not in files]
    faults += _strangers(files)
    texts: dict[str, str] = {}
    for name, content in sorted(files.items()):
        try:
            texts[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(_fault(name, "is not utf-8 text; save it as utf-8"))
        if content.startswith(b"\xef\xbb\xbf"):
            faults.append(_fault(name, "starts with a byte order mark; save without"))
    if faults:
        raise PolicyError(faults)
    return texts


def _strangers(files: Iterable[str]) -> list[Fault]:
    return [
        _fault(name, "is no file of a policy folder; move it elsewhere")
        for name in sorted(files)
        if name not in REQUIRED and not ALLOWED.fullmatch(name)
    ]


def _fault(file: str, text: str) -> Fault:
    return Fault(code="DLG131", message=text, file=file)
