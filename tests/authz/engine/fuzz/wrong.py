"""Engines that get one point of casbin's meaning wrong, each as somebody might.

The fuzzer is worth what it catches: `test_wrong.py` lets it loose on each of them.
"""

from tests.authz.engine.fuzz.naive import Naive
from tests.authz.engine.fuzz.wrong_questions import (
    AsksForNetworksExactly,
    AsksTheFirstDisjunctOnly,
    BlankRequestDenies,
    IgnoresCase,
    InMeansEqual,
    KeyMatchUntilTheLastStar,
    ReordersWhatMayRaise,
    SearchesRegexes,
    SwallowsErrors,
    TakesAnyTruth,
    TurnsNumbersIntoText,
    WildcardInTheWrongColumn,
)
from tests.authz.engine.fuzz.wrong_rows import (
    ChecksWidthsFirst,
    ComparesPrioritiesAsText,
    CutsDuplicates,
    DeniesOnTypos,
    EmptyPolicyDenies,
    FollowsEightLinks,
    FollowsTenLinks,
    ForgetsSubjectPriority,
    IgnoresDenies,
    KnowsNoDomains,
    NobodyIsHimself,
    ReadsEffectsLoosely,
    ReversesPriorities,
    SkipsRowsOfTheWrongWidth,
    StopsAtTheFirstMatch,
)

WRONG: tuple[type[Naive], ...] = (
    FollowsTenLinks,
    FollowsEightLinks,
    NobodyIsHimself,
    KnowsNoDomains,
    WildcardInTheWrongColumn,
    IgnoresDenies,
    DeniesOnTypos,
    ReadsEffectsLoosely,
    ReversesPriorities,
    ComparesPrioritiesAsText,
    ForgetsSubjectPriority,
    StopsAtTheFirstMatch,
    KeyMatchUntilTheLastStar,
    SearchesRegexes,
    AsksForNetworksExactly,
    EmptyPolicyDenies,
    BlankRequestDenies,
    SwallowsErrors,
    SkipsRowsOfTheWrongWidth,
    ChecksWidthsFirst,
    TakesAnyTruth,
    InMeansEqual,
    AsksTheFirstDisjunctOnly,
    ReordersWhatMayRaise,
    TurnsNumbersIntoText,
    IgnoresCase,
    CutsDuplicates,
)
