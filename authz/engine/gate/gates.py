"""The load gate: refuses the rows that casbin would read unsafely.

The engine equals casbin; this stands in front of it (docs/decisions/0003). Each rule
names the surprise it spares: see tests/authz/engine/test_gate.py, which shows it.
"""

from collections.abc import Iterable, Iterator, Sequence

from authz.engine.gate.chains import MAX_DEPTH, around, reaches
from authz.engine.gate.nobody import nobody_row
from authz.engine.gate.row_rules import (
    ColumnRule,
    any_value,
    fault_of,
    row_rules,
    rows_of_one_type,
)
from authz.engine.model import Model
from authz.engine.rows import Changed, Row
from authz.errors import Fault, ModelError, RowsError

#: In a shared row: whichever account asks.
EVERYWHERE = "*"

Rules = dict[str, list[ColumnRule]]
ByType = dict[str, list[Row]]


def gate(model: Model, rows: Sequence[Row]) -> None:
    """Let rows pass, or say everything that is wrong with them.

    Raises:
        ModelError: the model has something that casbin reads otherwise than it looks.
        RowsError: an empty policy, an unknown type, a wrong width, a blank or crossing
            value, an effect that is neither `allow` nor `deny`, a priority that is no
            number, a pattern or condition that casbin can not read, a duplicate, a
            cycle or a role chain longer than five links.
    """
    if model.traps:
        raise ModelError([trap.fault(model.file) for trap in model.traps])
    faults = row_faults(model, rows)
    if faults:
        raise RowsError(faults)


def row_faults(model: Model, rows: Sequence[Row]) -> list[Fault]:
    """What `gate` says of rows, whatever it says of their model."""
    return _faults(model, _rules_of(model), rows)


class Gate:
    """The gate for an account's rows, which come on top of rows that all accounts share.

    The shared rows are looked at once, here, and not again with each account.
    """

    def __init__(
        self, model: Model, shared: Sequence[Row], everywhere: str = EVERYWHERE
    ) -> None:
        """Take in the shared rows; whatever is wrong with them, `check` says it.

        Args:
            model: of these rows and of those to come.
            shared: in the domain column of links, `everywhere` stands for the account.
            everywhere: what accounts see their own name in place of.
        """
        self._model, self._shared, self._everywhere = model, tuple(shared), everywhere
        self._rules = _rules_of(model)
        self._is_sound = not model.traps and not _faults(model, self._rules, shared)
        by_type = _by_type(shared)
        links = {ptype: _names(by_type.get(ptype, ())) for ptype in model.links}
        self._names = {
            t: frozenset(n for p in ps for n in p) for t, ps in links.items()
        }
        self._beyond = {t: reaches(pairs)[:MAX_DEPTH] for t, pairs in links.items()}
        self._domains = {row.values[2] for row in shared if self._has_domain(row)}
        self._policies = {row for row in shared if row.ptype not in model.links}

    def check(self, rows: Sequence[Row], account: str) -> bool:
        """Raise what `gate` raises over the shared rows, as the account sees them, and these.

        INVARIANT: it looks at these rows alone only where that is enough to know that
        `gate` would let all of them pass; wherever it is not, it asks `gate`.

        Returns:
            Whether that was enough.
        """
        is_doubtful = self._is_doubtful(rows, account)
        if is_doubtful:
            gate(self._model, [*self.seen_by(account), *rows])
        return not is_doubtful

    def check_after(self, rows: Sequence[Row], account: str, changed: Changed) -> bool:
        """The same after a change of rows of which `check` said that it was enough.

        INVARIANT: a row and its double begin alike, so of the rows that did not change
        none is wrong by itself and none stands twice. A chain that was not there before
        goes through a link that begins where one changed.
        """
        is_doubtful = self._is_doubtful(changed.rows, account)
        if is_doubtful or self._may_deepen(rows, changed):
            gate(self._model, [*self.seen_by(account), *rows])
            return False
        return True

    def _may_deepen(self, rows: Sequence[Row], changed: Changed) -> bool:
        """Whether a new chain may be too long, domains not told apart."""
        for ptype, beyond in self._beyond.items():
            links = [row.values for row in rows if row.ptype == ptype]
            if reaches(around(links, changed.starts), beyond)[-1]:
                return True
        return False

    def seen_by(self, account: str) -> tuple[Row, ...]:
        """The shared rows, with the account's own name where they hold everywhere."""
        return tuple(
            Row(row.ptype, (*row.values[:2], account, *row.values[3:]), row.place)
            if self._has_domain(row) and row.values[2] == self._everywhere
            else row
            for row in self._shared
        )

    def _has_domain(self, row: Row) -> bool:
        return self._model.links.get(row.ptype, 0) > 2 and len(row.values) > 2

    def _is_doubtful(self, rows: Sequence[Row], account: str) -> bool:
        if not self._is_sound or account in self._domains - {self._everywhere}:
            return True
        by_type = _by_type(rows)
        return (
            any_value(account) is not None
            or bool(_faults_of_each(self._model, self._rules, rows, by_type))
            or _has_duplicates(by_type)
            or any(self._meets_shared(ptype, of_it) for ptype, of_it in by_type.items())
        )

    def _meets_shared(self, ptype: str, rows: Sequence[Row]) -> bool:
        """Whether these rows and the shared ones may be wrong together.

        Links that begin at no shared name are equal to no shared link, and make no
        shared link longer. What they lead to is known. Domains are not told apart here.
        """
        if ptype not in self._names:
            return not self._policies.isdisjoint(rows)
        pairs, shared = _names(rows), self._names[ptype]
        if any(start in shared for start, _ in pairs):
            return True
        return bool(reaches(pairs, self._beyond[ptype])[-1])


