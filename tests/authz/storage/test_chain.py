"""The hash chain finds whatever was done to the history."""

from dataclasses import replace

import pytest

from authz.engine import Row
from authz.policy import DatedRow
from authz.storage import Change, ChangeRecord, MemoryStore, broken_links

STORE = MemoryStore()
for number in range(4):
    with STORE.writing() as writing:
        row = DatedRow(Row("g", (f"u_{number}", "s_1", "a_1")))
        writing.apply(
            Change(account="a_1", actor="u_9", kind="test", node="u_1", add=[row])
        )
HISTORY = list(STORE.history())


def tampered(number: int, **facts: object) -> list[ChangeRecord]:
    return [
        replace(record, **facts) if place == number else record  # type: ignore[arg-type]
        for place, record in enumerate(HISTORY)
    ]


def test_an_untouched_history_has_no_broken_link() -> None:
    assert broken_links(HISTORY) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"actor": "u_1"},
        {"kind": "other"},
        {"node": "u_2"},
        {"before": ("x",)},
        {"after": ("x",)},
        {"added": ()},
        {"removed": ("x",)},
        {"account": "a_2"},
        {"reason_hash": "0"},
        {"previous_hash": "0" * 64},
        {"hash": "0" * 64},
    ],
)
def test_an_altered_entry_is_named(facts: dict[str, object]) -> None:
    faults = broken_links(tampered(1, **facts))
    assert faults[0].file in ("revision 2", "revision 3")


def test_a_missing_entry_is_named() -> None:
    faults = broken_links([HISTORY[0], *HISTORY[2:]])
    assert faults[0].code == "DLG501"


def test_swapped_entries_are_named() -> None:
    assert broken_links([HISTORY[1], HISTORY[0], *HISTORY[2:]])
