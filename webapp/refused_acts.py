"""Refused changes of who may do what: who asked for which, when, and why not.

Nothing changed, so there is no revision and no entry in the history's chain, which every
process reads: a flood of refusals must not slow decisions down. The refused acts of each
account make a chain of their own (docs/decisions/0006).

INVARIANT: one is written in a transaction of its own, after the refused one was rolled
back; and whatever goes wrong meanwhile, the refusal stands as it was answered.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from flask import current_app, g
from sqlalchemy import Connection, and_, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from authz import AuthzError, Fault
from authz.storage import GENESIS, ChainLink, broken_chain
from webapp.extensions import begin_write, db, reading
from webapp.opening import SYSTEM
from webapp.tables import RefusedAct

#: In a day no more are written, of one person and of an account: a flood fills nothing.
#: The day's first of its kind is, until the account has MOST_AT_ALL.
DAY = timedelta(days=1)
MOST_OF_ACTOR, MOST_OF_ACCOUNT, MOST_AT_ALL = 50, 500, 2_000
#: Whoever was refused waits no longer for other writers.
PATIENCE_MS = 300
#: A payment is no action that one can hold: the catalogue has no name for it.
PAYMENT = "order.pay"
#: Where in an error's name one word ends and the next begins.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An act that was refused; ids and names of the catalogue, never what people typed.

    Attributes:
        act: an action, `subuser.suspend`, or PAYMENT.
        code: why not: a `Reason`, or the name of what stood in the way.
        node: the user or key it was to be done to, "" for none.
        wanted: the permissions that were asked for.
    """

    account: str
    actor: str
    act: str
    code: str
    node: str = ""
    wanted: tuple[str, ...] = ()


@contextmanager
def noted(account: str, actor: str, act: str) -> Iterator[None]:
    """What is refused inside, by an error of ours, is written and goes on."""
    try:
        yield
    except AuthzError as error:
        record(Refused(account=account, actor=actor, act=act, code=code_of(error)))
        raise


def code_of(error: AuthzError) -> str:
    """`no_free_seat` of a NoFreeSeatError."""
    return _HUMP.sub("_", type(error).__name__.removesuffix("Error")).lower()


def record(refused: Refused) -> None:
    """Write it in a transaction of its own; what is not written is logged."""
    ask_again = g.pop("ask_again", None)  # it is no change that could be revoked
    try:
        db.session.rollback()
        with reading() as connection:
            has_room = _room(connection, refused) > 0
        if not (has_room and _write(refused)):
            current_app.logger.warning(
                "too many refused acts, not recorded: %s", refused
            )
    except Exception:
        current_app.logger.exception("refused act not recorded: %s", refused)
        _leave_database()
    if ask_again is not None:
        g.ask_again = ask_again


def broken_acts(acts: Iterable[RefusedAct]) -> list[Fault]:
    """Every entry that was altered, reordered or left out; all, by account and number."""
    return [
        fault
        for account, own in groupby(acts, attrgetter("account_id"))
        for fault in broken_chain(
            ChainLink(
                "refused act", account, a.number, a.previous_hash, a.hash, _hash_of(a)
            )
            for a in own
        )
    ]


def _room(source: Connection | Session, refused: Refused) -> int:
    """How many more may be written today, this one included."""
    own = RefusedAct.actor == refused.actor
    alike = and_(
        own,
        RefusedAct.act == refused.act,
        RefusedAct.node == refused.node,
        RefusedAct.code == refused.code,
    )
    count = func.count()
    query = select(count, count.filter(own), count.filter(alike)).where(
        RefusedAct.account_id == refused.account,
        RefusedAct.at > datetime.now(UTC) - DAY,
    )
    total, mine, before = source.execute(query).one()
    room = MOST_OF_ACTOR - mine
    if refused.act == PAYMENT or refused.actor == SYSTEM:
        # INVARIANT: no flood of the account's people silences these
        return max(room, int(not before))
    is_first = not before and total < MOST_AT_ALL
    return max(min(room, MOST_OF_ACCOUNT - total), int(is_first))


def _write(refused: Refused) -> bool:
    """Whether there was room for it under the lock too."""
    session = begin_write(refused.account, patience_ms=PATIENCE_MS)
    room = _room(session, refused)
    if room <= 0:  # others were faster
        session.rollback()
        return False
    newest = select(RefusedAct).where(RefusedAct.account_id == refused.account)
    last = session.scalar(newest.order_by(RefusedAct.number.desc()).limit(1))
    act = RefusedAct(
        account_id=refused.account,
        number=last.number + 1 if last else 1,
        at=datetime.now(UTC),
        actor=refused.actor,
        act=refused.act,
        code=refused.code,
        node=refused.node,
        wanted=" ".join(refused.wanted),
        is_last=room == 1,
        previous_hash=last.hash if last else GENESIS,
    )
    act.hash = _hash_of(act)
    session.add(act)
    session.commit()
    return True


def _hash_of(act: RefusedAct) -> str:
    """SHA-256 over the entry and its predecessor's hash, as canonical JSON."""
    names = {column.key for column in RefusedAct.__table__.columns} - {"hash"}
    body = {name: getattr(act, name) for name in names}
    body["at"] = act.at.isoformat()
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _leave_database() -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session.remove()
