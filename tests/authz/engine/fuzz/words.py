"""The few names that fuzzed rows and requests are made of: few, so that they collide."""

from random import Random

from tests.authz.engine.fuzz.case import Thing

SUBJECTS = ("alice", "bob", "carla", "admin", "editor", "*")
CHAIN = tuple(f"r{n}" for n in range(13))
DOMAINS = ("d1", "d2", "d10", "*")
OBJECTS = ("data1", "data2", "data", "*")
PATHS = ("/a/1", "/a/2", "/a/1/b", "/a", "/a/", "/b/1?x=1", "/a/1/b/2")
ADDRESSES = ("10.0.0.1", "10.0.0.9", "10.1.0.1", "192.168.1.5", "::1")
ACTIONS = ("read", "write", "readwrite", "*")
LEVELS = ("1", "2", "3", "10")
ODD = ("", "àlice", "a\u0300lice", "ALICE", " alice", "nobody", "data1\n", "10.0.0.999")
PATTERNS = {
    "keyMatch": ("/a/*", "*", "/a/1", "/a/*/b", "a*", "u_*", "data*", "/*/b*"),
    "keyMatch2": ("/a/:id", "/a/:id/b", "/a/*", "*", "/a/:id/b/:id", "/:x", "/a/1/b*"),
    "keyMatch3": ("/a/{id}", "/a/{id}/b", "/a/*", "/{x}/1", "/a/{x}/b/{y}", "data1"),
    "keyMatch4": ("/a/{id}/b/{id}", "/a/{id}/b/{x}", "/a/{id}", "/a/*", "data1", "*"),
    "keyMatch5": ("/a/{id}", "/b/1", "/a/*", "/b/{x}", "data1", "*"),
    "regexMatch": ("data\\d", "^/a/.*$", "/a", "(read)|(write)", "r.*", "[", "*", ".*"),
    "globMatch": ("/a/*", "/a/**", "data[12]", "*/1", "/a/?", "{data1,data2}", "[!d]*"),
    "ipMatch": ("10.0.0.0/8", "10.0.0.1", "10.0.0.9/24", "::/0", "nonsense", "10.0.0"),
}
KINDS = {
    "sub": SUBJECTS,
    "dom": DOMAINS,
    "obj": OBJECTS,
    "act": ACTIONS,
    "path": PATHS,
    "ip": ADDRESSES,
    "level": LEVELS,
    "cond": OBJECTS,
}
CONDITIONS = (
    "r.sub.age > 18",
    "r.sub.name == p.sub",
    'r.act == "read"',
    "True",
    "r.obj.owner == r.sub.name",
    "r.act == p.act && r.obj != p.obj",
    'r.act in ("read", "write")',
    "!(r.act == p.act)",
)
WRONG_CONDITIONS = ("", "(", "r.nothing.x == 1", "r.act", "1", "a b", "r.sub.missing")


class Text(str):
    """A text that is not exactly a `str`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"


class Anybody:
    """Equal to everything, as a mock is."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("nobody else's")

    def __repr__(self) -> str:
        return "Anybody()"


def likely(random: Random, share: float) -> bool:
    """True so often."""
    return random.random() < share


def a_word(random: Random, kind: str) -> str:
    """A name of a kind, now and then an odd one."""
    if likely(random, 0.03):
        return random.choice(ODD)
    if kind == "path" and likely(random, 0.15):
        return random.choice(OBJECTS)
    return random.choice(KINDS[kind])


def a_value(random: Random, kind: str) -> object:
    """A request value: a name, now and then of another type."""
    if likely(random, 0.02):
        return random.choice(
            (
                *(1, 1.0, True, None, 0, ("alice",), ["alice"], float("nan")),
                *({"name": "x"}, Text("alice"), b"alice", Anybody(), {"alice"}),
            )
        )
    return a_word(random, kind)


def an_object(random: Random) -> object:
    """Something with attributes, or what should have had them."""
    name = random.choice(SUBJECTS)
    age = random.choice((17, 18, 20, 20.5, "20", None))
    owner = random.choice(SUBJECTS)
    if likely(random, 0.3):
        return {"name": name, "age": age, "owner": owner}
    if likely(random, 0.05):
        return random.choice(({"name": name}, {"name": name, "items": 1}, None, name))
    return Thing(name, age, owner)
