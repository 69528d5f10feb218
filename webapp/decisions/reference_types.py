"""What the panel answers beside the standard, as types: schemas of the document."""

import msgspec


class EffectivePermissions(msgspec.Struct):
    """What each user of an account may do; the same bytes for the same permissions.

    Attributes:
        account: The account.
        users: Each user, with the actions that it may do now.
        valid_until: When a date changes them next; null: no date does.
    """

    account: str
    users: dict[str, list[str]]
    valid_until: str | None


class OwnPermissions(msgspec.Struct):
    """What whoever is signed in may do in an account.

    Attributes:
        account: The account.
        user: Who is signed in.
        actions: What it may do now.
        valid_until: When a date changes them next; null: no date does.
    """

    account: str
    user: str
    actions: list[str]
    valid_until: str | None
