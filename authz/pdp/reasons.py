"""Every reason to refuse as the `context` of an answer: the code, and words for whom."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from authz.decision import TEXTS, Reason


def denial(reason: Reason) -> dict[str, Any]:
    """`code` is stable; the texts are for people and may become better."""
    words = TEXTS[reason]
    return {
        "code": reason.value,
        "reason_user": {"it": words.user_it, "en": words.user_en},
        "reason_admin": {"it": words.admin_it, "en": words.admin_en},
    }


#: The same, encoded once: it is the greatest part of a refusal.
DENIALS: Mapping[Reason, bytes] = MappingProxyType(
    {
        reason: msgspec.json.encode(denial(reason))
        for reason in Reason
        if reason is not Reason.GRANTED
    }
)
