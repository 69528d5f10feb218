"""What a model.conf says to a reader and not to casbin, told with what to write."""

import re

from authz.engine import Trap, conf_traps, read_model
from authz.errors import Fault, ModelError
from authz.review.strangers.finding import Finding

#: What casbin does, and what to write: "" for what the fault itself says.
_FAULT_SAYS = {
    "DLG001": ("can not load the model", "a model.conf that casbin's own editor takes"),
    "DLG002": ("loads the model and raises on every request", "the section as named"),
    "DLG003": (
        "takes the comment or mark for part of the name: no rule about it ever matches",
        "plain names; comments on lines of their own",
    ),
    "DLG004": ("raises on every request that gets there", "g = _, _ in it"),
    "DLG005": ("refuses to start", ""),
}


def model_findings(text: str, file: str) -> list[Finding]:
    """Everything about a model.conf alone."""
    try:
        traps = read_model(text, file).traps
    except ModelError as error:
        found = [of_trap(trap, file) for trap in conf_traps(text)]
        return found + [_of_fault(f) for f in error.faults if not _is_said(f, found)]
    return [of_trap(trap, file) for trap in traps]


def of_trap(trap: Trap, file: str) -> Finding:
    """The finding about a trap of the model."""
    return Finding(
        code=trap.code,
        file=file,
        line=trap.line,
        wrong=trap.wrong,
        casbin=trap.casbin,
        instead=trap.instead,
    )


def _is_said(fault: Fault, found: list[Finding]) -> bool:
    """Whether a trap is the fault's cause: a section that only has another name."""
    section = re.search(r"\[\w+\]", fault.message)
    is_renamed = fault.code == "DLG002" and section is not None
    said = " ".join(finding.instead for finding in found)
    is_named = section is not None and section[0] in said
    return (is_renamed and is_named) or fault.code in {one.code for one in found}


def _of_fault(fault: Fault) -> Finding:
    casbin, instead = _FAULT_SAYS[fault.code]
    wrong, _, asked = fault.message.partition("; write ")
    return Finding(
        code=fault.code,
        file=fault.file,
        line=fault.line,
        wrong=fault.message if instead else wrong,
        casbin=casbin,
        instead=instead or asked,
    )
