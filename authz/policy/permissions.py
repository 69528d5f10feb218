"""The switches an owner can turn, their prerequisites, and the sets that are legal."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from authz.errors import IllegalSetError, UnknownNameError

#: Largest legal sets kept; forgotten together when there are more.
REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Label:
    """The same words in both languages."""

    it: str
    en: str

    def text(self, language: str) -> str:
        """The words, `it` or else English."""
        return self.it if language == "it" else self.en


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """One switch.

    Attributes:
        name: `invoicing.send_sdi`.
        module: the row of the form it stands in.
        column: the column of the form it stands in.
        label_it: the switch's name, the same in every module.
        label_en: the same in English.
        meaning_it: what it lets do, at most 45 characters.
        meaning_en: the same in English.
        detail_it: what it lets do and what it does not.
        detail_en: the same in English.
        requires: what must be held before it counts.
        editions: the account editions it can be given in.
        grantable: whether an owner can give it at all.
        delegable: whether a delegation may hold it.
        delicate: whether the form warns.
        source: `guide`, or `ours` where the meaning is inferred.
    """

    name: str
    module: str
    column: str
    label_it: str
    label_en: str
    meaning_it: str
    meaning_en: str
    detail_it: str
    detail_en: str
    requires: tuple[str, ...]
    editions: frozenset[str]
    grantable: bool
    delegable: bool
    delicate: bool
    source: str

    def label(self, language: str) -> str:
        """The switch's name, `it` or else English."""
        return self.label_it if language == "it" else self.label_en

    def meaning(self, language: str) -> str:
        """One short line on what it lets do."""
        return self.meaning_it if language == "it" else self.meaning_en

    def detail(self, language: str) -> str:
        """One or two sentences on what it lets do and what it does not."""
        return self.detail_it if language == "it" else self.detail_en


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A ready-made role.

    Attributes:
        name: `role.bookkeeper`.
        permissions: what it holds; of `role.owner`, the never granted names too.
        label_it: its name in Italian.
        label_en: its name in English.
        meaning_it: one line.
        meaning_en: the same in English.
    """

    name: str
    permissions: frozenset[str]
    label_it: str
    label_en: str
    meaning_it: str
    meaning_en: str

    def label(self, language: str) -> str:
        """Its name, `it` or else English."""
        return self.label_it if language == "it" else self.label_en

    def meaning(self, language: str) -> str:
        """One short line on what it is for."""
        return self.meaning_it if language == "it" else self.meaning_en


class Permissions:
    """All permissions by name, in the order of the form.

    Attributes:
        modules: module -> its label, in the order of the form.
        columns: column -> its label, in the order of the form.
    """

    def __init__(
        self,
        permissions: Iterable[Permission],
        modules: Mapping[str, Label],
        columns: Mapping[str, Label],
    ) -> None:
        self._by_name = {permission.name: permission for permission in permissions}
        self._largest: dict[tuple[frozenset[str], bool], frozenset[str]] = {}
        self.modules, self.columns = dict(modules), dict(columns)

    def __getitem__(self, name: str) -> Permission:
        if name in self._by_name:
            return self._by_name[name]
        near = difflib.get_close_matches(name, self._by_name, n=1)
        hint = f"did you mean `{near[0]}`" if near else ""
        raise UnknownNameError("permission", name, hint)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def values(self) -> Collection[Permission]:
        """The permissions themselves, in the order of the form."""
        return self._by_name.values()

    def items(self) -> Collection[tuple[str, Permission]]:
        """Names with their permissions, in the order of the form."""
        return self._by_name.items()

    def get(self, name: str) -> Permission | None:
        """The permission, None when the name is none."""
        return self._by_name.get(name)

    def title(self, name: str, language: str) -> str:
        """Module and switch, for where the module is not in sight."""
        permission = self[name]
        module = self.modules[permission.module].text(language)
        return f"{module}: {permission.label(language)}"

    def missing(self, names: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Each permission that lacks a prerequisite, with those it lacks.

        Raises:
            UnknownNameError: one of the names is no permission.
        """
        absent = {
            name: tuple(need for need in self[name].requires if need not in names)
            for name in self._in_order(names)
        }
        return {name: needs for name, needs in absent.items() if needs}

    def require_legal(
        self,
        names: Collection[str],
        *,
        edition: str | None = None,
        delegable_only: bool = False,
    ) -> None:
        """Let a set pass that an owner may give.

        Raises:
            IllegalSetError: a prerequisite is missing, or a permission that this
                edition lacks, that no delegation may hold, or that nobody may give.
            UnknownNameError: one of the names is no permission.
        """
        missing = self.missing(names)
        forbidden = tuple(
            name
            for name in self._in_order(names)
            if not self._givable(name, edition, delegable_only)
        )
        if missing or forbidden:
            raise IllegalSetError(missing, forbidden)

    def largest_legal(
        self, names: Iterable[str], *, delegable_only: bool = False
    ) -> frozenset[str]:
        """The largest legal set inside names; names that are no permission fall out.

        There is exactly one: the union of two legal sets is legal.
        """
        # most seats of most accounts hold one of few sets
        asked = frozenset(names), delegable_only
        found = self._largest.get(asked)
        if found is None:
            if len(self._largest) >= REMEMBERED:
                self._largest.clear()
            found = self._largest[asked] = self._largest_legal(*asked)
        return found

    def _largest_legal(
        self, names: frozenset[str], delegable_only: bool
    ) -> frozenset[str]:
        held = {
            name
            for name in names
            if name in self and self._givable(name, None, delegable_only)
        }
        while missing := self.missing(held):
            held -= missing.keys()
        return frozenset(held)

    def legal_sets(
        self, modules: Collection[str] = ("documents", "payments", "orders")
    ) -> Iterator[frozenset[str]]:
        """Every legal set over invoicing and those modules, smallest first."""
        names = [
            name
            for name, permission in self._by_name.items()
            if permission.grantable and permission.module in ("invoicing", *modules)
        ]
        for size in range(len(names) + 1):
            for chosen in combinations(names, size):
                if not self.missing(chosen):
                    yield frozenset(chosen)

    def _in_order(self, names: Collection[str]) -> list[str]:
        order = list(self._by_name)
        return sorted(set(names), key=lambda name: order.index(self[name].name))

    def _givable(self, name: str, edition: str | None, delegable_only: bool) -> bool:
        permission = self[name]
        fits = edition is None or edition in permission.editions
        return (
            permission.grantable
            and fits
            and (permission.delegable or not delegable_only)
        )
