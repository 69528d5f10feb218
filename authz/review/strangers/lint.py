"""The whole of it: a model and rows in, findings out, each asked of casbin where it can be."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from authz.engine import Row, read_model
from authz.errors import ModelError
from authz.review.strangers.asked_rules import asked_doubts
from authz.review.strangers.effect_rules import effect_doubts
from authz.review.strangers.finding import Finding
from authz.review.strangers.line_rules import line_doubts
from authz.review.strangers.lines import Line, read_lines, table_lines
from authz.review.strangers.model_rules import model_findings
from authz.review.strangers.order_rules import order_doubts
from authz.review.strangers.reading import Doubt, Reading
from authz.review.strangers.row_rules import row_doubts
from authz.review.strangers.texts import shown_texts
from authz.review.strangers.traps import shown_traps
from authz.review.strangers.witness import SHOWN, Witness

#: Findings that say that casbin can not load the rows.
LOAD = frozenset({"DLG112", "DLG324", "DLG328"})
#: id, then ptype and v0 to v5.
TableRow = tuple[int, tuple[str | None, ...]]


def lint_files(
    model: str, policy: str, model_file: str, policy_file: str
) -> tuple[Finding, ...]:
    """A model.conf and a policy.csv, given as texts."""
    return _lint(model, model_file, read_lines(policy), policy_file, is_table=False)


def lint_table(
    model: str, rows: Iterable[TableRow], model_file: str, table: str
) -> tuple[Finding, ...]:
    """A model.conf and the rows of a `casbin_rule` table, in the order of their ids."""
    return _lint(model, model_file, table_lines(rows), table, is_table=True)


def _lint(
    text: str, model_file: str, lines: tuple[Line, ...], file: str, *, is_table: bool
) -> tuple[Finding, ...]:
    of_model = model_findings(text, model_file)
    try:
        model = read_model(text, model_file)
    except ModelError:
        return tuple(of_model)  # without a model rows mean nothing
    reading = Reading(model, file, lines, is_table)
    doubts = list(line_doubts(reading))
    skip = {doubt.finding.line for doubt in doubts}
    doubts += [*row_doubts(reading, skip), *order_doubts(reading)]
    doubts += [*effect_doubts(reading), *asked_doubts(reading)]
    asker = _Asker(reading)
    found = shown_texts(text, model_file, reading, of_model)
    found = shown_traps(reading, found)
    found += [asker.shown(doubt) for doubt in doubts]
    return tuple(sorted(found, key=lambda one: (one.file != model_file, one.line)))


class _Asker:
    """Shows doubts, so many of each kind."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._witness = Witness(reading.model, reading.rows)
        self._counted: Counter[str] = Counter()

    def shown(self, doubt: Doubt) -> Finding:
        code = doubt.finding.code
        self._counted[code] += 1
        if self._counted[code] > SHOWN:
            return doubt.finding
        return replace(doubt.finding, shown=self._ask(doubt))

    def _ask(self, doubt: Doubt) -> str:
        if doubt.about is None:
            is_of_p = (
                doubt.finding.code == "DLG110" and "no p row" in doubt.finding.wrong
            )
            return self._witness.of_blanks() if is_of_p else ""
        witness = self._of(doubt.about)
        if witness.refused:
            return witness.refused if doubt.finding.code in LOAD else ""
        near = [doubt.near] if doubt.near else []
        if not doubt.meant:
            return ""
        found = witness.against(doubt.meant, doubt.about, near, doubt.model)
        return f"{doubt.before}{found}" if found else ""

    def _of(self, about: Row) -> Witness:
        """Sound rows, and this one, which may break them."""
        reading = self._reading
        if reading.is_sound(about):
            return self._witness
        return Witness(reading.model, reading.with_(about, about))
