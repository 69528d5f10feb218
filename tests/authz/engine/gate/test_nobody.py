"""The row that the gate advises where there is none passes the gate."""

import pytest

from authz.engine import gate, nobody_row, read_model
from authz.errors import RowsError
from tests.authz.engine.strange import ALLOW, DENY, raw, strange

CONDITION = strange(", rule, eft", matcher="r.obj == p.obj && eval(p.rule)")
PRIORITY = strange(", eft, priority", "priority(p.eft) || deny")
NETWORK = strange(matcher="r.sub == p.sub && ipMatch(r.obj, p.obj)")
#: Two rules that no one value passes.
BOTH = strange(matcher="ipMatch(r.obj, p.obj) && eval(p.obj)")


@pytest.mark.parametrize(
    "model",
    [ALLOW, DENY, CONDITION, PRIORITY, NETWORK],
    ids=["plain", "effect", "condition", "priority", "network"],
)
def test_the_row_that_nobody_meets_passes_the_gate(model, tmp_path):
    read = read_model(model)
    with pytest.raises(RowsError) as caught:
        gate(read, [])
    advised = str(caught.value.faults[0].message).rpartition("nobody meets, ")[2]
    row = nobody_row(read, "p")
    assert str(row) == advised
    gate(read, [row])
    assert raw(tmp_path, model, [advised]).enforce("", "10.0.0.1", "") is False


def test_a_column_that_takes_nothing_takes_nobody():
    assert nobody_row(read_model(BOTH), "p").values == ("nobody",) * 3
