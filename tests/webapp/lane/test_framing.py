"""However a request is framed or torn, both workers answer the same bytes.

The same bytes go to a worker with the lane and to a stock one, over real sockets; what
comes back until the end must be one, and so must the number of decisions made.
"""

import json
import random
from collections.abc import Iterable

import pytest

from tests.builders import Company
from tests.webapp.decisions.asking import question
from tests.webapp.lane.conftest import Doors
from tests.webapp.lane.serving import decided, masked, statuses
from tests.webapp.lane.shapes import Asking, Case, cases

NAMES = [name for name, *_ in cases(Asking("k", b"{}" * 40))]
#: Those that are cut at random: small ones.
SEEDS = range(6)


@pytest.fixture(scope="module")
def asking(company: Company, key: str) -> Asking:
    body = json.dumps(question(company.owner, company.id)).encode()
    return Asking(key, body)


@pytest.fixture(scope="module")
def known(asking: Asking) -> dict[str, Case]:
    return {case[0]: case for case in cases(asking)}


def answered(
    doors: Doors, parts: Iterable[bytes], pause: float = 0.0
) -> tuple[bytes, int]:
    """What both said, and the decisions that each made for it."""
    parts = list(parts)
    found = []
    for door in (doors.stock, doors.lane):
        before = decided(doors.app)
        raw = masked(door.exchange(parts, pause))
        found.append((raw, decided(doors.app) - before))
    assert found[1] == found[0], parts
    return found[0]


@pytest.mark.parametrize("name", NAMES)
def test_both_frame_it_alike(doors: Doors, known: dict[str, Case], name: str) -> None:
    _, wanted, made, data = known[name]
    raw, decisions = answered(doors, [data])
    assert (statuses(raw), decisions) == (wanted, made)


@pytest.mark.parametrize("name", NAMES)
def test_a_body_in_a_second_segment_changes_nothing(
    doors: Doors, known: dict[str, Case], name: str
) -> None:
    _, wanted, made, data = known[name]
    head, end, body = data.partition(b"\r\n\r\n")
    raw, decisions = answered(doors, [head + end, body], pause=0.003)
    assert (statuses(raw), decisions) == (wanted, made)


@pytest.mark.parametrize("name", [each for each in NAMES if "KiB" not in each][::4])
def test_bytes_that_come_one_by_one_change_nothing(
    doors: Doors, known: dict[str, Case], name: str
) -> None:
    _, wanted, made, data = known[name]
    raw, decisions = answered(doors, [bytes([each]) for each in data])
    assert (statuses(raw), decisions) == (wanted, made)


@pytest.mark.parametrize("seed", SEEDS)
def test_cuts_at_random_places_change_nothing(
    doors: Doors, known: dict[str, Case], seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  (no secret)
    small = [data for *_, data in known.values() if len(data) < 3_000]
    for _ in range(10):
        stream = b"".join(dice.choices(small, k=dice.randint(1, 4)))
        cuts = sorted(dice.choices(range(len(stream)), k=dice.randint(0, 6)))
        parts = [
            stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        ]
        answered(doors, parts, pause=dice.choice([0.0, 0.002]))
