"""The statements behind the SQL store and its writer, on a connection they are given."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from authz.engine import Row
from authz.errors import StaleVersionError, StoreError
from authz.policy import DatedRow
from authz.storage.chain import entry
from authz.storage.protocol import Change, ChangeRecord
from authz.storage.tables import PolicyChange, PolicyReason, PolicyRevision, PolicyRow

_ROW = PolicyRow.__table__
_CHANGE = PolicyChange.__table__
_HEAD = PolicyRevision.__table__
_COLUMNS = (_ROW.c.v0, _ROW.c.v1, _ROW.c.v2, _ROW.c.v3, _ROW.c.v4, _ROW.c.v5)
#: ids are revision * this + place in the change: ordered, unique, without a sequence
_ROWS_PER_CHANGE = 1 << 20
# made once: a statement remembers what it is compiled to
_HEAD_ROW = select(_HEAD)
_LIVE_ROWS = (
    select(_ROW.c.id, _ROW.c.ptype, *_COLUMNS, _ROW.c.not_before, _ROW.c.not_after)
    .where(_ROW.c.account_id == bindparam("account"), _ROW.c.revision_removed.is_(None))
    .order_by(_ROW.c.id)
)


def head(connection: Connection) -> PolicyRevision:
    """The revision row, as this transaction sees it."""
    found = connection.execute(_HEAD_ROW).one_or_none()
    if found is None:
        raise StoreError("the database has no revision row; run `delega db upgrade`")
    return found  # type: ignore[return-value]  # a row with the table's names


def live_rows(connection: Connection, account: str) -> tuple[DatedRow, ...]:
    """Rows of an account that were not removed, in the order they were added."""
    found = connection.execute(_LIVE_ROWS, {"account": account})
    return tuple(
        [
            DatedRow(
                Row(
                    ptype, tuple([value for value in values if value]), f"row {row_id}"
                ),
                not_before,
                not_after,
            )
            for row_id, ptype, *values, not_before, not_after in found.all()
        ]
    )


def add(
    connection: Connection, account: str, rows: Sequence[DatedRow], revision: int
) -> None:
    """Insert rows at a revision."""
    names = [column.name for column in _COLUMNS]
    records = [
        {
            "account_id": account,
            "id": revision * _ROWS_PER_CHANGE + place,
            "ptype": dated.row.ptype,
            **dict(zip(names, (*dated.row.values, *[""] * 6), strict=False)),
            "not_before": dated.not_before,
            "not_after": dated.not_after,
            "revision_added": revision,
        }
        for place, dated in enumerate(rows)
    ]
    try:
        connection.execute(insert(PolicyRow), records)
    except IntegrityError as error:
        raise StaleVersionError(
            f"a row to add is there already: {error.orig}"
        ) from error


def remove(
    connection: Connection, account: str, dated: DatedRow, revision: int
) -> None:
    """Mark one row as removed at a revision."""
    values = (*dated.row.values, *[""] * 6)
    matches = [column == value for column, value in zip(_COLUMNS, values, strict=False)]
    result = connection.execute(
        update(PolicyRow)
        .where(_ROW.c.account_id == account, _ROW.c.ptype == dated.row.ptype, *matches)
        .where(_ROW.c.revision_removed.is_(None))
        .values(revision_removed=revision)
    )
    if result.rowcount != 1:
        raise StaleVersionError(f"the row to remove is not there: {dated.row}")


def record_change(connection: Connection, change: Change, revision: int) -> None:
    """Write the history entry of a change, and its reason apart."""
    previous = connection.scalar(
        select(_CHANGE.c.hash).where(_CHANGE.c.revision == revision - 1)
    )
    salt = secrets.token_hex(16)
    record = entry(change, revision, previous or "", salt)
    lists = {
        name: json.dumps(getattr(record, name))
        for name in ("before", "after", "added", "removed")
    }
    connection.execute(
        insert(PolicyChange).values(
            revision=revision,
            account_id=record.account,
            at=record.at,
            actor=record.actor,
            kind=record.kind,
            node=record.node,
            reason_hash=record.reason_hash,
            previous_hash=record.previous_hash,
            hash=record.hash,
            **lists,
        )
    )
    if change.reason:
        connection.execute(
            insert(PolicyReason).values(
                revision=revision, salt=salt, text=change.reason
            )
        )


def record(row: Mapping[Any, Any]) -> ChangeRecord:
    """A history entry as it was stored."""
    values = dict(row)
    values["account"] = values.pop("account_id")
    for name in ("before", "after", "added", "removed"):
        values[name] = tuple(json.loads(values[name]))
    return ChangeRecord(**values)
