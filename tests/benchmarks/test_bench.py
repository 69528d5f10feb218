"""The benchmarks run, and compare answers on the way; how long they take is not tested."""

import json

from tests.benchmarks.__main__ import PARTS, main


def test_a_quick_run_writes_every_part_and_finds_answers_equal(tmp_path, capsys):
    file = tmp_path / "bench.json"
    main(["--quick", "--json", str(file)])
    parts = json.loads(file.read_text())["parts"]
    assert list(parts) == list(PARTS)
    printed = capsys.readouterr().out
    for name, part in parts.items():
        assert part["answers_equal"] > 0, name
        for table in part["tables"]:
            assert table["title"] in printed
            assert table["lines"], table["title"]


def test_one_part_can_be_asked_for_alone(tmp_path, capsys):
    file = tmp_path / "bench.json"
    main(["--only", "rows", "--rows", "10", "--quick", "--json", str(file)])
    parts = json.loads(file.read_text())["parts"]
    assert list(parts) == ["rows"]
    assert [line["p rows"] for line in parts["rows"]["tables"][0]["lines"]] == [10]
    assert "accounts: " not in capsys.readouterr().out
