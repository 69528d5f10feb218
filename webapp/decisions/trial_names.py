"""What somebody typed to mean a company, a user or an action: one, several or none."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from authz import Action, Release
from webapp.extensions import reading
from webapp.tables import Account, User

#: As many are offered where a text means several.
MOST = 10
#: What the address holds, and what people read.
Name = tuple[str, str]


def companies_named(text: str) -> list[Name]:
    """By id, VAT number, tax code or name; else those whose name holds the text."""
    letters, whole = text.lower(), text.upper()
    exact = or_(
        Account.id == text,
        Account.vat.in_((whole, f"IT{whole}")),
        Account.tax_code == whole,
        func.lower(Account.name) == letters,
    )
    part = func.lower(Account.name).contains(letters, autoescape=True)
    return _first_found((exact, part), _companies)


def users_named(account: str, text: str) -> list[Name]:
    """By id or user name; by e-mail or name those of the company, then any by e-mail."""
    letters = text.lower()
    here = User.account_id == account
    email = func.lower(User.email) == letters
    parts = [
        func.lower(column).contains(letters, autoescape=True)
        for column in (User.full_name, User.user_name, User.email)
    ]
    named = func.lower(User.full_name) == letters
    return _first_found(
        (
            or_(User.id == text, User.folded_name == letters),
            here & or_(email, named),
            here & or_(*parts),
            email,
        ),
        _users,
    )


def people_of(account: str, most: int) -> list[Name]:
    """User names that the browser may offer."""
    query = select(User.user_name, User.full_name).where(User.account_id == account)
    with reading() as connection:
        found = connection.execute(query.order_by(User.folded_name).limit(most))
        return [(user.user_name, user.full_name) for user in found]


def actions_named(release: Release, text: str) -> list[Action]:
    """By key or words; else those that hold the text in either."""
    letters, catalogue = text.casefold(), release.catalogue
    exact = [action for action in catalogue if letters in _words(action)]
    if exact:
        return exact
    return [
        action
        for action in catalogue
        if any(letters in words for words in _words(action))
    ]


def _words(action: Action) -> tuple[str, ...]:
    labels = action.label_it.casefold(), action.label_en.casefold()
    return (action.key, *labels)


def _first_found(
    tests: Iterable[ColumnElement[bool]],
    read: Callable[[ColumnElement[bool]], list[Name]],
) -> list[Name]:
    """What the first test that finds anything finds, one more than is offered."""
    return next((found for found in map(read, tests) if found), [])


def _companies(test: ColumnElement[bool]) -> list[Name]:
    query = select(Account.id, Account.name, Account.edition).where(test)
    with reading() as connection:
        found = connection.execute(query.order_by(Account.name).limit(MOST + 1))
        return [(each.id, f"{each.name} ({each.edition})") for each in found]


def _users(test: ColumnElement[bool]) -> list[Name]:
    query: Any = select(User.id, User.full_name, User.user_name, User.email)
    query = query.where(test).order_by(User.folded_name).limit(MOST + 1)
    with reading() as connection:
        return [
            (user.id, f"{user.full_name or user.user_name} ({user.email})")
            for user in connection.execute(query)
        ]
