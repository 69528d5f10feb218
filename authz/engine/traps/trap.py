"""Something that casbin reads otherwise than it looks, in words for the gate and the lint."""

from dataclasses import dataclass

from authz.errors import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Trap:
    """One of them, in a model.conf.

    Attributes:
        code: stable rule code, `DLG301`.
        line: 1-based, 0 for the file as a whole.
        wrong: what is wrong, lower case, one line.
        casbin: what casbin does with it.
        instead: what to write instead.
    """

    code: str
    line: int
    wrong: str
    casbin: str
    instead: str

    def fault(self, file: str) -> Fault:
        """The same as the gate says it."""
        message = f"{self.wrong}: casbin {self.casbin}; write {self.instead}"
        return Fault(code=self.code, message=message, file=file, line=self.line)
