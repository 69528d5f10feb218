"""The loop: case after case of a seed, counted, until a difference or the end."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from casbin.core_enforcer import EnforceContext

from authz.engine import Evaluator, Model, ReferenceEvaluator, Row
from tests.authz.engine.fuzz.case import Case
from tests.authz.engine.fuzz.compare import (
    ERROR,
    ROWS,
    Difference,
    MakeEngine,
    answers,
    difference,
    model_of,
)
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.shrink import shrink
from tests.authz.engine.fuzz.under_test import is_compiled, left_to_casbin, why_not


@dataclass
class Tally:
    """What was asked so far."""

    models: int = 0
    refused: int = 0
    made: int = 0
    compiled: int = 0
    fallbacks: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    answers: Counter[object] = field(default_factory=Counter)
    differences: list[tuple[Case, Difference]] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """Requests asked of both."""
        return sum(n for key, n in self.answers.items() if key != ROWS)

    def __str__(self) -> str:
        share = 100 * self.compiled / max(self.made, 1)
        return (
            f"{self.models} models ({self.refused} more that no engine takes), "
            f"{share:.1f} % compiled; {self.requests} requests "
            f"({self.fallbacks} questions left to casbin): "
            f"{self.answers[True]} allowed, {self.answers[False]} denied, "
            f"{self.answers[ERROR]} errors on both sides; "
            f"{self.answers[ROWS]} sets of rows refused by both; "
            f"{len(self.differences)} differences"
        )

    def add(self, make: MakeEngine, case: Case) -> Difference | None:
        """Ask both one case."""
        model = model_of(case)
        if model is None:
            self.refused += 1
            return None
        self.models += 1
        wanted = answers(ReferenceEvaluator, model, case)
        self.answers.update([wanted] if isinstance(wanted, str) else wanted)
        recorder = _Recorder(make)
        found = difference(recorder, case, wanted)
        self.made += recorder.first is not None
        self.compiled += is_compiled(recorder.first)
        self.reasons.update(why_not(recorder.first))
        self.fallbacks += left_to_casbin(recorder.first)
        if found:
            self.differences.append((case, found))
        return found

    def take(self, other: "Tally") -> None:
        """Add what another has counted."""
        self.models += other.models
        self.refused += other.refused
        self.made += other.made
        self.compiled += other.compiled
        self.fallbacks += other.fallbacks
        self.reasons.update(other.reasons)
        self.answers.update(other.answers)
        self.differences += other.differences


class _Recorder:
    """Makes engines, and keeps the first."""

    def __init__(self, make: MakeEngine) -> None:
        self._make, self.first = make, None
        self.explains = getattr(make, "explains", True)

    def __call__(self, model: Model, rows: Sequence[Row]) -> Evaluator:
        made = self._make(model, rows)
        self.first = self.first or made
        return made


def run(
    make: MakeEngine,
    seed: int,
    *,
    cases: int = 0,
    seconds: float = 0,
    most: int = 1,
) -> Tally:
    """Ask until `cases` or `seconds` are over, or `most` differences are found."""
    tally = Tally()
    for case in _cases(seed, cases, seconds):
        tally.add(make, case)
        if len(tally.differences) >= most:
            break
    return tally


def _cases(seed: int, cases: int, seconds: float) -> Iterator[Case]:
    end = time.monotonic() + seconds
    for number in count():
        if number >= cases if cases else time.monotonic() > end:
            return
        yield a_case(seed, number)


def told(make: MakeEngine, case: Case) -> str:
    """A difference, shortened, as a test to paste."""
    small = shrink(case, lambda tried: difference(make, tried))
    found = difference(make, small)
    name = case.seed.replace(":", "_")
    rows = "".join(f"    Row({r.ptype!r}, {r.values!r}),\n" for r in small.rows)
    asked = "".join(f"    {_as_code(request)},\n" for request in small.requests)
    return (
        f"# seed {case.seed}; {found}\n"
        f'MODEL_{name} = """{small.shape.text}"""\n'
        f"ROWS_{name} = [\n{rows}]\n"
        f"REQUESTS_{name} = [\n{asked}]\n\n\n"
        f"def test_fuzzed_{name}():\n"
        f"    assert_same(MODEL_{name}, ROWS_{name}, REQUESTS_{name})\n"
    )


def _as_code(request: tuple[object, ...]) -> str:
    texts = [_value(value) for value in request]
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"


def _value(value: object) -> str:
    if isinstance(value, float) and value != value:
        return 'float("nan")'
    if isinstance(value, EnforceContext):
        return f"EnforceContext{value.rtype, value.ptype, value.etype, value.mtype}"
    return repr(value)
