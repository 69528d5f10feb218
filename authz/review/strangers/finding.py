"""One finding about somebody's model or policy, with what casbin makes of it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that casbin reads otherwise than it looks.

    Attributes:
        code: stable rule code, `DLG114`.
        file: where it stands: a file, or the table.
        line: 1-based line in it, or the id of the row; 0 for the file as a whole.
        wrong: what is wrong, lower case, one line.
        casbin: what casbin does with it.
        instead: what to write instead.
        shown: a request with casbin's unsafe answer, "" where none was found.
    """

    code: str
    file: str
    line: int
    wrong: str
    casbin: str
    instead: str
    shown: str = ""

    @property
    def text(self) -> str:
        """For people, as three or four lines."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        lines = [f"{place}: {self.code} {self.wrong}"]
        lines += [f"    casbin: {self.casbin}", f"    write:  {self.instead}"]
        return "\n".join(lines + ([f"    shown:  {self.shown}"] if self.shown else []))

    @property
    def as_json(self) -> dict[str, str | int]:
        """For machines."""
        return asdict(self)
