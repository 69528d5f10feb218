"""Random models of casbin's whole family, built column by column."""

from random import Random

from tests.authz.engine.fuzz.case import (
    ALLOW,
    EFFECTS,
    PRIORITY,
    SUBJECT_PRIORITY,
    Node,
    Shape,
)
from tests.authz.engine.fuzz.words import ADDRESSES, KINDS, PATTERNS, likely

OWN_MATCHER: Node = (
    "and",
    (
        "r.obj == p.obj",
        "r.act == p.act",
        'keyMatch(r.sub, "a*")',
        'keyMatch(r.dom, "d*")',
        "g2(r.dom, p.service)",
        "g(r.sub, p.sub, r.dom)",
        ("or", ('p.and_sub == "-"', "g(r.sub, p.and_sub, r.dom)")),
    ),
)
PATTERN_FUNCTIONS = tuple(name for name in PATTERNS if name != "ipMatch")


def a_shape(random: Random) -> Shape:
    """A model."""
    if likely(random, 0.08):
        return _our_own(random)
    if likely(random, 0.06):
        return _plain_subjects(random)
    columns = ["sub", "obj", "act"]
    if likely(random, 0.4):
        columns.insert(random.choice((1, 1, 1, 3)), "dom")
    columns += [extra for extra in ("path", "ip", "level") if likely(random, 0.12)]
    policy = [c for c in columns if c in ("sub", "obj") or likely(random, 0.93)]
    if likely(random, 0.05):
        policy.append("cond")
    effect = random.choice(EFFECTS) if likely(random, 0.75) else ALLOW
    if likely(random, 0.85 if effect != ALLOW else 0.2):
        policy.append("eft")
    if likely(random, 0.6 if effect == PRIORITY else 0.03):
        policy.insert(random.choice((0, len(policy))), "priority")
    links = _links(random, columns, needs_g=effect == SUBJECT_PRIORITY)
    maker = _Matcher(random, tuple(columns), tuple(policy), dict(links))
    second = maker.whole() if likely(random, 0.04) else ""
    return Shape(tuple(columns), tuple(policy), links, effect, maker.whole(), second)


def _our_own(random: Random) -> Shape:
    """The model that Delega itself runs on, in the words of this folder."""
    policy = ("sub", "and_sub", "service", "obj", "act")
    links = (("g", 3), ("g2", 2))
    parts = list(OWN_MATCHER[1])
    if likely(random, 0.5):
        random.shuffle(parts)
    request = ("sub", "dom", "obj", "act")
    return Shape(request, policy, links, ALLOW, ("and", tuple(parts)))


def _plain_subjects(random: Random) -> Shape:
    """Little but roles: what subject priority is made for, and long chains show in."""
    columns = ("sub", "act") if likely(random, 0.5) else ("sub", "dom", "act")
    width = len(columns)
    domain = ", r.dom" if width == 3 else ""
    parts = [f"r.{c} == p.{c}" for c in columns[1:]]
    matcher = ("and", (f"g(r.sub, p.sub{domain})", *parts))
    links = (("g", width),)
    effect = SUBJECT_PRIORITY if likely(random, 0.6) else random.choice(EFFECTS)
    return Shape(columns, (*columns, "eft"), links, effect, matcher)


def _links(
    random: Random, columns: list[str], *, needs_g: bool
) -> tuple[tuple[str, int], ...]:
    if not needs_g and likely(random, 0.2):
        return ()
    width = 3 if "dom" in columns and likely(random, 0.85) else 2
    found = [("g", width)]
    if likely(random, 0.2):
        found.append(("g2", random.choice((2, 2, 3)) if "dom" in columns else 2))
        if likely(random, 0.3):
            found.append(("g3", 2))
    if likely(random, 0.01):
        found[0] = ("g", 4)  # casbin knows no such link
    return tuple(found)


