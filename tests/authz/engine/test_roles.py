"""Roles reach what casbin's role managers say they reach."""

from authz.engine import roles
from authz.engine.roles import Graph
from tests.authz.engine.builders import a_model, both, rows_of


def graph(text: str, width: int = 2) -> Graph:
    found = Graph(width)
    for line in text.splitlines():
        found.add(line.split())
    return found


def chain(count: int, ptype: str = "", domain: str = "") -> str:
    links = [f"{ptype} n{n} n{n + 1} {domain}" for n in range(count)]
    return "\n".join(links)


def test_nine_links_are_followed_and_the_tenth_is_lost():
    links = graph(chain(12))
    assert links.holds("n0", "n9")
    assert not links.holds("n0", "n10")
    rows = rows_of(f"p role x y z\n{chain(12, 'g2')}")
    requests = [("n0", "n9", "", ""), ("n0", "n10", "", ""), ("n3", "n12", "", "")]
    model = a_model("g2(r.sub, r.dom)")
    assert both(model, rows, requests) == [True, False, True]


def test_the_shortest_way_counts():
    links = graph(chain(12) + "\nn0 n8")
    assert links.holds("n0", "n12")


def test_a_name_reaches_itself_with_or_without_links():
    links = graph("alice admin")
    assert links.holds("alice", "alice")
    assert links.holds("nobody", "nobody")
    assert not links.holds("admin", "alice")


def test_a_cycle_is_harmless():
    links = graph("a b\nb c\nc a\na a")
    assert links.reached("b") == {"a", "b", "c"}


def test_a_link_counts_in_its_own_domain_alone():
    links = graph("alice admin x\nadmin boss y", width=3)
    assert links.holds("alice", "admin", "x")
    assert not links.holds("alice", "admin", "y")
    assert not links.holds("alice", "boss", "x")
    assert not links.holds("alice", "admin")


def test_a_graph_without_domains_ignores_the_domain_asked():
    assert graph("alice admin").holds("alice", "admin", "anywhere")
    rows = rows_of("p admin x y z\ng2 alice admin")
    model = a_model("g2(r.sub, p.sub, r.dom)")
    assert both(model, rows, [("alice", "q", "", "")]) == [True]


def test_a_graph_with_domains_asked_without_one_looks_in_the_blank_domain():
    rows = rows_of("p admin x y z\ng alice admin x\ng bob admin -")
    requests = [("alice", "x", "", ""), ("bob", "x", "", "")]
    assert both(a_model("g(r.sub, p.sub)"), rows, requests) == [False, True]


def test_columns_beyond_the_definition_are_ignored():
    links = graph("alice admin x more")
    assert links.holds("alice", "admin")


def test_unknown_names_are_never_kept():
    links = graph("alice admin")
    for number in range(1_000):
        links.reached(f"stranger{number}")
    assert len(links.known) == 0
    links.reached("alice")
    assert len(links.known) == 1


def test_what_is_kept_is_bounded_by_the_links(monkeypatch):
    monkeypatch.setattr(roles, "REMEMBERED", 1)
    monkeypatch.setattr(roles, "AT_LEAST", 0)
    links = graph("\n".join(f"u{n} role" for n in range(10)))
    for number in range(10):
        assert links.reached(f"u{number}") == {f"u{number}", "role"}
        assert links.reached(f"u{number}") is links.reached(f"u{number}")
        assert sum(map(len, links.known.values())) <= 10


def test_all_that_is_linked_once_is_kept():
    links = graph("\n".join(f"u{n} role" for n in range(50_000)))
    kept = [links.reached(f"u{number}") for number in range(50_000)]
    assert all(links.reached(f"u{n}") is found for n, found in enumerate(kept))


def test_chains_as_long_as_casbin_follows_are_all_kept():
    ladder = [f"r{n} r{n + 1}" for n in range(8)]
    links = graph("\n".join([*ladder, *(f"u{n} r0" for n in range(5_000))]))
    kept = [links.reached(f"u{number}") for number in range(5_000)]
    assert len(kept[0]) == 10
    assert all(links.reached(f"u{n}") is found for n, found in enumerate(kept))
