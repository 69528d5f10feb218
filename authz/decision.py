"""Decision, the closed list of reason codes, and what each says to people."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a decision fell as it did. Codes are a contract: never renamed."""

    GRANTED = "granted"
    NO_PERMISSION = "no_permission"
    OWNER_ONLY = "owner_only"
    NOT_A_MEMBER = "not_a_member"
    INVITED = "invited"
    SUSPENDED = "suspended"
    PASSWORD_CHANGE_REQUIRED = "password_change_required"  # noqa: S105  (a code)
    SEAT_ENDED = "seat_ended"
    DELEGATION_NOT_ACTIVE = "delegation_not_active"
    EDITION_LACKS_IT = "edition_lacks_it"
    MODULE_NOT_ACTIVE = "module_not_active"
    SERVICE_EXPIRED = "service_expired"
    SPACE_FULL = "space_full"
    UNKNOWN_RESOURCE = "unknown_resource"
    UNKNOWN_ACTION = "unknown_action"


#: Reasons that the service or the seats cause: the button stays, inert (design 8).
INERT = frozenset({Reason.SERVICE_EXPIRED, Reason.SPACE_FULL})

#: reason -> (Italian for the person, English for the person, English for an operator)
TEXTS: dict[Reason, tuple[str, str, str]] = {
    Reason.GRANTED: ("È permesso.", "It is allowed.", "a grant allows it"),
    Reason.NO_PERMISSION: (
        "Manca un permesso: può darlo il titolare.",
        "A permission is missing: the owner can give it.",
        "no held permission grants the action",
    ),
    Reason.OWNER_ONLY: (
        "È riservato al titolare.",
        "It is reserved to the owner.",
        "the action is granted to the owner alone",
    ),
    Reason.NOT_A_MEMBER: (
        "Questo utente non fa parte dell’azienda.",
        "This user does not belong to the company.",
        "the subject is not a user of the account",
    ),
    Reason.INVITED: (
        "L’invito non è ancora stato accettato.",
        "The invitation has not been accepted yet.",
        "the user has not activated the invitation",
    ),
    Reason.SUSPENDED: (
        "L’utente è sospeso: può riattivarlo il titolare.",
        "The user is suspended: the owner can reactivate it.",
        "the user is suspended",
    ),
    Reason.PASSWORD_CHANGE_REQUIRED: (
        "Prima va cambiata la password temporanea.",
        "The temporary password must be changed first.",
        "the user still has a temporary password",
    ),
    Reason.SEAT_ENDED: (
        "Il posto non è più pagato: il titolare può rinnovarlo.",
        "The seat is no longer paid for: the owner can renew it.",
        "the user's seat has ended",
    ),
    Reason.DELEGATION_NOT_ACTIVE: (
        "La delega non è attiva.",
        "The delegation is not active.",
        "the delegation is not in force",
    ),
    Reason.EDITION_LACKS_IT: (
        "Non fa parte di questo servizio.",
        "It is not part of this service.",
        "the account's edition lacks the service",
    ),
    Reason.MODULE_NOT_ACTIVE: (
        "Il modulo non è attivo.",
        "The module is not active.",
        "the module is not bought or not active",
    ),
    Reason.SERVICE_EXPIRED: (
        "Il servizio è scaduto: si può solo vedere e scaricare.",
        "The service has expired: you can only view and download.",
        "the service does not run now",
    ),
    Reason.SPACE_FULL: (
        "Lo spazio è esaurito: si può solo vedere e scaricare.",
        "The space is full: you can only view and download.",
        "the account's space is full",
    ),
    Reason.UNKNOWN_RESOURCE: (
        "Risorsa sconosciuta.",
        "Unknown resource.",
        "the catalogue has no such resource",
    ),
    Reason.UNKNOWN_ACTION: (
        "Azione sconosciuta.",
        "Unknown action.",
        "the catalogue has no such action on the resource",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The answer, and what it was true for.

    Attributes:
        allowed: the answer.
        reason: why; `GRANTED` exactly when allowed.
        revision: the store's revision at which this answer was right.
    """

    allowed: bool
    reason: Reason
    revision: int

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def inert(self) -> bool:
        """Refused by the service alone: the button stays, and says why (design 8)."""
        return self.reason in INERT

    def text(self, language: str) -> str:
        """One sentence for the person who was answered, `it` or `en`."""
        return TEXTS[self.reason][0 if language == "it" else 1]
