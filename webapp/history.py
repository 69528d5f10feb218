"""The history of an account as people read it: who, when, what, before and after."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select

from authz.storage import EVERY_ACCOUNT, ChangeRecord, HistoryPage
from webapp.changes import label, sentence
from webapp.differences import Difference, Differences
from webapp.extensions import enforcer, reading, store
from webapp.i18n import moment
from webapp.opening import SYSTEM, WEBHOOK
from webapp.tables import Credential, CredentialAccount, User

#: How many changes a whole history is read by: each batch is a transaction of its own.
BATCH = 500
#: How the ids of users and of operators begin.
_PEOPLE = ("u_", "o_")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One change in words.

    Attributes:
        who: who did it, by name while there is one.
        whom: the user it was done to, "" when it was none.
        what: one sentence, with names.
        reason: what was given as the reason, "" when nothing or erased.
        record: the entry of the chain.
    """

    who: str
    whom: str
    what: str
    label: str
    differences: Sequence[Difference]
    reason: str
    record: ChangeRecord

    @property
    def at(self) -> datetime:
        """When it was done."""
        return self.record.at

    @property
    def place(self) -> int:
        """Where it stands in its order."""
        return self.record.revision


def told(page: HistoryPage) -> list[Told]:
    """A page of the account's history, newest first, with what touched everybody."""
    with_others = replace(page, also=(EVERY_ACCOUNT, *_keys(page.account)))
    return _tell(page.account, store().history_page(with_others))


def told_whole(page: HistoryPage) -> Iterator[Told]:
    """All that fits, newest first, never all of it in memory."""
    here = told(replace(page, limit=BATCH))
    while here:
        yield from here
        before = here[-1].record.revision
        here = told(replace(page, limit=BATCH, before=before))


def events_of(account: str, user: str, limit: int = 5) -> list[dict[str, str]]:
    """The last that happened to a user, oldest first: what the macro timeline draws."""
    page = HistoryPage(account=account, nodes=[user], limit=limit)
    return [
        {"text": f"{one.label} ({one.who})", "when": moment(one.at)}
        for one in reversed(told(page))
    ]


def _tell(account: str, records: Sequence[ChangeRecord]) -> list[Told]:
    names = names_of(account, {one for record in records for one in _people(record)})
    differences = Differences(enforcer().release(), names)
    reasons = store().reasons([record.revision for record in records])
    return [
        Told(
            who=who(names, record.actor),
            whom=who(names, record.node) if record.node.startswith("u_") else "",
            what=sentence(record.kind, who(names, record.node)),
            label=label(record.kind),
            differences=differences.of(record),
            reason=reasons.get(record.revision, ""),
            record=record,
        )
        for record in records
    ]


def who(names: Mapping[str, str], identity: str) -> str:
    """A name; an id of nobody we know is never taken for a person."""
    if identity == SYSTEM:
        return _("The system")
    if identity == WEBHOOK:
        return _("The payment service")
    if identity.startswith("release."):
        return identity.partition(".")[2]
    if identity.startswith(_PEOPLE):
        return names.get(identity) or _("removed user")
    return names.get(identity) or _("unknown")


def names_of(account: str, ids: Collection[str]) -> dict[str, str]:
    """Those an entry may speak of: the account's people and keys, and who is in none.

    INVARIANT: nobody who belongs to another account.
    """
    users = select(User.id, User.full_name, User.user_name).where(
        User.id.in_(ids),
        or_(User.account_id == account, User.account_id.is_(None)),
    )
    keys = select(Credential.id, Credential.label).where(Credential.id.in_(ids))
    with reading() as connection:
        found = {row.id: row.label for row in connection.execute(keys)}
        for row in connection.execute(users):
            found[row.id] = row.full_name or row.user_name
    return found


def _people(record: ChangeRecord) -> Iterator[str]:
    yield record.actor
    yield record.node
    for words in (*record.before, *record.after):
        if words.startswith("u_"):
            yield words.partition(" ")[0]


def _keys(account: str) -> Collection[str]:
    query = select(CredentialAccount.credential_id).where(
        CredentialAccount.account_id == account
    )
    with reading() as connection:
        return connection.scalars(query).all()
