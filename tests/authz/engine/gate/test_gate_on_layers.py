"""Rows that all accounts share are gated once; over an account's it is all one gate."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from random import Random

import pytest

from authz.engine import Changed, Gate, Model, Row, gate, read_model
from authz.errors import ModelError, PolicyError, RowsError
from tests.authz.engine.strange import rows_of
from tests.authz.oracle import Account, Person
from tests.authz.world import RELEASE, policy_of

MODEL = read_model("""[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub, r.dom) && g2(r.dom, p.obj) && r.act == p.act
""")
SHARED = """
p, read, inv, view
p, send, inv, send
g, clerk, read, *
g, boss, send, *
g, boss, clerk, *
g2, free, inv
"""


def shared_rows(text: str = SHARED) -> list[Row]:
    return rows_of(text.strip().splitlines())


def faults(ask) -> list[tuple[str, str, int, str]]:
    try:
        ask()
    except PolicyError as error:
        return [(f.code, f.file, f.line, f.message) for f in error.faults]
    return []


def agreed(
    shared: Sequence[Row], rows: Sequence[Row], account: str, model: Model = MODEL
) -> list[str]:
    """The codes of `check`, once they are seen to be those of the whole."""
    layered = Gate(model, shared)
    whole = faults(lambda: gate(model, [*layered.seen_by(account), *rows]))
    assert faults(lambda: layered.check(rows, account)) == whole
    return [code for code, *_ in whole]


def own(*lines: str) -> list[Row]:
    return [
        Row(row.ptype, row.values, f"row {number}")
        for number, row in enumerate(rows_of(lines))
    ]


def test_rows_of_an_account_pass_on_top_of_the_shared_ones():
    rows = own("g, ann, s1, a1", "g, s1, boss, a1", "g2, a1, inv", "p, x, inv, y")
    assert agreed(shared_rows(), rows, "a1") == []
    assert not Gate(MODEL, shared_rows())._is_doubtful(rows, "a1")
    assert agreed(shared_rows(), [], "a1") == []


def test_accounts_see_their_own_name_where_shared_rows_hold_everywhere():
    seen = Gate(MODEL, shared_rows()).seen_by("a1")
    assert next(row.values for row in seen if row.ptype == "g") == (
        "clerk",
        "read",
        "a1",
    )
    assert seen[0] == shared_rows()[0]
    assert seen[2].place == shared_rows()[2].place
    other = Gate(MODEL, own("g, a, b, all", "g, a, b, *"), everywhere="all")
    assert [str(row) for row in other.seen_by("a1")] == ["g, a, b, a1", "g, a, b, *"]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["g, boss, clerk, a1"], ["DLG115"]),
        (["g2, free, inv"], ["DLG115"]),
        (["p, read, inv, view"], ["DLG115"]),
        (["g, ann, boss, a1"] * 2, ["DLG115"]),
        (["g, boss, clerk, a2"], []),
        (["g, read, boss, a1"], ["DLG116"] * 3),
        (["g, read, x, a1"], []),
        (
            [f"g, n{n}, n{n + 1}, a1" for n in range(3)] + ["g, n3, boss, a1"],
            ["DLG116"],
        ),
        ([f"g, n{n}, n{n + 1}, a1" for n in range(2)] + ["g, n2, boss, a1"], []),
        ([f"g, n{n}, n{n + 1}, a2" for n in range(3)] + ["g, n3, boss, a2"], []),
        (["g, ann, boss"], ["DLG112"]),
        (["g3, ann, boss"], ["DLG111"]),
        (["p, , inv, view"], ["DLG113"]),
        (["g, ann, ann, a1"], ["DLG116"]),
    ],
)
def test_what_concerns_both_is_found(lines, wanted):
    assert agreed(shared_rows(), own(*lines), "a1") == wanted


def test_shared_rows_that_are_wrong_are_wrong_in_every_account():
    assert agreed(own("p, a, b"), [], "a1") == ["DLG112"]
    assert agreed([], own("p, a, b, c"), "a1") == []
    assert agreed([], [], "a1") == ["DLG110"]
    text = SHARED + "g, boss, clerk, a1"
    assert agreed(shared_rows(text), [], "a1") == ["DLG115"]
    assert agreed(shared_rows(text), [], "a2") == []
    assert agreed(shared_rows(), [], "a 1,") == ["DLG118"] * 3


def test_a_model_with_a_trap_lets_no_account_pass():
    model = read_model(MODEL.text + "M = x\n")
    with pytest.raises(ModelError):
        Gate(model, shared_rows()).check([], "a1")


def test_the_rows_of_an_account_of_delega_are_looked_at_alone():
    rows = policy_of({"ann": Person(), "bob": Person()}, Account()).rows
    layered = Gate(RELEASE.model, RELEASE.rows)
    shared, added = rows[: len(RELEASE.rows)], rows[len(RELEASE.rows) :]
    assert layered.seen_by("a_1") == shared
    assert not layered._is_doubtful(added, "a_1")
    layered.check(added, "a_1")
    with pytest.raises(RowsError, match="the same row stands at"):
        layered.check([*added, added[0]], "a_1")


#: Shared rows lead up the alphabet, and an account's begin at names of its own, mostly.
ABOVE, OWN = "abcdefg", "klmn"
NOBODY = Row("p", ("nobody", "x", "y"))


def a_chain(walk: str, domain: str) -> list[Row]:
    return [Row("g", (*pair, domain)) for pair in pairwise(walk)]


def a_layer(random: Random) -> list[Row]:
    """Rows that all accounts share."""
    found = [] if random.random() < 0.05 else [NOBODY]
    for _ in range(random.randint(0, 6)):
        pair = sorted(random.sample(ABOVE, 2))
        domain = random.choice(["*"] * 40 + ["a1", "a2"])
        found.append(Row("g", (*pair, domain)))
    if random.random() < 0.3:
        found += a_chain(ABOVE[: random.randint(2, 5)], "*")
    return list(dict.fromkeys(found))


def an_account(random: Random, shared: list[Row]) -> list[Row]:
    """Rows of an account, one of which may be wrong, alone or on top of the others."""
    found = []
    for _ in range(random.randint(0, 4)):
        start = random.choice(OWN)
        goals = [name for name in OWN if name > start] + list(ABOVE)
        domain = "a1" if random.random() < 0.9 else "a2"
        found.append(Row("g", (start, random.choice(goals), domain)))
    if random.random() < 0.3:
        walk = OWN[-random.randint(1, 4) :] + random.choice(ABOVE[:3])
        found += a_chain(walk, "a1")
    found = list(dict.fromkeys(found))
    anywhere = random.sample([*ABOVE, *OWN, "*"], 2)
    wrong: list[list[Row]] = [[]] * 6
    wrong += [[Row("g", (*anywhere, "a1"))], [Row("g2", tuple(anywhere))]]
    wrong += [random.choices([*found, NOBODY])]
    wrong += [[Row("p", ("a", "b", random.choice(["c", "", "a,b", "(", "é"])))]]
    wrong += [[Row(random.choice(["g", "g3", "p"]), tuple(anywhere))]]
    if shared:
        row = random.choice(shared)
        wrong += [[Row(row.ptype, (*row.values[:2], "a1"))], [row]]
    return [*found, *random.choice(wrong)]


def test_layers_are_gated_as_the_whole_is():
    refused: Counter[bool] = Counter()
    alone = 0
    for seed in range(4000):
        random = Random(seed)  # noqa: S311  (a sample)
        shared = a_layer(random)
        rows = an_account(random, shared)
        account = random.choice(["a1"] * 20 + ["a2", "*", "", "a,"])
        refused[bool(agreed(shared, rows, account))] += 1
        alone += not Gate(MODEL, shared)._is_doubtful(rows, account)
    assert min(refused.values()) > 1000, refused
    assert alone > 1000  # else it proves nothing about the quick way


NAMES = ("ann", "bob", "clerk", "boss", "s1", "s2", "s3", "s4", "free", "read")


def test_rows_after_a_change_are_told_as_all_of_them() -> None:
    layered, plain, seen = Gate(MODEL, shared_rows()), 0, Counter[bool]()
    for number in range(1_500):
        draw = Random(f"gate after {number}")  # noqa: S311  (no secret)
        old, new = some_links(draw), some_links(draw)
        new = old[draw.randrange(2) :] + new[: draw.randrange(3)]
        if faults(partial(layered.check, old, "acme")):
            continue
        if not layered.check(old, "acme"):
            continue
        plain += 1
        moved = [row for row in (*old, *new) if (row in old) != (row in new)]
        starts = frozenset(row.values[0] for row in (*moved, *doubles(new)))
        changed = Changed(starts, [row for row in new if row.values[0] in starts])
        told = faults(partial(layered.check_after, new, "acme", changed))
        assert told == faults(partial(layered.check, new, "acme")), (old, new)
        seen[bool(told)] += 1
        if not told and layered.check_after(new, "acme", changed):
            assert layered.check(new, "acme")
    assert plain > 300
    assert min(seen.values()) > 50


def test_a_link_that_begins_at_a_shared_name_is_looked_at_with_all() -> None:
    layered = Gate(MODEL, shared_rows())
    old, new = own("g, ann, clerk, acme"), own("g, read, bob, acme")
    assert layered.check(old, "acme")
    changed = Changed(frozenset({"read"}), new)
    assert layered.check_after([*old, *new], "acme", changed) is False
    assert layered.check([*old, *new], "acme") is False


def some_links(draw: Random) -> list[Row]:
    own = NAMES[:2] + NAMES[4:8]
    links = {
        (draw.choice(own), draw.choice(NAMES), "acme") for _ in range(draw.randrange(6))
    }
    return [Row("g", values) for values in sorted(links)]


def doubles(rows: Sequence[Row]) -> list[Row]:
    return [row for row, times in Counter(rows).items() if times > 1]
