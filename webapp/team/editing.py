"""From a submitted permission form to a Draft, and what stands against saving it."""

from dataclasses import replace

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from authz import IllegalSetError, UnknownNameError
from webapp.extensions import editor, enforcer
from webapp.i18n import language
from webapp.refused_requests import refuse
from webapp.tables import Account, Seat
from webapp.team.holdings import expanded
from webapp.team.modules import modules_in_view
from webapp.team.table import Draft


def draft_of(session: Session, account: Account, seat: Seat | None) -> Draft:
    """What is stored, before anybody changed a box."""
    release = enforcer().release()
    before = None
    if seat is not None:
        before = expanded(release, editor(account.id, "").held(seat.id))
    with_boxes = {permission.module for permission in release.permissions.values()}
    in_view = modules_in_view(account) & with_boxes
    return Draft(
        release=release,
        edition=account.edition,
        modules=tuple(m for m in release.permissions.modules if m in in_view),
        services=enforcer().running(account.id),
        before=before,
        preset=seat.preset if seat else "",
        wanted=before or frozenset(),
    )


def submitted(draft: Draft) -> Draft:
    """The draft as the boxes or a preset button say.

    Permissions of modules that are not in view sleep in the seat and are kept, as long as
    what they need is kept.

    Raises:
        UnknownNameError: a name that has no box here: a forged form.
    """
    shown = {permission.name for permission in draft.shown}
    preset = request.form.get("preset")
    if preset:
        if preset not in draft.release.presets:
            raise UnknownNameError("preset", preset)
        names = draft.release.presets[preset].permissions & shown
    else:
        names = frozenset(request.form.getlist("permission"))
    strange = names - shown
    if strange:
        raise UnknownNameError("permission", min(strange))
    sleeping = (draft.before or frozenset()) - shown
    awake = draft.release.permissions.largest_legal(names | sleeping)
    return replace(draft, wanted=names | (sleeping & awake))


def legal(draft: Draft) -> Draft:
    """The draft with the boxes cleared whose prerequisites are gone."""
    wanted = draft.release.permissions.largest_legal(draft.wanted)
    return replace(draft, wanted=wanted, cleared=draft.wanted - wanted)


def objections(draft: Draft, *, understood: bool) -> list[str]:
    """Why it can not be saved as it stands; [] when it can."""
    permissions = draft.release.permissions
    try:
        permissions.require_legal(draft.wanted)
    except IllegalSetError as error:
        refuse("illegal_set")
        return [
            _(
                "%(name)s needs %(needs)s: without it, it falls too. Look at the effect"
                " and save again.",
                name=permissions.title(name, language()),
                needs=" + ".join(permissions.title(n, language()) for n in needs),
            )
            for name, needs in error.missing.items()
        ]
    if draft.has_toxic_pair and not understood:
        return [_("Two delicate permissions together: tick the box to go on.")]
    return []


def seat_of_user(session: Session, account: str, user: str) -> Seat | None:
    """The seat a user of the account sits in."""
    return session.scalar(
        select(Seat).where(Seat.account_id == account, Seat.user_id == user)
    )
