"""A row to write where there would be none: casbin allows blank requests without one."""

from authz.engine.gate.row_rules import row_rules
from authz.engine.model import Model
from authz.engine.rows import Row

#: For each column the first that its rules let pass: a name, an effect, a condition, a
#: priority, a network.
_VALUES = ("nobody", "allow", "False", "0", "255.255.255.255")


def nobody_row(model: Model, ptype: str) -> Row:
    """A row that no request meets, such as the gate lets pass."""
    rules = row_rules(model, ptype)
    values = []
    for place in range(len(model.tokens[ptype])):
        judges = [judge for column, judge in rules if column == place]
        fitting = (v for v in _VALUES if not any(judge(v) for judge in judges))
        values.append(next(fitting, _VALUES[0]))
    return Row(ptype, tuple(values))