def _rules_of(model: Model) -> Rules:
    """What is asked of the values of each type of row."""
    types = [ptype for ptype in (*model.tokens, *model.links) if model.width(ptype)]
    return {ptype: row_rules(model, ptype) for ptype in types}


def _by_type(rows: Iterable[Row]) -> ByType:
    found: ByType = {}
    for row in rows:
        if row.ptype in found:
            found[row.ptype].append(row)
        else:
            found[row.ptype] = [row]
    return found


def _faults(model: Model, rules: Rules, rows: Sequence[Row]) -> list[Fault]:
    by_type = _by_type(rows)
    found = _faults_of_each(model, rules, rows, by_type)
    found += [*_no_policy(model, by_type), *_duplicates(rows, by_type)]
    if found:
        return found
    return [fault for ptype in model.links for fault in _chains(by_type.get(ptype, ()))]


def _faults_of_each(
    model: Model, rules: Rules, rows: Sequence[Row], by_type: ByType
) -> list[Fault]:
    """What is wrong with rows by themselves, in their order."""
    found: list[tuple[Row, Fault]] = []
    for ptype, of_type in by_type.items():
        if ptype in rules:
            found += rows_of_one_type(model, ptype, of_type, rules[ptype])
        else:
            text = f"the model has no type `{ptype}`; write one of {', '.join(rules)}"
            found += [(row, fault_of(row, "DLG111", text)) for row in of_type]
    if len(found) > 1:
        place_of = {id(row): place for place, row in enumerate(rows)}
        found.sort(key=lambda pair: place_of[id(pair[0])])
    return [fault for _, fault in found]


def _no_policy(model: Model, by_type: ByType) -> Iterator[Fault]:
    for ptype in model.tokens:
        if ptype.startswith("p") and ptype not in by_type:
            nobody = nobody_row(model, ptype)
            text = f"no {ptype} row at all: casbin answers blank requests with an allow"
            text = f"{text}; write one that nobody meets, {nobody}"
            yield Fault(code="DLG110", message=text)


def _has_duplicates(by_type: ByType) -> bool:
    return any(len({r.values for r in same}) < len(same) for same in by_type.values())


def _duplicates(rows: Sequence[Row], by_type: ByType) -> Iterator[Fault]:
    seen: dict[Row, str] = {}
    for row in rows if _has_duplicates(by_type) else ():
        if row in seen:
            text = f"the same row stands at {seen[row] or 'twice'}; write it once"
            yield fault_of(row, "DLG115", text)
        seen.setdefault(row, row.place)


def _chains(rows: Sequence[Row]) -> Iterator[Fault]:
    if not reaches(_names(rows))[-1]:
        return  # not even with all domains taken for one
    values = [row.values for row in rows]
    far = reaches([((v[0], *v[2:]), (v[1], *v[2:])) for v in values])[-1]
    told: set[tuple[str, ...]] = set()
    for row in rows:
        node = (row.values[0], *row.values[2:])
        if node in far and node not in told:
            told.add(node)
            text = f"a chain or cycle of more than {MAX_DEPTH} links starts here"
            yield fault_of(row, "DLG116", f"{text}; write fewer roles of roles")


def _names(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """From whom to whom, domains left out; what is too short is a fault already."""
    return [(v[0], v[1]) for v in (row.values for row in rows) if len(v) > 1]
