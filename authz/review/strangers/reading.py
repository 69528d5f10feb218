"""A model with somebody's rows, as casbin holds them after its own reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from authz.engine import Model, Row, nobody_row
from authz.review.strangers.finding import Finding
from authz.review.strangers.lines import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A finding before casbin was asked about it.

    Attributes:
        about: the row it is about, None if about none in particular.
        meant: the rows as they were meant, None if that is not known.
        before: what must be done before the request shows it.
        near: a row made of what such a request asks, None if `about` is one.
        model: the model as it was meant, None if it is what it should be.
    """

    finding: Finding
    about: Row | None = None
    meant: tuple[Row, ...] | None = None
    before: str = ""
    near: Row | None = None
    model: Model | None = None


@dataclass(frozen=True)
class Reading:
    """Rows from a file or a table.

    Attributes:
        is_table: whether they come from a `casbin_rule` table.
    """

    model: Model
    file: str
    lines: tuple[Line, ...]
    is_table: bool = False

    @cached_property
    def all_rows(self) -> tuple[Row, ...]:
        """Every row as casbin splits it."""
        return tuple(self.row(line) for line in self.lines if line.read)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Those that casbin keeps and that break nothing for the others."""
        return tuple(row for row in self.all_rows if self.is_sound(row))

    def row(self, line: Line) -> Row:
        """One line as casbin splits it."""
        ptype, *values = line.read or ("",)
        return Row(ptype, tuple(values), f"{self.file}:{line.number}")

    def with_(self, old: Row, new: Row | None) -> tuple[Row, ...]:
        """The sound rows, and in the place of one, sound or not, another or none.

        An empty policy means something else again, so a row of nobody's stays.
        """
        changed = (
            new if row is old else row if self.is_sound(row) else None
            for row in self.all_rows
        )
        left = tuple(row for row in changed if row and self._width(row) is not None)
        return left if any(row.ptype == "p" for row in left) else (*left, self.nobody)

    @property
    def nobody(self) -> Row:
        """A p row that no request meets."""
        return nobody_row(self.model, "p")

    def is_sound(self, row: Row) -> bool:
        """Whether casbin keeps the row and can read it."""
        width, has = self._width(row), len(row.values)
        return width == has or (row.ptype[:1] == "g" and 0 < (width or 0) < has)

    def doubt(
        self,
        code: str,
        row: Row,
        says: Sequence[str],
        meant: tuple[Row, ...] | None = None,
        before: str = "",
    ) -> Doubt:
        """A doubt about a row: what is wrong, what casbin does, what to write."""
        wrong, casbin, instead = says
        line = int(row.place.rpartition(":")[2])
        finding = Finding(
            code=code,
            file=self.file,
            line=line,
            wrong=wrong,
            casbin=casbin,
            instead=instead,
        )
        return Doubt(finding=finding, about=row, meant=meant, before=before)

    def _width(self, row: Row) -> int | None:
        return self.model.width(row.ptype)