class _Matcher:
    """Atoms for the columns of one model."""

    def __init__(
        self,
        random: Random,
        request: tuple[str, ...],
        policy: tuple[str, ...],
        links: dict[str, int],
    ) -> None:
        self._random, self._links = random, links
        self._request = request
        self._policy = tuple(c for c in policy if c not in ("eft", "priority"))
        self._pattern = random.choice(PATTERN_FUNCTIONS)

    def whole(self) -> Node:
        """A conjunction, or several of them."""
        random = self._random
        parts = [self._conjunction()]
        if likely(random, 0.12):
            parts.append(self._conjunction())
        if likely(random, 0.12):
            parts.insert(random.choice((0, len(parts))), 'r.sub == "admin"')
        if likely(random, 0.025):
            parts.append(self._odd())
        return ("or", tuple(parts)) if len(parts) > 1 else parts[0]

    def _conjunction(self) -> Node:
        random = self._random
        parts: list[Node] = [
            self._column(c) for c in self._policy if likely(random, 0.93)
        ]
        if likely(random, 0.25):
            parts.append(self._extra())
        if len(parts) > 1 and likely(random, 0.12):
            parts = self._nested(parts)
        if likely(random, 0.015):
            parts.append(self._odd())
        if likely(random, 0.6):
            random.shuffle(parts)
        if not parts:
            return self._extra()
        return ("and", tuple(parts)) if len(parts) > 1 else parts[0]

    def _nested(self, parts: list[Node]) -> list[Node]:
        """Two of the parts put into one, or one turned round."""
        random = self._random
        one, other, *rest = random.sample(parts, len(parts))
        both: Node = (random.choice(("and", "or")), (one, other))
        if likely(random, 0.3):
            both = ("not", (both,))
        if likely(random, 0.3):
            both = ("or", (("and", (both, self._extra())), self._extra()))
        return [both, *rest]

    def _column(self, column: str) -> Node:
        random = self._random
        if column == "cond":
            return "eval(p.cond)"
        if column not in self._request:
            return f'p.{column} == "{random.choice(KINDS[column])}"'
        here, there = f"r.{column}", f"p.{column}"
        if column == "sub" and "g" in self._links and likely(random, 0.75):
            return self._role("g", here, there)
        if column == "obj" and "g2" in self._links and likely(random, 0.75):
            return self._role("g2", here, there)
        if column == "act" and "g3" in self._links and likely(random, 0.5):
            return self._role("g3", here, there)
        if column == "path":
            return f"{self._pattern}({here}, {there})"
        if column == "ip":
            return f"ipMatch({here}, {there})"
        return self._plain(here, there)

    def _plain(self, here: str, there: str) -> Node:
        random = self._random
        wild: Node = ("or", (f"{here} == {there}", f'{there} == "*"'))
        choices: list[Node] = [f"{here} == {there}"] * 8
        choices += [f"{there} == {here}", wild, wild, wild]
        choices += [("or", (f'{there} == "*"', f"{here} == {there}"))]
        choices += [f'{there} in ({here}, "*")', f"{here} in {there}"]
        choices += [f"{here} != {there}", ("not", (f"{here} == {there}",))]
        choices += [f"{self._pattern}({here}, {there})"] * 2
        return random.choice(choices)

    def _role(self, name: str, here: str, there: str) -> Node:
        random = self._random
        if self._links[name] == 2:
            call = f"{name}({here}, {there})"
            if likely(random, 0.03):
                call = f"{name}({here}, {there}, {random.choice((here, there))})"
            return ("not", (call,)) if likely(random, 0.03) else call
        known = ["r.dom"] * 6 + ['"d1"']
        if "dom" in self._policy:
            known += ["p.dom"] * 2
        call = f"{name}({here}, {there}, {random.choice(known)})"
        if likely(random, 0.03):
            call = f"{name}({here}, {there})"
        return ("or", (call, f'{there} == "*"')) if likely(random, 0.1) else call

    def _extra(self) -> Node:
        """An atom that no column asks for by itself."""
        random = self._random
        other = random.choice(self._policy)
        word = random.choice(KINDS.get(other, ("x",)))
        choices: list[Node] = [
            f'r.act == "{random.choice(("read", "write"))}"',
            'r.act in ("read", "write")',
            f'p.{other} == "{word}"',
            f'p.{other} in ("{word}", "*")',
            'r.sub != ""',
            ("not", ('r.sub == "bob"',)),
            'keyMatch(r.sub, "a*")',
            ("or", ('r.act == "read"', 'r.sub == "alice"')),
            f"r.sub == p.{other}",
            "r.sub == r.obj",
            "p.sub != p.obj",
            "r.sub.age > 18",
            'r.sub.name == "alice"',
            "r.obj.owner == r.sub.name",
            "r.sub.name == p.sub",
            f'ipMatch("{random.choice(ADDRESSES)}", "10.0.0.0/8")',
            "True",
            f'r.act in ("read", p.{other})',
            f'p.{other} in [r.sub, "*", "data1"]',
            f"r.sub == p.sub and not r.act == p.{other}",
            f"r.sub=='alice' or p.{other}!='{word}'",
            f'keyMatch(p.{other}, "/a/*")',
            f"keyMatch(p.{other}, r.obj)",
            'regexMatch(r.act, "^(read|write)$")',
            f'globMatch(r.obj, "data*") || p.{other} == "*"',
            '"a" == "a"',
            'r.sub.items == "x"',
            'r.act == "àlice"',
        ]
        if "g" in self._links:
            domain = ', "d1"' if self._links["g"] == 3 else ""
            choices += [f'g(r.sub, "admin"{domain})', f"g(p.sub, r.sub{domain})"]
            choices += [f"g(r.sub.name, p.sub{domain})"]
        return random.choice(choices)

    def _odd(self) -> Node:
        """What few write and casbin still has an answer or an error for."""
        return self._random.choice(
            (
                "r.sub",
                "1",
                "1.5",
                "0.0",
                "p.sub",
                '"x"',
                "False",
                "unknown(r.sub)",
                "r.sub < p.sub",
                "r.sub.age + 1 > 19",
                "r.sub == p.sub == r.obj",
                'r.sub + "x" == p.sub',
                "regexMatch(r.sub, r.obj)",
                "keyMatch(r.sub)",
                'r.sub == "a.p.b"',
                'r.sub == "hi!"',
                "r.sub.name.x == 1",
                "p.sub in r.sub",
                "r.sub in [p.sub, p.obj]",
                "r.sub not in (p.sub, p.obj)",
                "r.sub is None",
                "keyGet(r.obj, p.obj) == 'x'",
                "r.sub == None",
                "r.sub == 1",
                "r.sub == True",
                "p.sub >= r.sub",
                "r.sub.__class__ == 1",
                "g(r.sub)",
                "p.sub if r.sub == p.sub else False",
                "(r.sub == p.sub) == (r.obj == p.obj)",
                "-1 < 2",
                "r.nothing == p.sub",
                "p.nothing == r.sub",
                "r.sub == 'alice' == True",
                "timeMatch('_', '_')",
                "not r.sub",
                "len(r.sub) > 2",
                "r.sub[0] == 'a'",
                "{'a': 1} == r.sub",
                "f'{r.sub}' == p.sub",
                "[x for x in (1,)] == r.sub",
            )
        )
