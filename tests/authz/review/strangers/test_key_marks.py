"""What is advised for a key pattern is none to advise about, whatever the pattern."""

from hypothesis import assume, given
from hypothesis import strategies as st

from authz.engine.patterns import FUNCTIONS
from authz.review.strangers.key_marks import escaped, live_marks, long_names

PLAIN = ("/a", "/b", "c", "-", "*", "/*", ":id", "{id}")
MARKS = (".", "+", "?", "^", "$", "|", "(x|y)", "[0-9]", r"\.", r"\d")
pieces = st.sampled_from((*PLAIN, *MARKS))
functions = st.sampled_from(["keyMatch2", "keyMatch3", "keyMatch4", "keyMatch5"])


@given(functions, st.lists(pieces, min_size=1, max_size=4).map("".join))
def test_an_escaped_pattern_can_be_read_and_has_no_live_mark(function, pattern):
    pattern = f"/{pattern}"
    assume(_can_be_read(function, pattern))
    assume(not list(long_names(function, pattern)))
    advised = escaped(function, pattern, live_marks(function, pattern))
    assert _can_be_read(function, advised)
    assert live_marks(function, advised) == []


def _can_be_read(function: str, pattern: str) -> bool:
    try:
        FUNCTIONS[function]("x", pattern)
    except Exception:  # noqa: BLE001  (whatever it is, it is the pattern's)
        return False
    return True
