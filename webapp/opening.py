"""Opening an account with its owner and seats; used by the command line and the demo."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from authz import ADD_ONS, Edition, State, UnknownNameError
from webapp.extensions import editor
from webapp.ids import new_id
from webapp.people import require_person
from webapp.tables import Account, AccountModule, Seat, User

SYSTEM = "system"
#: Who registered a payment that the payment service reported.
WEBHOOK = "webhook"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """What a company bought, and who owns it."""

    name: str
    vat: str
    edition: str
    ends_on: date
    owner_name: str
    owner_user_name: str
    owner_email: str
    modules: tuple[str, ...] = ()
    seats: int = 0
    activated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    details: dict[str, str] = field(default_factory=dict)


def open_account(session: Session, new: NewAccount) -> tuple[Account, User]:
    """Account, owner and seats with their policy rows, in the current transaction.

    Raises:
        UnfitPersonError, UnknownNameError: a name or module that can not be.
    """
    require_person(new.owner_user_name, new.owner_email, new.owner_name)
    _require_modules(new)
    account = _account(new)
    session.add(account)
    session.flush()
    owner = _owner(new, account)
    seats = [_seat(account, new.ends_on) for _ in range(new.seats)]
    session.add_all([owner, *seats])
    session.flush()
    editor(account.id, SYSTEM).open_account(
        owner.id, account.contract(), [seat.id for seat in seats]
    )
    return account, owner


def _account(new: NewAccount) -> Account:
    return Account(
        id=new_id("a"),
        name=new.name,
        vat=new.vat,
        edition=new.edition,
        activated_at=new.activated_at,
        ends_on=new.ends_on,
        used_bytes=0,
        space_bytes=1_000_000_000,
        modules=[
            AccountModule(module=name, ends_on=new.ends_on) for name in new.modules
        ],
        **new.details,
    )


def _owner(new: NewAccount, account: Account) -> User:
    return User(
        id=new_id("u"),
        account_id=account.id,
        user_name=new.owner_user_name,
        folded_name=new.owner_user_name.lower(),
        full_name=new.owner_name,
        email=new.owner_email,
        state=State.OWNER,
        created_at=datetime.now(UTC),
    )


def _require_modules(new: NewAccount) -> None:
    sold = ADD_ONS if new.edition == Edition.FE else ()
    for name in new.modules:
        if name not in sold:
            hint = f"{new.edition} has {', '.join(sold) or 'none'}"
            raise UnknownNameError("module", name, hint)


def add_seats(
    session: Session,
    account: Account,
    count: int,
    paid_until: date,
    actor: str = SYSTEM,
) -> int:
    """Seats whose payment was registered, in the current transaction; the revision."""
    seats = [_seat(account, paid_until) for _ in range(count)]
    session.add_all(seats)
    session.flush()
    return editor(account.id, actor).add_seats([seat.id for seat in seats])


def _seat(account: Account, paid_until: date) -> Seat:
    return Seat(account_id=account.id, id=new_id("s"), paid_until=paid_until, version=1)
