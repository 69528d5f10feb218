"""What a part of the benchmarks found: tables to read, and the same as JSON."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Figures of one question, a line for each size.

    Attributes:
        lines: what stands in each column; None where nothing was measured.
        notes: what to know before comparing.
    """

    title: str
    columns: Sequence[str]
    lines: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        assert len(set(self.columns)) == len(self.columns), self.columns
        assert all(len(line) == len(self.columns) for line in self.lines), self.title

    def as_text(self) -> str:
        """Columns set right, the first one left."""
        cells = [list(self.columns), *([_shown(c) for c in ln] for ln in self.lines)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        told = [f"\n{self.title}"]
        for line in cells:
            first, *others = (
                text.rjust(width) if place else text.ljust(width)
                for place, (text, width) in enumerate(zip(line, widths, strict=True))
            )
            told.append("  ".join(["", first, *others]))
        return "\n".join([*told, *(f"  ({note})" for note in self.notes)])

    def as_data(self) -> dict[str, Any]:
        """Each line under the names of its columns."""
        lines = [dict(zip(self.columns, ln, strict=True)) for ln in self.lines]
        return {"title": self.title, "lines": lines, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Part:
    """The tables of a part, and how many answers were found equal on the way."""

    tables: Sequence[Table]
    equal: int = field(default=0)


def ratio(slow: float | None, fast: float | None) -> float | None:
    """How many times longer."""
    return slow / fast if slow is not None and fast else None


def write(path: Path, parts: Mapping[str, Part], seconds: Mapping[str, float]) -> None:
    """All tables of a run as JSON."""
    data = {
        "python": sys.version.split()[0],
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "parts": {
            name: {
                "seconds": round(seconds[name], 1),
                "answers_equal": part.equal,
                "tables": [table.as_data() for table in part.tables],
            }
            for name, part in parts.items()
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n")


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, str):
        return cell
    digits = 0 if isinstance(cell, int) or abs(cell) >= 100 else 2
    return f"{cell:,.{digits}f}"
