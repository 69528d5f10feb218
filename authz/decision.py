"""Decision, the closed list of reason codes, and what each says to people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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


class Words(NamedTuple):
    """What a reason says to the person who was answered, and to who administers."""

    user_it: str
    user_en: str
    admin_it: str
    admin_en: str


TEXTS: dict[Reason, Words] = {
    Reason.GRANTED: Words(
        "È permesso.",
        "It is allowed.",
        "una concessione lo permette",
        "a grant allows it",
    ),
    Reason.NO_PERMISSION: Words(
        "Manca un permesso: può darlo il titolare.",
        "A permission is missing: the owner can give it.",
        "nessun permesso posseduto concede l’azione",
        "no held permission grants the action",
    ),
    Reason.OWNER_ONLY: Words(
        "È riservato al titolare.",
        "It is reserved to the owner.",
        "l’azione è concessa solo al titolare",
        "the action is granted to the owner alone",
    ),
    Reason.NOT_A_MEMBER: Words(
        "Questo utente non fa parte dell’azienda.",
        "This user does not belong to the company.",
        "il soggetto non è un utente dell’account",
        "the subject is not a user of the account",
    ),
    Reason.INVITED: Words(
        "L’invito non è ancora stato accettato.",
        "The invitation has not been accepted yet.",
        "l’utente non ha ancora attivato l’invito",
        "the user has not activated the invitation",
    ),
    Reason.SUSPENDED: Words(
        "L’utente è sospeso: può riattivarlo il titolare.",
        "The user is suspended: the owner can reactivate it.",
        "l’utente è sospeso",
        "the user is suspended",
    ),
    Reason.PASSWORD_CHANGE_REQUIRED: Words(
        "Prima va cambiata la password temporanea.",
        "The temporary password must be changed first.",
        "l’utente ha ancora una password temporanea",
        "the user still has a temporary password",
    ),
    Reason.SEAT_ENDED: Words(
        "Il posto non è più pagato: il titolare può rinnovarlo.",
        "The seat is no longer paid for: the owner can renew it.",
        "il posto dell’utente è finito",
        "the user's seat has ended",
    ),
    Reason.DELEGATION_NOT_ACTIVE: Words(
        "La delega non è attiva.",
        "The delegation is not active.",
        "la delega non è in vigore",
        "the delegation is not in force",
    ),
    Reason.EDITION_LACKS_IT: Words(
        "Non fa parte di questo servizio.",
        "It is not part of this service.",
        "l’edizione dell’account non ha il servizio",
        "the account's edition lacks the service",
    ),
    Reason.MODULE_NOT_ACTIVE: Words(
        "Il modulo non è attivo.",
        "The module is not active.",
        "il modulo non è acquistato o non è attivo",
        "the module is not bought or not active",
    ),
    Reason.SERVICE_EXPIRED: Words(
        "Il servizio è scaduto: si può solo vedere e scaricare.",
        "The service has expired: you can only view and download.",
        "il servizio ora non è in corso",
        "the service does not run now",
    ),
    Reason.SPACE_FULL: Words(
        "Lo spazio è esaurito: si può solo vedere e scaricare.",
        "The space is full: you can only view and download.",
        "lo spazio dell’account è esaurito",
        "the account's space is full",
    ),
    Reason.UNKNOWN_RESOURCE: Words(
        "Risorsa sconosciuta.",
        "Unknown resource.",
        "il catalogo non ha questa risorsa",
        "the catalogue has no such resource",
    ),
    Reason.UNKNOWN_ACTION: Words(
        "Azione sconosciuta.",
        "Unknown action.",
        "il catalogo non ha questa azione sulla risorsa",
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
        words = TEXTS[self.reason]
        return words.user_it if language == "it" else words.user_en
