"""Permissions against actions in one table, for the eye and for other programs."""

import csv
import io
import json
from dataclasses import dataclass

from authz.policy import NEVER_GRANTED, Action, Release

ALONE, TOGETHER, NO = "yes", "and", ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """One line for each action, one column for each permission.

    Attributes:
        columns: permissions, then the names nobody is granted.
        lines: action -> one mark for each column: `yes` when that permission is
            enough, `and` when the action needs another one too.
        services: action -> what must run.
    """

    columns: tuple[str, ...]
    lines: dict[str, tuple[str, ...]]
    services: dict[str, str]

    def text(self) -> str:
        """Columns aligned by blanks, permissions numbered above."""
        legend = [f"{n:>3} {name}" for n, name in enumerate(self.columns, start=1)]
        width = max((len(key) for key in self.lines), default=0)
        marks = {ALONE: "x", TOGETHER: "+", NO: "."}
        head = " " * width + "".join(f"{n:>3}" for n in range(1, len(self.columns) + 1))
        body = [
            f"{key:<{width}}"
            + "".join(f"{marks[m]:>3}" for m in cells)
            + f"  {self.services[key]}"
            for key, cells in self.lines.items()
        ]
        note = "x: this one is enough   +: needs both that are marked"
        return "\n".join([*legend, note, "", head, *body]) + "\n"

    def csv(self) -> str:
        """Comma-separated, one head line."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["action", "service", *self.columns])
        for key, cells in self.lines.items():
            writer.writerow([key, self.services[key], *cells])
        return out.getvalue()

    def json(self) -> str:
        """A list of objects: action, service, what it needs."""
        found = [
            {"action": key, "service": self.services[key], "needs": self._needs(cells)}
            for key, cells in self.lines.items()
        ]
        return json.dumps(found, indent=2)

    def _needs(self, cells: tuple[str, ...]) -> list[str]:
        pairs = zip(self.columns, cells, strict=True)
        return [name for name, cell in pairs if cell]


def matrix(release: Release, *, module: str | None = None) -> Matrix:
    """The table of a release, or of one module of it."""
    columns = (*release.permissions, *sorted(NEVER_GRANTED))
    actions = [a for a in release.catalogue if module in (None, a.module)]
    return Matrix(
        columns=columns,
        lines={
            a.key: tuple(_mark(release, a, name) for name in columns) for a in actions
        },
        services={a.key: release.grant_for(a).service for a in actions},
    )


def _mark(release: Release, action: Action, name: str) -> str:
    needs = release.grant_for(action).needs
    if name not in needs:
        return NO
    return ALONE if len(needs) == 1 else TOGETHER
