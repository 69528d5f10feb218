"""casbin's own matching functions, their answers remembered.

They parse no matcher, so they need no lock. Each remembers a bounded number of answers
for the whole process: an answer depends on nothing but the two texts.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from casbin.util import builtin_operators as casbin_functions

Function = Callable[[Any, Any], object]

#: Answers kept of each function; the least recently asked is dropped.
REMEMBERED = 4_096
STAR = "*"
#: What `prefix_length` says of a pattern without a star.
WHOLE = -1

key_match: Function = casbin_functions.key_match


def _remembered(function: Function) -> Function:
    remembering = lru_cache(maxsize=REMEMBERED)(function)

    @wraps(function)
    def ask(one: object, two: object) -> object:
        # 1 and True are one key of a cache and two values of a pattern
        if type(one) is str and type(two) is str:
            return remembering(one, two)
        return function(one, two)

    return ask


FUNCTIONS: dict[str, Function] = {
    "keyMatch": key_match,
    "keyMatch2": _remembered(casbin_functions.key_match2),
    "keyMatch3": _remembered(casbin_functions.key_match3),
    "keyMatch4": _remembered(casbin_functions.key_match4),
    "keyMatch5": _remembered(casbin_functions.key_match5),
    "regexMatch": _remembered(casbin_functions.regex_match),
    "globMatch": _remembered(casbin_functions.glob_match),
    "ipMatch": _remembered(casbin_functions.ip_match),
    # depends on the clock
    "timeMatch": casbin_functions.time_match_func,
}

#: Those that raise on no two texts; a bad pattern raises in the others.
TOTAL_FUNCTIONS = frozenset({"keyMatch"})


def prefix_length(pattern: str) -> int:
    """How many characters of a key `keyMatch` compares; WHOLE: all, to the end.

    With a star at i it compares `key[:i] == pattern[:i]`, whatever follows the star.
    """
    return pattern.find(STAR)
