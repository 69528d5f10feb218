"""Running the story cases: facts to rows, rows to casbin, casbin against the lists."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from authz.engine import Evaluator, Model, ReferenceEvaluator, Row
from authz.errors import Fault, PolicyError, UnknownNameError
from authz.policy import Action, Catalogue, Grant, Release, policy_at
from authz.review.story import Ask, Case, read_cases
from authz.review.story_facts import NOW

EVERYTHING = "*"

MakeEvaluator = Callable[[Model, Sequence[Row]], Evaluator]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReport:
    """What the cases showed.

    Attributes:
        faults: each wrong answer and each case that can not be read, with its line.
        cases: how many cases ran.
        questions: how many answers were looked at.
        never_allowed: grants that no case allows by name, so nothing shows their use.
    """

    faults: tuple[Fault, ...]
    cases: int
    questions: int
    never_allowed: tuple[Grant, ...]

    @property
    def ok(self) -> bool:
        """Whether every answer was as the cases say."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Expected:
    resource: str
    action: str
    allowed: bool
    written: str

    @property
    def wrong(self) -> str:
        said, found = ("allows", "denies") if self.allowed else ("denies", "allows")
        return f"it {said} `{self.resource}.{self.action}`, the policy {found} it"


def case_texts(release: Release) -> dict[str, str]:
    """The case files of a release."""
    return {
        file: content.decode()
        for file, content in release.files.items()
        if file.startswith("cases/")
    }


def run_cases(
    release: Release,
    texts: Mapping[str, str],
    evaluator: MakeEvaluator = ReferenceEvaluator,
) -> CaseReport:
    """Ask everything the case files state."""
    faults: list[Fault] = []
    cases: list[Case] = []
    for file, text in texts.items():
        try:
            cases += read_cases(text, file)
        except PolicyError as error:
            faults += error.faults
    if not cases:
        faults.append(
            Fault(code="DLG141", message="there is no case at all: write one")
        )
    questions = 0
    shown: set[str] = set()
    for case in cases:
        run = _Run(release, case, evaluator)
        for ask in case.asks:
            run.ask(ask, texts[case.file].splitlines())
        faults += run.faults
        questions += run.questions
        shown |= run.shown
    return CaseReport(
        faults=tuple(faults),
        cases=len(cases),
        questions=questions,
        never_allowed=tuple(
            release.grant_for(action)
            for action in release.catalogue
            if action.key not in shown
        ),
    )


class _Run:
    """One case against the release; its accounts never see each other's rows."""

    def __init__(self, release: Release, case: Case, evaluator: MakeEvaluator) -> None:
        self._release, self._case, self._make = release, case, evaluator
        self._evaluators: dict[str, Evaluator] = {}
        self.faults: list[Fault] = []
        self.questions = 0
        self.shown: set[str] = set()

    def ask(self, ask: Ask, lines: list[str]) -> None:
        try:
            expected = list(_expected(self._release.catalogue, ask))
        except UnknownNameError as error:
            self._fault(ask.line, str(error))
            return
        for item in expected:
            request = (ask.subject, ask.account, item.resource, item.action)
            answer = self._evaluator(ask.account).decide(request)
            self.questions += 1
            if answer != item.allowed:
                self._fault(_line(lines, ask.line, item.written), item.wrong)
            elif answer and item.written != EVERYTHING:
                self.shown.add(f"{item.resource}.{item.action}")

    def _evaluator(self, account: str) -> Evaluator:
        if account not in self._evaluators:
            dated = self._case.rows.get(account, ())
            rows = policy_at(self._release, account, dated, NOW).rows
            self._evaluators[account] = self._make(self._release.model, rows)
        return self._evaluators[account]

    def _fault(self, line: int, text: str) -> None:
        message = f'case "{self._case.name}": {text}'
        fault = Fault(code="DLG140", message=message, file=self._case.file, line=line)
        self.faults.append(fault)


def _expected(catalogue: Catalogue, ask: Ask) -> Iterator[_Expected]:
    allowed = _each(catalogue, ask.allow, allowed=True)
    yield from allowed
    yield from _each(catalogue, ask.deny, allowed=False)
    for written in ask.unknown:
        yield _unknown(catalogue, written)
    if ask.rest_is_denied:
        named = {(item.resource, item.action) for item in allowed}
        for action in catalogue:
            if (action.resource, action.name) not in named:
                yield _Expected(action.resource, action.name, False, "deny")


def _each(
    catalogue: Catalogue, names: tuple[str, ...], *, allowed: bool
) -> list[_Expected]:
    return [
        _Expected(action.resource, action.name, allowed, written)
        for written in names
        for action in _named(catalogue, written)
    ]


def _named(catalogue: Catalogue, written: str) -> list[Action]:
    """The actions of a name or pattern, `quote.*`; none is an error."""
    if "*" not in written:
        return [catalogue.named(written)]
    found = [action for action in catalogue if fnmatchcase(action.key, written)]
    if not found:
        raise UnknownNameError("action", written, "the pattern matches nothing")
    return found


def _unknown(catalogue: Catalogue, written: str) -> _Expected:
    resource, _, action = written.partition(".")
    if catalogue.find(resource, action):
        raise UnknownNameError("name", written, "the catalogue has it: use deny")
    return _Expected(resource, action, False, written)


def _line(lines: list[str], start: int, written: str) -> int:
    """Where the name stands, at or after the line on which its lists begin."""
    for number, line in enumerate(lines[start - 1 :], start=start):
        if f'"{written}"' in line:
            return number
    return start
