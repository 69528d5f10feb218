"""The closed list of what can be done: every action, with its words."""

import csv
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from authz.errors import Fault, PolicyError, UnknownNameError

FILE = "catalogue.csv"
COLUMNS = ["module", "action", "label_it", "label_en"]


@dataclass(frozen=True, slots=True)
class Action:
    """A verb on a noun of the panel, as `catalogue.csv` lists it.

    Attributes:
        module: the part of the panel it belongs to, `invoicing`.
        resource: the noun, `draft`.
        name: the verb, `send`.
        label_it: what the panel calls it, in Italian.
        label_en: the same in English.
        pair: noun and verb; one object for all who keep something by it, as there may
            be millions.
    """

    module: str
    resource: str
    name: str
    label_it: str
    label_en: str
    pair: tuple[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pair", (self.resource, self.name))

    @property
    def key(self) -> str:
        """Noun and verb as they are written everywhere: `draft.send`."""
        return f"{self.resource}.{self.name}"

    def label(self, language: str) -> str:
        """The words for people, `it` or else English."""
        return self.label_it if language == "it" else self.label_en


class Catalogue:
    """All actions in file order; names are exact, upper and lower case differ."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.actions = tuple(actions)
        self._by_key = {action.key: action for action in self.actions}
        self._by_pair = {action.pair: action for action in self.actions}
        self._resources = {action.resource for action in self.actions}

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    def __len__(self) -> int:
        return len(self.actions)

    def find(self, resource: str, action: str) -> Action | None:
        """The action of that noun and verb, None if the list lacks it."""
        return self._by_pair.get((resource, action))

    def has_resource(self, resource: str) -> bool:
        """Whether any action is about that noun."""
        return resource in self._resources

    def named(self, key: str) -> Action:
        """The action written `draft.send`.

        Raises:
            UnknownNameError: the list lacks it; the hint names the nearest.
        """
        if key in self._by_key:
            return self._by_key[key]
        near = difflib.get_close_matches(key, self._by_key, n=3)
        names = ", ".join(f"`{name}`" for name in near)
        hint = f"did you mean {names}" if near else f"see {FILE} for the list"
        raise UnknownNameError("action", key, hint)


def read_catalogue(text: str) -> Catalogue:
    """Read `catalogue.csv`.

    Raises:
        PolicyError: with every line that is not four filled columns or stands twice.
    """
    reader = csv.reader(text.splitlines(), strict=True)
    faults: list[Fault] = []
    actions: dict[str, Action] = {}
    try:
        if next(reader, None) != COLUMNS:
            wanted = ",".join(COLUMNS)
            faults.append(_fault(1, f"the first line must be `{wanted}`"))
        for cells in reader:
            problem = _problem(cells, actions)
            if problem:
                faults.append(_fault(reader.line_num, problem))
                continue
            module, key, label_it, label_en = cells
            resource, _, name = key.partition(".")
            actions[key] = Action(module, resource, name, label_it, label_en)
    except csv.Error as error:
        faults.append(_fault(reader.line_num, f"can not be read as csv: {error}"))
    if not actions and not faults:
        faults.append(_fault(1, "lists no action at all"))
    if faults:
        raise PolicyError(faults)
    return Catalogue(actions.values())


def _problem(cells: list[str], known: dict[str, Action]) -> str:
    if len(cells) != len(COLUMNS):
        return f"has {len(cells)} columns instead of {len(COLUMNS)}"
    if any(not cell or cell != cell.strip() for cell in cells):
        return "has an empty cell or one with blanks around it"
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", cells[1]):
        return f"names `{cells[1]}`; write noun.verb in lower case, as `draft.send`"
    return f"names `{cells[1]}` a second time" if cells[1] in known else ""


def _fault(line: int, text: str) -> Fault:
    return Fault(code="DLG120", message=text, file=FILE, line=line)
