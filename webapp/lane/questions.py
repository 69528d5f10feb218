"""What plain requests ask, read as Service reads it; once, when it comes again.

INVARIANT: who asks, what he may and what is decided are looked at for each request, by
the calls that the view makes. Kept is what a request asks.
"""

from typing import NamedTuple

from authz.pdp import BadRequestError, ItemError, read_plain
from webapp.decisions.keyring import StoredKey
from webapp.decisions.service import Decisions
from webapp.decisions.source import About, PanelSource
from webapp.lane.plain import Plain

#: More requests than these are forgotten together.
_MOST_KNOWN = 1_024
_LONGEST_BODY = 1_024


class _Known(NamedTuple):
    """A request that came before; what it asks stands for that key alone."""

    stored: StoredKey
    about: About


class Questions:
    """Reads requests for one decision; for one thread."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._known: dict[tuple[str | None, bytes], _Known] = {}

    def about(self, plain: Plain, stored: StoredKey) -> About | None:
        """What a request asks the enforcer, None: it is for Service to answer.

        Args:
            plain: the request.
            stored: the key that it brought, as it is now.

        Raises:
            NotReadyError: the account or a name can not be looked up now.
        """
        head, body = plain.head, plain.body
        # each decision of a log has its line, which is Decisions' to write
        if not head.is_lone or self._decisions.log is not None:
            return None
        known = self._known.get((head.account, body))
        if known and (known.stored is stored or known.stored == stored):
            return known.about
        return self._read(head.account, body, stored)

    def _read(
        self, account: str | None, body: bytes, stored: StoredKey
    ) -> About | None:
        question = read_plain(body)
        if question is None:
            return None
        source = PanelSource(self._decisions.panel, stored.caller, account)
        try:
            about = source.about(question)
        except (BadRequestError, ItemError):
            return None
        if len(body) <= _LONGEST_BODY and source.is_lasting(question):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[account, body] = _Known(stored, about)
        return about
