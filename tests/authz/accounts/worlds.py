"""A store with the checkout's policies in force and one account in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from authz import Editor, Enforcer, EveryTime, Sitting, State, publish, read_folder
from authz.policy import Contract, Edition, Release, default_folder
from authz.storage import MemoryStore

RELEASE = read_folder(default_folder())
NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
CONTRACT = Contract(
    edition=Edition.FE,
    activated_at=datetime(2026, 3, 15, tzinfo=UTC),
    ends_on=date(2027, 3, 14),
    modules={"documents": date(2027, 3, 14)},
)
ACCOUNT, OWNER, ANNA, SEAT = "a_1", "u_owner", "u_anna", "s_1"


@dataclass
class Clock:
    """A wall clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """A store and an enforcer over it; changes go through `editing`."""

    release: Release = RELEASE
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: Clock = field(default_factory=Clock)
    enforcer: Enforcer = field(init=False)

    def __post_init__(self) -> None:
        self.enforcer = Enforcer(self.store, EveryTime(), now=self.clock)
        with self.store.writing() as writer:
            publish(writer, self.release, "system")

    @contextmanager
    def editing(self, account: str = ACCOUNT, actor: str = OWNER) -> Iterator[Editor]:
        """One transaction of an editor."""
        with self.store.writing() as writer:
            yield Editor(writer, self.release, account, actor)

    def ask(self, action: str, subject: str = ANNA, account: str = ACCOUNT) -> str:
        """The reason code of one question."""
        resource, _, name = action.partition(".")
        return self.enforcer.decide(subject, account, resource, name).reason.value


def sitting(
    state: State = State.ACTIVE, seat_until: datetime | None = None, user: str = ANNA
) -> Sitting:
    """Anna in her seat."""
    return Sitting(user=user, state=state, seat=SEAT, seat_until=seat_until)


def a_world(
    *permissions: str, contract: Contract = CONTRACT, state: State = State.ACTIVE
) -> World:
    """An account with an owner, and Anna who holds these permissions."""
    world = World()
    with world.editing() as editor:
        editor.open_account(OWNER, contract, [SEAT])
        editor.create_user(sitting(state), permissions)
    return world
