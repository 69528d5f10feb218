"""The form of a try: a company, a user, an action, and when. A link fills it in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from authz import ROME, Action, Release, Trace
from authz.storage import PastRows
from webapp.decisions.trial_names import (
    Name,
    actions_named,
    companies_named,
    users_named,
)
from webapp.extensions import enforcer, reading_engine
from webapp.i18n import language
from webapp.people import LONGEST_NAME

#: Dates have room for a zone on either side.
_YEARS = range(2000, 3000)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class TrialForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """What is asked; after `validate` what was found.

    Attributes:
        company, who: ids.
        asked: the action.
        instant: None: now.
        offered: field -> what a text there may mean, where that is several things.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc,unused-ignore]
        """INVARIANT: only by GET, and it changes nothing."""

        csrf = False

    account = StringField(_l("Company"), filters=[_stripped])
    user = StringField(_l("Who"), filters=[_stripped])
    action = StringField(_l("Resource and action"), filters=[_stripped])
    at = StringField(_l("When"), filters=[_stripped])
    asked: Action

    def __init__(self, sent: Any) -> None:
        super().__init__(sent)
        self.company = self.who = ""
        self.instant: datetime | None = None
        self.offered: dict[str, Sequence[Name]] = {}

    def ask(self) -> Trace:
        """The enforcer's answer, with all that stands behind it.

        Raises:
            NotReadyError: there was no policy in force at that time, or is none now.
        """
        request = self.who, self.company, self.asked.resource, self.asked.name
        if self.instant is None:
            return enforcer().trace(*request)
        rows = PastRows(reading_engine(), self.instant)
        return enforcer().trace_at(rows, self.instant, request)

    def validate_account(self, field: StringField) -> None:
        """One company."""
        found = companies_named(_typed(field))
        self.company = self._one(field, found, _("There is no such company."))

    def validate_user(self, field: StringField) -> None:
        """One user, of whatever company: a stranger can be asked about too."""
        found = users_named(self.company, _typed(field))
        self.who = self._one(field, found, _("There is no such user."))

    def validate_action(self, field: StringField) -> None:
        """One of the catalogue."""
        release, text = enforcer().release(), _typed(field)
        found = actions_named(release, text)
        names = [(a.key, f"{a.label(language())} ({a.key})") for a in found]
        key = self._one(field, names, _unknown(release, text))
        self.asked = release.catalogue.named(key)

    def validate_at(self, field: StringField) -> None:
        """A time in Rome, as the browser's own picker sends it; nothing: now."""
        if not field.data:
            return
        text = _typed(field)
        field.data = ""  # the picker shows nothing else, and complains of it
        self.instant = _instant(text)
        if self.instant is None:
            raise ValidationError(_("This is not a day with a time."))
        shown = self.instant.astimezone(ROME).replace(tzinfo=None)
        field.data = shown.isoformat(timespec="seconds" if shown.second else "minutes")

    def _one(self, field: StringField, found: Sequence[Name], none: str) -> str:
        if not found:
            raise ValidationError(none)
        if len(found) > 1:
            self.offered[field.name] = found
            raise ValidationError(_("It may mean several: choose one here."))
        return found[0][0]


def _typed(field: StringField) -> str:
    """The text, if it can be one; what can not be shown again is taken away."""
    text = field.data or ""
    if not text:
        raise ValidationError(_("Fill in this field."))
    if len(text) > LONGEST_NAME:
        field.data = text[:LONGEST_NAME] if text.isprintable() else ""
        raise ValidationError(_("This is too long."))
    if not text.isprintable():
        field.data = ""
        raise ValidationError(_("There are characters here that can not be shown."))
    return text


def _unknown(release: Release, text: str) -> str:
    catalogue = release.catalogue
    resource, dot, name = text.partition(".")
    if not dot:
        return _("No resource and no action is called so.")
    if not catalogue.has_resource(resource):
        return _("There is no resource %(name)s.", name=resource)
    names = [action.name for action in catalogue if action.resource == resource]
    return _(
        "%(resource)s has no action %(name)s. It has: %(names)s.",
        resource=resource,
        name=name,
        names=", ".join(names),
    )


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.year not in _YEARS:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ROME)).astimezone(UTC)
