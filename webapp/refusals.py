"""Why a mail did not go: what a mail server's answer means, and what of it is shown.

Final is only what is said of the mailbox or the address. Everything else may be our own
doing, a relay that does not know us yet or a sender it does not trust: the mail keeps its
text and is tried again.
"""

import re
import smtplib
from dataclasses import dataclass, replace

LONGEST_FAILURE = 300
GIVEN_UP = "given up after 7 days"
EXPIRED = "link expired"
_SENDER = "sender refused"
_PERMANENT, _CLOSING = 500, 421
#: Refusals of us, not of whom the mail goes to: the next run may be set up better.
_OF_US = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPHeloError,
    smtplib.SMTPConnectError,
    smtplib.SMTPAuthenticationError,
)
#: What an answer begins with where the server writes enhanced codes (RFC 3463).
_ENHANCED = re.compile(r"#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
#: 5.1.x is about addresses; 5.1.7 and 5.1.8 are about the sender's.
_NO_ADDRESS = re.compile(r"5\.1\.(?![78]$)\d{1,3}")
#: Without an enhanced code: no such mailbox, not here, not allowed as a name.
_NO_MAILBOX = (550, 551, 553)
#: Words of servers that refuse us and not the mailbox.
_ABOUT_US = re.compile(
    r"relay|den(y|ied)|polic|block|list|spam|auth|sender|client|permit|reputation"
    r"|spf|dkim|dmarc|reverse|ptr|helo",
    re.IGNORECASE,
)
_CODE = re.compile(
    rf"(?:{GIVEN_UP}: )?(?:{_SENDER}: )?"
    r"([245]\d\d\b(?: [245]\.\d{1,3}\.\d{1,3}(?![\d.]))?)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a mail did not go.

    Attributes:
        text: one line, the server's answer where there is one: for whoever runs the
            panel, never for an owner (it may name hosts).
        is_final: trying again is of no use.
        is_over: nothing more goes over this connection.
    """

    text: str
    is_final: bool = False
    is_over: bool = False

    def given_up(self) -> "Refusal":
        """The same after too many days."""
        return replace(self, text=one_line(f"{GIVEN_UP}: {self.text}"), is_final=True)


def refusal_of(error: Exception) -> Refusal:
    """What became of the mail, from what sending it raised."""
    if isinstance(error, _OF_US):
        return Refusal(text=one_line(f"{_SENDER}: {_answer(error)}"))
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for code, text in error.recipients.values():
            error = smtplib.SMTPResponseException(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return Refusal(
            text=one_line(_answer(error)),
            is_final=_speaks_of_the_address(error.smtp_code, _said(error)),
            is_over=error.smtp_code == _CLOSING,
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):  # letters it can not carry
        return Refusal(text=one_line(f"not sent: {error}"), is_final=True)
    if not isinstance(error, OSError):
        return Refusal(text=one_line(f"no mail to write: {error}"), is_final=True)
    talks = isinstance(error, smtplib.SMTPException) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    )
    why = "not sent" if talks else "no answer"
    return Refusal(text=one_line(f"{why}: {error}"), is_over=not talks)


def code_of(failure: str) -> str:
    """`550 5.1.1`, all that an owner is shown of an answer; "" when there was none."""
    found = _CODE.match(failure)
    return found[1] if found else ""


def one_line(text: str) -> str:
    """What can be shown of it, and not too much."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(kept.split())[:LONGEST_FAILURE]


def _speaks_of_the_address(code: int, said: str) -> bool:
    if code < _PERMANENT:
        return False
    enhanced = _ENHANCED.match(said)
    if enhanced:
        return _NO_ADDRESS.fullmatch(enhanced[1]) is not None
    return code in _NO_MAILBOX and not _ABOUT_US.search(said)


def _answer(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_said(error)}"


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return said.decode(errors="replace") if isinstance(said, bytes) else said
