"""The topics of the guide, as data; the words are templates/guide/topics/<key>.html.

The pictures come from the running product: `make screenshots` takes them anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from webapp.buttons import Action, offer

#: Every picture has this size, so that no text jumps when it arrives.
WIDTH, HEIGHT = 1200, 675


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A page that a topic is about.

    Attributes:
        action: what the reader must be allowed; "": open to everybody.
        of_user: the page is of one user; while there is none, the list stands for it.
    """

    label: Any
    endpoint: str
    action: str = ""
    of_user: bool = False

    def open(self, account: str, user: str | None) -> Action | None:
        """The button, None for a reader who may not open the page."""
        place = {"account": account}
        endpoint = self.endpoint
        if self.of_user and user is None:
            endpoint = "team.index"
        elif self.of_user and user is not None:
            place["user"] = user
        url = url_for(endpoint, **place)  # type: ignore[arg-type]
        if not self.action:
            return Action(label=str(self.label), url=url)
        return offer(self.action, str(self.label), url)


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """One section of the guide.

    Attributes:
        key: of its anchor, its words and its picture.
        picture: what the picture shows, for whoever does not see it.
        ways: the first one is the section's button.
    """

    key: str
    title: Any
    picture: Any
    ways: tuple[Way, ...]

    def shown(self, account: str, user: str | None, language: str) -> dict[str, Any]:
        """What templates/guide/index.html draws."""
        picture = url_for("static", filename=picture_file(self.key, language))
        return {
            "key": self.key,
            "title": str(self.title),
            "words": f"guide/topics/{self.key}.html",
            "picture": picture,
            "alt": str(self.picture),
            "ways": [(str(w.label), w.open(account, user)) for w in self.ways],
        }


def picture_file(key: str, language: str) -> str:
    """Where under static/ the picture of a topic lies."""
    return f"guide/{key}-{language}.webp"


def asked() -> tuple[str, ...]:
    """The actions that the page's buttons need."""
    return tuple(dict.fromkeys(way.action for way in _ways() if way.action))


def _ways() -> Iterator[Way]:
    return (way for topic in TOPICS for way in topic.ways)


_LIST = Way(
    label=_l("Open the list of users"), endpoint="team.index", action="subuser.list"
)
_CREATE = Way(
    label=_l("Open Create user"), endpoint="team.create", action="subuser.create"
)
_CART = Way(label=_l("Open the cart"), endpoint="seats.cart", action="seat.buy")
_AREA = Way(
    label=_l("Open the customer area"), endpoint="seats.area", action="purchase.list"
)
_PERMISSIONS = Way(
    label=_l("Open the permissions of a user"),
    endpoint="team.permissions",
    action="subuser.update_permissions",
    of_user=True,
)
_USER = Way(
    label=_l("Open the page of a user"),
    endpoint="team.user",
    action="subuser.view",
    of_user=True,
)
_HOME = Way(label=_l("Open the home page"), endpoint="home.index")
_MEANINGS = Way(
    label=_l("Open the meaning of the permissions"), endpoint="review.meanings"
)
_PROFILE = Way(label=_l("Open your profile"), endpoint="signin.profile")
_HISTORY = Way(
    label=_l("Open the history"), endpoint="history.index", action="history.view"
)
_RENEW = Way(
    label=_l("Open the renewal"), endpoint="seats.renew", action="service.renew"
)

#: The ten topics of the service, then what happens when it ends.
TOPICS = (
    Topic(
        key="overview",
        title=_l("What it is, and who can do what"),
        picture=_l("The page of the additional users: seats and the list of people."),
        ways=(_LIST,),
    ),
    Topic(
        key="setup",
        title=_l("First configuration, in five steps"),
        picture=_l("The page that confirms a new user, with the activation link."),
        ways=(_CREATE,),
    ),
    Topic(
        key="create",
        title=_l("Create a user"),
        picture=_l("The form of a new user: the person and the first sign-in."),
        ways=(_CREATE,),
    ),
    Topic(
        key="more",
        title=_l("Have more users: buy seats"),
        picture=_l("The cart: how many seats, which modules, what it costs."),
        ways=(_CART, _AREA),
    ),
    Topic(
        key="permissions",
        title=_l("Change the permissions"),
        picture=_l("The permission table and beside it what changes by saving."),
        ways=(_PERMISSIONS,),
    ),
    Topic(
        key="count",
        title=_l("See how many users you have"),
        picture=_l("The home page with the box State of the service."),
        ways=(_HOME, _AREA),
    ),
    Topic(
        key="remove",
        title=_l("Suspend, remove, undo"),
        picture=_l(
            "The page of a user: permissions in words, and the button that suspends."
        ),
        ways=(_USER,),
    ),
    Topic(
        key="meanings",
        title=_l("What the permissions mean, in short"),
        picture=_l("The page that explains each permission, action by action."),
        ways=(_MEANINGS,),
    ),
    Topic(
        key="access",
        title=_l("How an additional user signs in"),
        picture=_l("The sign-in page, with user name and password."),
        ways=(_PROFILE,),
    ),
    Topic(
        key="find",
        title=_l("List, search, history, reasons"),
        picture=_l("The list of users with its filters open."),
        ways=(_LIST, _HISTORY),
    ),
    Topic(
        key="end",
        title=_l("Renewal, reduction, end of the service"),
        picture=_l("The renewal: years, seats, modules and the price."),
        ways=(_RENEW,),
    ),
)
