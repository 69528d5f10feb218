"""What the decision log says of a decision, and what it never says.

INVARIANT: nothing in it is a person's: ids that we made, names of the catalogue, codes.
What a caller may have filled with anything (other subjects, resource ids, properties,
names that the catalogue lacks, free request ids) is left out (docs/decision-log.md).
"""

import os
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from authz import Reason
from authz.pdp import Outcome
from webapp.decisions.counts import Door

NOT_ANSWERED = "not_answered"
#: Of an item of a batch that was refused without being asked.
UNANSWERED = Outcome(
    allowed=False,
    revision=0,
    release="",
    context=msgspec.json.encode({"code": NOT_ANSWERED}),
)
_USER, _ACCOUNT = re.compile(r"u_[a-z2-7]{26}"), re.compile(r"a_[a-z2-7]{26}")
#: An UUID, 32 hex digits, or one of ours; digits alone may be a person's number.
_REQUEST = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32}"
    r"|[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}"
)
#: Reasons that leave it open whether the catalogue has these names.
_UNNAMED = (
    Reason.UNKNOWN_RESOURCE.value,
    Reason.UNKNOWN_ACTION.value,
    NOT_ANSWERED,
)
_encode = msgspec.json.Encoder().encode


class Made(NamedTuple):
    """One decision as it was asked and made; `at` in seconds since 1970."""

    at: float
    door: Door
    caller: str
    request_id: str | None
    account: str | None
    subject: str
    resource: str
    action: str
    outcome: Outcome


def line(made: Made) -> bytes:
    """As it stands in the file."""
    outcome, code = made.outcome, _code(made.outcome)
    is_named = code not in _UNNAMED
    facts = {
        "at": datetime.fromtimestamp(made.at, UTC),
        "door": made.door,
        "caller": made.caller,
        "account": _shown(_ACCOUNT, made.account),
        "subject": _shown(_USER, made.subject),
        "resource": made.resource if is_named else None,
        "action": made.action if is_named else None,
        "decision": outcome.allowed,
        "code": code,
        "revision": outcome.revision or None,
        "release": outcome.release or None,
        "request_id": _shown(_REQUEST, made.request_id),
    }
    return _encode(facts) + b"\n"


def lost_line(lost: int, at: float) -> bytes:
    """Says how many decisions of this process have no line, since the last such line."""
    moment = datetime.fromtimestamp(at, UTC)
    return _encode({"at": moment, "process": os.getpid(), "lost": lost}) + b"\n"


def _shown(form: "re.Pattern[str]", text: str | None) -> str | None:
    """What was made by us, as its form tells."""
    return text if text and form.fullmatch(text) else None


def _code(outcome: Outcome) -> str:
    if outcome.allowed:
        return Reason.GRANTED.value
    context: Any = outcome.context
    known = msgspec.json.decode(context) if isinstance(context, bytes) else context
    return str(known["code"])
