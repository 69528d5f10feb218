"""The demo's two companies and their people."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import State
from webapp.decisions.credentials import create_credential
from webapp.demo.papers import write_papers
from webapp.extensions import begin_write, editor, enforcer
from webapp.i18n import today
from webapp.opening import NewAccount, open_account
from webapp.passwords import hash_password, suggestion
from webapp.seating import seat_of, sitting
from webapp.tables import Account, User
from webapp.team.users import NewUser, create_user


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """Somebody who can sign in to the demo."""

    user_name: str
    password: str
    who: str


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """What the welcome tells.

    Attributes:
        key: of a service that may ask about the first company.
        account: the first company's id.
        user: Anna's id, who may prepare invoices and not send them.
    """

    logins: tuple[Login, ...]
    key: str
    account: str
    user: str


_BELLANDI = NewAccount(
    name="Ceramiche Bellandi S.r.l.",
    vat="IT02561470390",
    edition="FE",
    ends_on=today() + timedelta(days=110),
    owner_name="Marta Bellandi",
    owner_user_name="martabellandi",
    owner_email="marta@ceramichebellandi.example",
    modules=("documents", "payments", "orders"),
    seats=5,
    details={
        "tax_code": "02561470390",
        "street": "Via Granarolo 88",
        "postcode": "48018",
        "town": "Faenza",
        "province": "RA",
    },
)
_LAMONE = NewAccount(
    name="Condominio Via Lamone 7",
    vat="",
    edition="SR",
    ends_on=today() + timedelta(days=40),
    owner_name="Paolo Greco",
    owner_user_name="paologreco7",
    owner_email="paolo@lamone7.example",
    seats=2,
    details={"tax_code": "90012340395", "town": "Faenza", "province": "RA"},
)
_USERS = (
    ("annaricci26", "Anna Ricci", "role.invoicing", "prepares invoices, does not send"),
    ("lucaferri55", "Luca Ferri", "role.read_only", "only looks"),
)


def seed() -> People:
    """Write the companies once; passwords and key are new at every start."""
    session = begin_write(policy=True)
    account = session.scalar(select(Account).where(Account.vat == _BELLANDI.vat))
    if account is None:
        account, _owner = open_account(session, _BELLANDI)
        open_account(session, _LAMONE)
        for user_name, full_name, preset, _who in _USERS:
            _user(session, account, user_name, full_name, preset)
        owner, anna = (
            _named(session, name) for name in ("martabellandi", "annaricci26")
        )
        write_papers(session, account.id, owner.id, anna.id)
    logins = tuple(_logins(session))
    key = create_credential(session, "demo: billing", [account.id])
    anna = _named(session, "annaricci26")
    people = People(logins=logins, key=key.text, account=account.id, user=anna.id)
    session.commit()
    return people


def _user(
    session: Session, account: Account, user_name: str, full_name: str, preset: str
) -> None:
    new = NewUser(
        user_name=user_name,
        full_name=full_name,
        email=f"{user_name}@ceramichebellandi.example",
        permissions=enforcer().release().presets[preset].permissions,
        password_hash="!",  # noqa: S106  (no hash: set below at every start)
    )
    user = create_user(session, account, new, "system")
    user.state, user.password_expires_at = State.ACTIVE, None
    editor(account.id, "system").set_state(
        sitting(session, user, seat_of(session, user)), "user.activated"
    )


def _named(session: Session, user_name: str) -> User:
    return session.scalars(select(User).where(User.folded_name == user_name)).one()


def _logins(session: Session) -> list[Login]:
    people = [(_BELLANDI.owner_user_name, f"owner of {_BELLANDI.name} (FE)")]
    people += [(name, f"{full}, {who}") for name, full, _preset, who in _USERS]
    people.append((_LAMONE.owner_user_name, f"owner of {_LAMONE.name} (SR)"))
    logins = []
    for user_name, who in people:
        password = suggestion()
        user = _named(session, user_name)
        user.password_hash = hash_password(password)
        logins.append(Login(user_name=user_name, password=password, who=who))
    return logins
