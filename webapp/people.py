"""What may be stored about a person, whichever door he comes in by."""

import re

from email_validator import EmailNotValidError, validate_email

from authz import AuthzError

USER_NAME = re.compile(r"[A-Za-z0-9]{8,64}")
LONGEST_NAME = 120


class UnfitPersonError(AuthzError):
    """A user name, e-mail or name that can not be stored; says which and why."""


def normal_email(text: str) -> str | None:
    """The address in one form, None when it is none; nothing is looked up."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized


def wire_email(text: str) -> str | None:
    """The address as a mail is sent to it: plain letters where there is such a form.

    A domain always has one, a name before the `@` does not.
    """
    found = normal_email(text)
    if found is None:
        return None
    return validate_email(found, check_deliverability=False).ascii_email or found


def is_shown_name(text: str) -> bool:
    """Whether it is text on one line: no controls, no invisible direction marks."""
    return text.isprintable() and len(text) <= LONGEST_NAME


def require_person(user_name: str, email: str, full_name: str) -> None:
    """Refuse what the forms refuse; for the command line and for safety.

    Raises:
        UnfitPersonError: names the field.
    """
    if not USER_NAME.fullmatch(user_name):
        raise UnfitPersonError("the user name needs 8 to 64 ASCII letters and digits")
    if normal_email(email) is None:
        raise UnfitPersonError(f"`{email}` is not an e-mail address")
    if not is_shown_name(full_name):
        raise UnfitPersonError("the name holds characters that can not be shown")
