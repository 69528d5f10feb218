"""What stands around every signed-in page: menus, person, company, revision.

Each feature names its pages as `Entry`s; a page the user may not open is absent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import (
    Flask,
    current_app,
    g,
    get_flashed_messages,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from authz import Decision, Reason, State
from webapp.editions import role_name
from webapp.extensions import enforcer, reading
from webapp.guard import MENU_ACTIONS
from webapp.i18n import language, moment, number
from webapp.identity import person
from webapp.tables import Account, Seat, User


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A page in the menus.

    Attributes:
        menu: lazy label of the top menu it stands under; itself when it has none.
        label: lazy label of the page.
        endpoint: where it leads; current whenever its blueprint answers.
        action: what the user must be allowed.
    """

    menu: Any
    label: Any
    endpoint: str
    action: str

    @property
    def blueprint(self) -> str:
        """The blueprint that makes it current."""
        return self.endpoint.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Link:
    """One item of a menu."""

    label: str
    url: str
    current: bool


def init_app(app: Flask, entries: Sequence[Entry]) -> None:
    """Put `frame` into every template."""
    app.extensions["delega_entries"] = tuple(entries)
    app.extensions[MENU_ACTIONS] = tuple(dict.fromkeys(e.action for e in entries))
    app.extensions["delega_refused_page"] = _refused_page
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    """`frame` for signed-in pages; the same words bare for the pages before them."""
    frame = _frame()
    bare = ("language", "other_language", "other_language_url", "signout_url", "csrf")
    return {
        "frame": frame,
        "signin_url": url_for("signin.sign_in"),
        **{name: frame[name] for name in bare},
    }


def _frame() -> dict[str, Any]:
    other = "en" if language() == "it" else "it"
    frame: dict[str, Any] = {
        "language": language(),
        "other_language": other,
        "other_language_url": f"{request.path}?lang={other}",
        "home_url": url_for("signin.start"),
        "menus": [],
        "pages": [],
        "person": None,
        "account": None,
        "revision": "",
        "signout_url": url_for("signin.sign_out"),
        "csrf": generate_csrf(),
        "notes": get_flashed_messages(with_categories=True),
        "help_url": None,
        "why_url": None,
    }
    if not g.get("bare") and g.get("account_id") and g.get("decisions"):
        frame |= _inside()
    return frame


def _inside() -> dict[str, Any]:
    account, role = _account_and_role()
    entries = [
        entry
        for entry in current_app.extensions["delega_entries"]
        if g.decisions.get(entry.action)
    ]
    revision = max(decision.revision for decision in g.decisions.values())
    return {
        "menus": _menus(entries),
        "pages": _pages(entries),
        "person": {
            "name": person().name,
            "initials": initials(person().name),
            "line": f"{role}, {account.name}",
            "profile_url": url_for("signin.profile", account=g.account_id),
        },
        "account": {"name": account.name, "vat": account.vat.removeprefix("IT")},
        "revision": number(revision, 0),
        "why_url": url_for("review.choose", account=g.account_id),
        "help_url": url_for("guide.index", account=g.account_id),
    }


def _menus(entries: Iterable[Entry]) -> list[Link]:
    first: dict[str, Entry] = {}
    current = {str(entry.menu) for entry in entries if _is_current(entry)}
    for entry in entries:
        first.setdefault(str(entry.menu), entry)
    return [
        Link(label, _url(entry), label in current) for label, entry in first.items()
    ]


def _pages(entries: Iterable[Entry]) -> list[Link]:
    here = next((e for e in entries if _is_current(e)), None)
    if here is None:
        return []
    found = [
        Link(str(entry.label), _url(entry), _is_current(entry))
        for entry in entries
        if str(entry.menu) == str(here.menu)
    ]
    return found if len(found) > 1 else []


def _is_current(entry: Entry) -> bool:
    return entry.blueprint == (request.blueprint or "")


def _url(entry: Entry) -> str:
    return url_for(entry.endpoint, account=g.account_id)


def _account_and_role() -> tuple[Any, str]:
    query = (
        select(Account.name, Account.vat, Account.edition, Seat.preset)
        .select_from(Account)
        .outerjoin(
            Seat, (Seat.account_id == Account.id) & (Seat.user_id == person().id)
        )
        .where(Account.id == g.account_id)
    )
    with reading() as connection:
        account = connection.execute(query).one()
    return account, _role(account.preset, account.edition)


def _role(preset: str | None, edition: str) -> str:
    if person().state == State.OWNER:
        return _("Owner")
    presets = enforcer().release().presets
    found = presets.get(preset or "")
    return role_name(found.name, edition) if found else _("User")


def initials(name: str) -> str:
    """One or two letters for the round picture."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = [
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ]
    return "".join(letters).upper() or "?"


def _refused_page(action: str, decision: Decision) -> str:
    """The 403: what is missing, by its name, and who can give it."""
    release = enforcer().release()
    known = release.catalogue.named(action)
    explained = enforcer().explain(
        person().id, g.account_id, known.resource, known.name
    )
    missing = [name for name in explained.missing if name in release.permissions]
    asks_permission = decision.reason is Reason.NO_PERMISSION
    modules = {release.permissions[name].module for name in missing}
    lang = language()
    return render_template(
        "problem/forbidden.html",
        what=_("You can not do this: %(action)s", action=known.label(lang)),
        permission=_and(release.permissions[n].label(lang) for n in missing)
        if asks_permission
        else None,
        module=_and(release.permissions.modules[m].text(lang) for m in sorted(modules)),
        mark=_mark(decision),
        reason=_why(decision),
        kept=_("Nothing was lost or changed.") if request.method == "POST" else None,
        givers=_owners() if decision.reason is not Reason.OWNER_ONLY else [],
        why_url=url_for("review.mine", account=g.account_id, action=action),
        back=None,
        code=g.get("request_id", ""),
        when=moment(datetime.now(UTC), begins=False),
    )


def _mark(decision: Decision) -> str:
    if decision.reason is Reason.NO_PERMISSION:
        return _("A permission is missing")
    if decision.reason is Reason.OWNER_ONLY:
        return _("Reserved to the owner")
    return _("Not possible now")


def _why(decision: Decision) -> str:
    """The sentence after the permission's name; the role is called by its name."""
    if decision.reason is not Reason.NO_PERMISSION:
        return decision.text(language())
    _account, role = _account_and_role()
    return _("Your role, %(role)s, does not include it.", role=role)


def _owners() -> list[dict[str, str]]:
    query = select(User.full_name, User.user_name, User.email).where(
        User.account_id == g.account_id, User.state == State.OWNER
    )
    with reading() as connection:
        found = connection.execute(query).all()
    return [
        {
            "name": owner.full_name or owner.user_name,
            "initials": initials(owner.full_name or owner.user_name),
            "line": f"{_('Owner')}, {owner.email}",
        }
        for owner in found
    ]


def _and(words: Iterable[str]) -> str:
    return _(" and ").join(words)
