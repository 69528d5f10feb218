"""What casbin makes of the rows that match: when it stops, and what it then answers."""

from dataclasses import dataclass

#: What a matching row says; anything but `allow` and `deny` says nothing.
DENY, NOTHING, ALLOW = -1, 0, 1

EFFECT_OF = {"allow": ALLOW, "deny": DENY}


@dataclass(frozen=True, slots=True)
class Rule:
    """One of casbin's policy effects.

    Attributes:
        stops: the effects at which casbin looks at no further row.
        by_order: the first row that says anything decides.
        needs_allow: without a matching allow the answer is a denial.
        heeds_deny: a matching deny is a denial.
    """

    stops: frozenset[int]
    by_order: bool
    needs_allow: bool
    heeds_deny: bool

    def answer(self, allowed: bool, denied: bool) -> bool:
        """The answer, given whether a row that was reached said allow, or deny."""
        lacks_allow = self.needs_allow and not allowed
        return not (lacks_allow or (self.heeds_deny and denied))


_FIRST_DECIDES = Rule(frozenset({ALLOW, DENY}), True, True, False)
#: Whose rows are sorted, from the subjects that hold roles to those that are held.
BY_SUBJECT = "subjectPriority(p_eft) || deny"

#: Byte for byte casbin's own texts.
RULES = {
    "some(where (p_eft == allow))": Rule(frozenset({ALLOW}), False, True, False),
    "!some(where (p_eft == deny))": Rule(frozenset({DENY}), False, False, True),
    "some(where (p_eft == allow)) && !some(where (p_eft == deny))": Rule(
        frozenset({DENY}), False, True, True
    ),
    "priority(p_eft) || deny": _FIRST_DECIDES,
    BY_SUBJECT: _FIRST_DECIDES,
}
