"""The hash chain of the history: what each entry's hash covers, and how to verify it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import NamedTuple

from authz.errors import Fault
from authz.policy import DatedRow
from authz.storage.protocol import Change, ChangeRecord

GENESIS = "0" * 64


def hash_of(record: ChangeRecord) -> str:
    """SHA-256 over the entry and its predecessor's hash, as canonical JSON."""
    body = asdict(record)
    del body["hash"]
    body["at"] = record.at.isoformat()
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def entry(change: Change, revision: int, previous: str, salt: str) -> ChangeRecord:
    """The history entry of a change that becomes `revision`, after `previous`'s hash."""
    record = ChangeRecord(
        revision=revision,
        account=change.account,
        at=datetime.now(UTC),
        actor=change.actor,
        kind=change.kind,
        node=change.node,
        before=tuple(change.before),
        after=tuple(change.after),
        added=tuple(map(row_text, change.add)),
        removed=tuple(map(row_text, change.remove)),
        reason_hash=reason_hash(salt, change.reason),
        previous_hash=previous or GENESIS,
    )
    return replace(record, hash=hash_of(record))


def reason_hash(salt: str, reason: str) -> str:
    """What stands in the chain for a free text, which itself may be erased."""
    return hashlib.sha256(f"{salt}\x00{reason}".encode()).hexdigest() if reason else ""


def row_text(dated: DatedRow) -> str:
    """A row and its dates, as the chain covers them."""
    edges = [e.isoformat() if e else "" for e in (dated.not_before, dated.not_after)]
    return json.dumps([dated.row.ptype, *dated.row.values, *edges], ensure_ascii=True)


class ChainLink(NamedTuple):
    """An entry of a chain, as it is verified.

    Attributes:
        what: entries are called so, `revision`.
        of: whose they are, where there are several chains.
        number: from 1, without a gap.
        previous: the hash that it says its predecessor has.
        hash: the one it says it has.
        proper: the one that its words give.
    """

    what: str
    of: str
    number: int
    previous: str
    hash: str
    proper: str


def broken_links(records: Iterable[ChangeRecord]) -> list[Fault]:
    """Every entry that was altered, reordered or left out; the whole history, in order."""
    return broken_chain(
        ChainLink("revision", "", r.revision, r.previous_hash, r.hash, hash_of(r))
        for r in records
    )


def broken_chain(links: Iterable[ChainLink]) -> list[Fault]:
    """The same of any chain, whole and in order."""
    faults, previous, expected = [], GENESIS, 1
    for link in links:
        place = f"{link.what} {link.number}{link.of and f' of {link.of}'}"
        if link.number != expected:
            text = f"{link.what} {expected} is missing before it"
            faults.append(Fault(code="DLG501", message=text, file=place))
        elif link.previous != previous:
            text = "it does not follow its predecessor"
            faults.append(Fault(code="DLG502", message=text, file=place))
        if link.hash != link.proper:
            text = "it was altered after it was written"
            faults.append(Fault(code="DLG503", message=text, file=place))
        previous, expected = link.hash, link.number + 1
    return faults
