"""The statements behind the SQL store and its writer, on a connection they are given."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from authz.engine import Row
from authz.errors import StaleVersionError, StoreError
from authz.policy import DatedRow
from authz.storage.chain import entry
from authz.storage.protocol import AccountRows, Change, ChangeRecord
from authz.storage.tables import PolicyChange, PolicyReason, PolicyRevision, PolicyRow

_ROW = PolicyRow.__table__
_CHANGE = PolicyChange.__table__
_HEAD = PolicyRevision.__table__
_COLUMNS = (_ROW.c.v0, _ROW.c.v1, _ROW.c.v2, _ROW.c.v3, _ROW.c.v4, _ROW.c.v5)
#: ids are revision * this + place in the change: ordered, unique, without a sequence
_ROWS_PER_CHANGE = 1 << 20
# made once: a statement remembers what it is compiled to
_HEAD_ROW = select(_HEAD)
#: The revision row, when the newest change was made (`at`), and its `hash`.
LOOK = select(_HEAD, _CHANGE.c.at, _CHANGE.c.hash).select_from(
    _HEAD.outerjoin(_CHANGE, _CHANGE.c.revision == _HEAD.c.revision)
)
_HASH_OF = select(_CHANGE.c.hash).where(_CHANGE.c.revision == bindparam("revision"))
_ROWS = (
    select(_ROW.c.id, _ROW.c.ptype, *_COLUMNS, _ROW.c.not_before, _ROW.c.not_after)
    .where(_ROW.c.account_id == bindparam("account"))
    .order_by(_ROW.c.id)
)
_LIVE_ROWS = _ROWS.where(_ROW.c.revision_removed.is_(None))
_ROWS_AT = _ROWS.where(
    _ROW.c.revision_added <= bindparam("revision"),
    or_(
        _ROW.c.revision_removed.is_(None),
        _ROW.c.revision_removed > bindparam("revision"),
    ),
)
_ROWS_AFTER = _ROWS.add_columns(_ROW.c.revision_added, _ROW.c.revision_removed).where(
    or_(
        _ROW.c.revision_added > bindparam("revision"),
        _ROW.c.revision_removed > bindparam("revision"),
    )
)


def head(connection: Connection) -> PolicyRevision:
    """The revision row, as this transaction sees it."""
    found: PolicyRevision = only(connection.execute(_HEAD_ROW).all())
    return found


def only(found: Sequence[Any]) -> Any:
    """The revision row.

    Raises:
        StoreError: there is none.
    """
    if not found:
        raise StoreError("the database has no revision row; run `delega db upgrade`")
    return found[0]


def live_rows(connection: Connection, account: str) -> tuple[DatedRow, ...]:
    """Rows of an account that were not removed, in the order they were added."""
    return _dated(connection.execute(_LIVE_ROWS, {"account": account}).all())


def rows_at(
    connection: Connection, account: str, revision: int
) -> tuple[DatedRow, ...]:
    """Rows of an account that were there at a revision, in the same order."""
    values = {"account": account, "revision": revision}
    return _dated(connection.execute(_ROWS_AT, values).all())


def rows_after(
    connection: Connection,
    account: str,
    head: PolicyRevision,
    known: AccountRows | None,
) -> tuple[DatedRow, ...] | None:
    """What `live_rows` answers, made of rows read before; None: there are no such rows.

    INVARIANT: ids grow with revisions, so what was added stands behind what was there.
    """
    if known is None or known.database_id != head.database_id:
        return None
    values = {"account": account, "revision": known.revision}
    # INVARIANT: the change that they stand at is in this history; else a copy was put
    # back, or a database that had lost the change took its place
    if connection.scalar(_HASH_OF, values) != known.change_hash:
        return None
    found = connection.execute(_ROWS_AFTER, values).all()
    came = [row[:-2] for row in found if row.revision_removed is None]
    went = {
        _place(row.id)
        for row in found
        if row.revision_removed and row.revision_added <= known.revision
    }
    stays = [item for item in known.rows if item.row.place not in went]
    if len(stays) + len(went) != len(known.rows):
        return None
    return (*stays, *_dated(came))


def _place(row_id: int) -> str:
    return f"row {row_id}"


def _dated(found: Iterable[Any]) -> tuple[DatedRow, ...]:
    return tuple(
        [
            DatedRow(
                Row(ptype, tuple([value for value in values if value]), _place(row_id)),
                not_before,
                not_after,
            )
            for row_id, ptype, *values, not_before, not_after in found
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
