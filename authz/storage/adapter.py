"""Stock casbin on Delega's database: rows go over as lists, never as text.

enforcer = casbin.Enforcer("policies/model.conf", Adapter(session, "a_…"))
"""

from datetime import UTC, datetime
from typing import Any

from casbin.persist import Adapter as CasbinAdapter
from sqlalchemy.orm import Session

from authz.errors import AuthzError
from authz.policy import DatedRow, Release, policy_at, read_files
from authz.storage.sql import SqlStore, SqlWriter


class ReadOnlyAdapterError(AuthzError):
    """casbin asked to write; rows change through `authz.Editor` alone."""


class Adapter(CasbinAdapter):  # type: ignore[misc,unused-ignore]
    """Loads the policy of one account as it is in force now.

    Reads on the session it is given and never writes: `save_policy` and the rest raise.
    """

    def __init__(self, session: Session, account: str) -> None:
        self._session = session
        self._account = account

    def load_policy(self, model: Any) -> None:
        """Append each row in force to casbin's model."""
        rows: tuple[DatedRow, ...] = SqlWriter(self._session).rows(self._account)
        policy = policy_at(self._release(), self._account, rows, datetime.now(UTC))
        for row in policy.rows:
            model.model[row.ptype[0]][row.ptype].policy.append(list(row.values))

    def save_policy(self, _model: Any) -> None:
        """Refuse."""
        raise ReadOnlyAdapterError(
            "rows change through authz.Editor, not through casbin"
        )

    def add_policy(self, _sec: str, _ptype: str, _rule: Any) -> None:
        """Refuse."""
        self.save_policy(None)

    def remove_policy(self, _sec: str, _ptype: str, _rule: Any) -> None:
        """Refuse."""
        self.save_policy(None)

    def remove_filtered_policy(
        self, _sec: str, _ptype: str, _index: int, *_values: str
    ) -> None:
        """Refuse."""
        self.save_policy(None)

    def _release(self) -> Release:
        number = SqlWriter(self._session).release_number()
        engine = self._session.get_bind()
        return read_files(SqlStore(engine).release(number).files)  # type: ignore[arg-type]
