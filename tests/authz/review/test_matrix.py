"""The table of permissions and actions, in its three forms."""

import csv
import io
import json

from authz.policy import default_folder, read_folder
from authz.review import matrix

RELEASE = read_folder(default_folder())


def test_every_action_has_a_line_and_every_need_a_mark():
    table = matrix(RELEASE)
    assert len(table.lines) == len(RELEASE.catalogue)
    for action in RELEASE.catalogue:
        marks = dict(zip(table.columns, table.lines[action.key], strict=True))
        assert {name for name, mark in marks.items() if mark} == set(
            RELEASE.grant_for(action).needs
        )


def test_two_needs_are_marked_otherwise_than_one():
    table = matrix(RELEASE)
    assert set(table.lines["draft.send"]) == {"", "yes"}
    assert set(table.lines["bank.create"]) == {"", "and"}


def test_a_module_is_shown_alone():
    assert set(matrix(RELEASE, module="peppol").lines) == {
        "peppol.enrol",
        "peppol.view_participant_id",
        "peppol.leave",
    }
    assert matrix(RELEASE, module="nothing").text().endswith("15\n")


def test_the_text_lines_up():
    lines = matrix(RELEASE, module="invoicing").text().splitlines()
    table = lines[lines.index("") + 1 :]
    (send,) = [line for line in table if line.startswith("draft.send ")]
    column = lines[3].split()
    assert column == ["4", "invoicing.send_sdi"]
    assert send.index("x") == table[0].index("  4") + 2
    assert send.endswith("invoicing:change")


def test_csv_and_json_say_the_same():
    table = matrix(RELEASE, module="invoicing")
    rows = list(csv.DictReader(io.StringIO(table.csv())))
    found = json.loads(table.json())
    assert (
        [r["action"] for r in rows] == [f["action"] for f in found] == list(table.lines)
    )
    for row, item in zip(rows, found, strict=True):
        assert row["service"] == item["service"]
        assert item["needs"] == [name for name in table.columns if row[name]]
