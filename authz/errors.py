"""The errors of authz: one base, a small tree, each carrying what the caller needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import override


class AuthzError(Exception):
    """Base of every error that authz raises on purpose."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong with a policy, named so that a reader can go there.

    Attributes:
        code: stable rule code, `DLG101`.
        message: what is wrong and what to do, lower case, one line.
        file: path inside the policy folder, or a row id of the store.
        line: 1-based line in `file`, 0 where lines make no sense.
        severity: `error` stops a publish, `warning` does not.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    severity: str = "error"

    @override
    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.message}" if place else self.message


class PolicyError(AuthzError):
    """A policy folder, release or set of rows that must not be served.

    Attributes:
        faults: everything found wrong, in file order, never empty.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class ModelError(PolicyError):
    """A `model.conf` that casbin cannot serve, or would read unsafely."""


class RowsError(PolicyError):
    """Rows that casbin would read unsafely: the load gate refuses them."""


class EvaluationError(AuthzError):
    """The evaluator raised: never an allow.

    Attributes:
        request: the tokens that were asked.
        oddities: fields of it that are missing, too many or no texts, one line each.
    """

    def __init__(
        self,
        request: Sequence[object],
        cause: BaseException,
        oddities: Sequence[str] = (),
    ) -> None:
        self.request, self.oddities = tuple(request), tuple(oddities)
        super().__init__("; ".join((f"casbin could not answer: {cause}", *oddities)))


class UnknownNameError(AuthzError):
    """A name in code, files, command line or editor that the release lacks.

    Attributes:
        kind: `action`, `permission`, `preset`, `account`, `user` …
        name: what was written.
    """

    def __init__(self, kind: str, name: str, hint: str = "") -> None:
        self.kind, self.name = kind, name
        tail = f"; {hint}" if hint else ""
        super().__init__(f"unknown {kind} `{name}`{tail}")


class IllegalSetError(AuthzError):
    """Permissions that break a prerequisite or cannot be granted at all.

    Attributes:
        missing: permission -> the prerequisites it lacks.
        forbidden: permissions nobody may grant here.
    """

    def __init__(
        self, missing: dict[str, tuple[str, ...]], forbidden: tuple[str, ...] = ()
    ) -> None:
        self.missing, self.forbidden = missing, forbidden
        parts = [
            f"`{name}` needs {', '.join(f'`{n}`' for n in needs)}"
            for name, needs in sorted(missing.items())
        ]
        parts += [f"`{name}` can not be granted here" for name in forbidden]
        super().__init__("; ".join(parts))


class DelegateOrUserError(AuthzError):
    """Nobody is a delegate in an account and one of its own people too.

    Attributes:
        user: who it is about.
        state: what he is there now, `active`, `owner`, `delegate` …
    """

    def __init__(self, user: str, state: str) -> None:
        self.user, self.state = user, state
        super().__init__(
            f"`{user}` is `{state}` in the account; nobody is its user and its delegate "
            "at once, end the one before the other"
        )


class DelegatesLeftOutError(AuthzError):
    """Second factors changed for some delegates of an account and not for all.

    Attributes:
        users: those that were not named.
    """

    def __init__(self, users: Sequence[str]) -> None:
        self.users = tuple(users)
        names = ", ".join(f"`{user}`" for user in self.users)
        super().__init__(f"name every delegate of the account; left out: {names}")


class StaleVersionError(AuthzError):
    """Somebody changed it in between: nothing was written, look again."""


class NotReadyError(AuthzError):
    """Delega can not answer now; the caller gets a 503, never an allow."""


class StoreError(NotReadyError):
    """The store can not be read, written or trusted."""


class PageError(StoreError):
    """The revision page can not work where the database lies."""


class ChangeRefusedError(StoreError):
    """A change of policy was refused before its commit and rolled back."""
