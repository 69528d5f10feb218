"""What a user may do, kept once for all users of all accounts who stand alike."""

from dataclasses import dataclass, field

from authz.accounts.reasons import Facts, denial
from authz.decision import Reason
from authz.engine import Evaluator
from authz.policy import Release

#: A resource and an action, as the catalogue names them.
ActionName = tuple[str, str]
REASONS = tuple(Reason)
#: A reason as its place in `REASONS`: what an answer is until it has a revision.
PLACE_OF = {reason: place for place, reason in enumerate(REASONS)}
GRANTED = PLACE_OF[Reason.GRANTED]


@dataclass(slots=True, eq=False)
class Standing:
    """The answers to one user, and to whoever stands alike.

    Attributes:
        release: whose catalogue says what can be asked.
        facts: what reasons are made of.
        evaluator, subject, account: one of those who stand so, asked for all of them.
        answers: what was asked so far; only what the catalogue has.
    """

    release: Release
    facts: Facts
    evaluator: Evaluator
    subject: str
    account: str
    answers: dict[ActionName, int] = field(default_factory=dict)

    def answer(self, resource: str, action: str) -> int:
        """The reason's place in `REASONS`, asked of the evaluator and kept."""
        known = self.release.catalogue.find(resource, action)
        if known is None:
            return unknown(self.release, resource)
        if self.evaluator.decide((self.subject, self.account, resource, action)):
            found = GRANTED
        else:
            grant = self.release.grant_for(known)
            missing = self.missing(grant.needs)
            found = PLACE_OF[denial(self.facts, grant, missing)]
        self.answers[known.pair] = found
        return found

    def missing(self, permissions: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these the subject does not hold, in their order."""
        reaches = self.evaluator.reaches
        return tuple(
            name
            for name in permissions
            if not reaches(self.subject, name, self.account)
        )


def unknown(release: Release, resource: str) -> int:
    """The answer about an action that the catalogue lacks."""
    exists = release.catalogue.has_resource(resource)
    return PLACE_OF[Reason.UNKNOWN_ACTION if exists else Reason.UNKNOWN_RESOURCE]
