"""Everything an owner can do through the doors that exist: forms and command line.

What must come of it is kept as plain facts (`tests.authz.oracle`); it is asked for at
the decision API, as another service would, and looked up in the tables.
"""

import random
import re
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.authz.oracle import ACTIONS, Account, Person, legal, may
from tests.builders import PASSWORD, Company, a_company, signed_in
from tests.webapp.conftest import close, settings_in
from webapp import create_app
from webapp.cli import delega
from webapp.decisions.credentials import create_credential
from webapp.extensions import begin_write, db, enforcer
from webapp.seats.orders import waiting_order
from webapp.tables import Account as AccountRow
from webapp.tables import Seat, User

DAYS = 110  # until the service ends
SEATS = 2
READ = frozenset({"invoicing.read"})


#: What can be done, and how often of a hundred times or so.
ACTS = {
    "a_user_is_made": 26,
    "permissions_change": 14,
    "an_old_form_changes_nothing": 3,
    "a_state_changes": 10,
    "an_invited_user_chooses_a_password": 8,
    "a_user_is_removed": 8,
    "a_removal_is_undone": 8,
    "more_is_ordered": 8,
    "a_renewal_is_ordered": 7,
    "the_order_is_paid": 6,
    "the_order_is_cancelled": 3,
    "a_seat_is_added_by_hand": 3,
    "a_user_can_not_help_himself": 3,
}


@dataclass
class Facts:
    """What is true in the company; `removed` can come back."""

    bought: Account
    seats: int = SEATS
    people: dict[str, Person] = field(default_factory=dict)
    removed: dict[str, Person] = field(default_factory=dict)
    ordered: int = 0  # seats that wait for their payment
    renewing: int | None = None  # seats of a renewal that waits
    modules: tuple[str, ...] = ()  # that wait for their payment

    @property
    def free(self) -> int:
        """What a new user may still take."""
        most = self.seats if self.renewing is None else min(self.seats, self.renewing)
        return max(most - len(self.people), 0)

    @property
    def waits(self) -> bool:
        """Whether an order waits for its payment."""
        return bool(self.ordered or self.modules or self.renewing is not None)


class Doors:
    """A company, and walks through its doors; `trail` says which, for whoever repairs."""

    def __init__(self, migrated: Path, edition: str, seed: str) -> None:
        self.dice = random.Random(seed)  # noqa: S311  (a sample)
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(migrated, self.folder / "delega.sqlite3")
        self.app: Flask = create_app(settings_in(self.folder))
        self.app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        self.edition, self.made, self.entered = edition, 0, set[str]()
        self.trail: list[str] = []
        self.open_company()

    def walk(self, steps: int) -> None:
        """Random acts; after each, everything is looked at."""
        acts, weights = zip(*ACTS.items(), strict=True)
        for _step in range(steps):
            (act,) = self.dice.choices(acts, weights)
            self.trail.append(act)
            getattr(self, act)()
            self.check_tables()
            self.check_decisions()

    def end(self) -> None:
        """Give everything back."""
        close(self.app)
        shutil.rmtree(self.folder)

    def open_company(self) -> None:
        """With some modules, an owner at a browser, and another service with a key."""
        choice: list[tuple[str, ...]] = [(), ("documents",), ("documents", "orders")]
        modules = self.dice.choice(choice) if self.edition == "FE" else ()
        self.company: Company = a_company(
            self.app, edition=self.edition, seats=SEATS, modules=modules
        )
        self.owner: FlaskClient = signed_in(self.app, self.company.owner_name)
        self.facts = Facts(
            Account(self.edition, last_day=DAYS, modules=dict.fromkeys(modules, DAYS))
        )
        with self.app.app_context():
            session = begin_write()
            self.key = create_credential(session, "proof", [self.company.id]).text
            session.commit()
            self.names = sorted(enforcer().release().permissions)

    # what an owner does

    def a_user_is_made(self) -> None:
        by_form = self.dice.random() < 0.5
        held = self.some_permissions()
        self.made += 1
        name = f"persona{self.made:04}"
        fits = self.facts.free > 0 and (by_form or legal(held) == set(held))
        if by_form:
            held = held & self.shown
            fits = fits and legal(held) == set(held)
            data = {"name": "Anna Ricci", "email": "anna@example.it", "user_name": name}
            self.send("/new", fits, **data, **self.boxes(held), access="link")
        else:
            options = [option for p in sorted(held) for option in ("--permission", p)]
            email = ("--email", "anna@example.it")
            self.command(
                "users", "create", "--account", self.company.id, "--user-name", name,
                *email, *options, fits=fits and held <= self.of_edition,
            )  # fmt: skip
            fits = fits and held <= self.of_edition
        if fits:
            state = "invited" if by_form else "temporary"
            self.facts.people[self.id_of(name)] = Person(state, held)

    def permissions_change(self) -> None:
        for user in self.somebody():
            person = self.facts.people[user]
            asleep = person.permissions - self.shown
            held = self.some_permissions() & self.shown
            fits = legal(held) == set(held)
            with self.app.app_context():
                query = select(Seat.version).where(Seat.user_id == user)
                version = db.session.scalar(query)
            boxes = self.boxes(held)
            self.send(f"/{user}/permissions", fits, **boxes, version=str(version))
            if fits:
                whole = frozenset(legal(held | asleep))
                self.facts.people[user] = replace(person, permissions=whole)

    def an_old_form_changes_nothing(self) -> None:
        for user in self.somebody():
            held = self.facts.people[user].permissions & self.shown
            other = frozenset() if held else READ
            self.send(f"/{user}/permissions", False, **self.boxes(other), version="0")

    def a_state_changes(self) -> None:
        act = self.dice.choice(["suspend", "reactivate", "temporary"])
        for user in self.somebody():
            person = self.facts.people[user]
            fits = (person.state == "suspended") == (act == "reactivate")
            self.send(f"/{user}/{act}", fits)
            if fits:
                state = {"suspend": "suspended", "temporary": "temporary"}.get(act)
                own = "active" if user in self.entered else "invited"
                self.facts.people[user] = replace(person, state=state or own)
                if act == "temporary":
                    self.entered.discard(user)

    def an_invited_user_chooses_a_password(self) -> None:
        for user in self.somebody():
            person = self.facts.people[user]
            if person.state == "invited":
                page = self.owner.post(self.users(f"/{user}/link"))
                link = re.search(r"/activate/[\w-]+", page.get_data(as_text=True))
                assert link
                data = {"new": PASSWORD, "repeat": PASSWORD}
                answer = self.app.test_client().post(link.group(), data=data)
                assert answer.status_code == 302
                self.entered.add(user)
                self.facts.people[user] = replace(person, state="active")

    def a_user_is_removed(self) -> None:
        for user in self.somebody():
            self.send(f"/{user}/remove", fits=True)
            self.facts.removed[user] = self.facts.people.pop(user)

    def a_removal_is_undone(self) -> None:
        removed = sorted(self.facts.removed)
        for user in self.dice.sample(removed, min(len(removed), 1)):
            fits = self.facts.free > 0
            self.send(f"/{user}/restore", fits)
            if fits:
                own = "active" if user in self.entered else "invited"
                person = self.facts.removed.pop(user)
                self.facts.people[user] = replace(person, state=own)

    def more_is_ordered(self) -> None:
        seats = self.dice.randint(0, 2)
        sold = ["documents", "orders", "woocommerce"]
        modules = {name for name in sold if self.dice.random() < 0.3}
        new = modules - self.facts.bought.modules.keys()
        new = new if self.edition == "FE" else set()
        there = new | self.facts.bought.modules.keys()
        fits = not self.facts.waits and bool(seats or new)
        fits = fits and ("woocommerce" not in new or "documents" in there)
        self.order("cart", fits, seats=str(seats), modules=sorted(new))
        if fits:
            self.facts.ordered, self.facts.modules = seats, tuple(sorted(new))

    def a_renewal_is_ordered(self) -> None:
        seats = self.dice.randint(0, 4)
        fits = not self.facts.waits and seats >= len(self.facts.people)
        modules = sorted(self.facts.bought.modules)
        self.order("renew", fits, seats=str(seats), years="1", modules=modules)
        if fits:
            self.facts.renewing = seats

    def the_order_is_paid(self) -> None:
        facts, twice = self.facts, self.dice.random() < 0.5
        number = self.waiting()
        if number is None:
            return
        for _time in range(2 if twice else 1):
            self.command("orders", "register-payment", str(number), "--reference", "x")
        if facts.renewing is None:
            paid = dict.fromkeys(facts.modules, facts.bought.last_day)
            facts.bought = replace(
                facts.bought, modules={**facts.bought.modules, **paid}
            )
            facts.seats += facts.ordered
        else:
            last_day = facts.bought.last_day + 365
            paid = dict.fromkeys(facts.bought.modules, last_day)
            facts.bought = replace(facts.bought, last_day=last_day, modules=paid)
            facts.seats = facts.renewing
            facts.people = self.lasting(facts.people, last_day)
            facts.removed = self.lasting(facts.removed, last_day)
        facts.ordered, facts.modules, facts.renewing = 0, (), None

    def the_order_is_cancelled(self) -> None:
        number = self.waiting()
        if number is not None:
            where = f"/a/{self.company.id}/customer/orders/{number}/cancel"
            assert self.owner.post(where).status_code == 302
            facts = self.facts
            facts.ordered, facts.modules, facts.renewing = 0, (), None

    def a_seat_is_added_by_hand(self) -> None:
        fits = not self.facts.waits
        self.command("seats", "add", "--account", self.company.id, fits=fits)
        self.facts.seats += fits

    def a_user_can_not_help_himself(self) -> None:
        for user in self.somebody():
            if self.facts.people[user].state == "active":
                client = signed_in(self.app, self.name_of(user))
                for path in (f"/{user}/permissions", "/new", f"/{user}/suspend"):
                    data = {**self.boxes(frozenset(self.names)), "version": "1"}
                    answer = client.post(self.users(path), data=data)
                    assert answer.status_code == 403, path

    # what must be true after each

    def check_tables(self) -> None:
        with self.app.app_context():
            company = self.company.id
            counted = select(func.count(Seat.user_id), func.count()).where(
                Seat.account_id == company
            )
            ends = select(AccountRow.ends_on).where(AccountRow.id == company)
            end = db.session.scalar(ends)
            sits, seats = db.session.execute(
                counted.where(Seat.paid_until >= end)
            ).one()
            owners = select(func.count()).where(
                User.account_id == company, User.state == "owner"
            )
            assert (sits, seats) == (len(self.facts.people), self.facts.seats)
            assert sits <= seats
            assert db.session.scalar(owners) == 1
            assert enforcer().dropped(company) == ()

    def check_decisions(self) -> None:
        asked = self.dice.sample(sorted(ACTIONS), 6)
        everybody = {**self.facts.people, self.company.owner: Person("owner")}
        for user in (*everybody, *self.facts.removed):
            person = everybody.get(user)
            expected = [
                bool(person and may(person, self.facts.bought, a)) for a in asked
            ]
            assert self.decisions(user, asked) == expected, (user, asked)

    # how it is done

    @property
    def of_edition(self) -> frozenset[str]:
        """Permissions that the edition has."""
        if self.edition == "FE":
            return frozenset(self.names)
        return frozenset({*READ, "invoicing.create_edit", "invoicing.configure"})

    @property
    def shown(self) -> frozenset[str]:
        """Permissions that have a box."""
        modules = {"invoicing", *self.facts.bought.modules}
        return frozenset(n for n in self.of_edition if n.split(".")[0] in modules)

    def some_permissions(self) -> frozenset[str]:
        """Any set; three in four are legal."""
        names = frozenset(n for n in self.names if self.dice.random() < 0.5)
        return names if self.dice.random() < 0.25 else frozenset(legal(names | READ))

    def boxes(self, held: frozenset[str]) -> dict[str, object]:
        save = "1" if held else "nothing"  # is meant, where a user is made
        return {"permission": sorted(held), "save": save, "understood": "1"}

    def users(self, path: str = "") -> str:
        return f"/a/{self.company.id}/settings/users{path}"

    def send(self, path: str, fits: bool, **data: object) -> None:
        """A form; whatever does not fit changes no revision."""
        before = self.revision()
        answer = self.owner.post(self.users(path), data=data)
        assert answer.status_code in (200, 302, 409, 422), (path, answer.status_code)
        assert fits or self.revision() == before, (path, data)

    def command(self, *arguments: str, fits: bool = True) -> None:
        result = self.app.test_cli_runner().invoke(delega, list(arguments))
        assert (result.exit_code == 0) == fits, (arguments, result.output)

    def order(self, page: str, fits: bool, **data: object) -> None:
        """Count, then order what was counted."""
        where = f"/a/{self.company.id}/customer/{page}"
        counted = self.owner.post(where, data={**data, "count": "1"})
        total = re.search(r'name="total" value="(\d*)"', counted.get_data(as_text=True))
        shown = total.group(1) if total else ""
        self.owner.post(where, data={**data, "order": "1", "total": shown})
        assert (self.waiting() is not None) == (fits or self.facts.waits)

    def waiting(self) -> int | None:
        with self.app.app_context():
            found = waiting_order(db.session(), self.company.id)
            return found.number if found else None

    def somebody(self) -> list[str]:
        """One of those who sit, if there is any."""
        users = sorted(self.facts.people)
        return self.dice.sample(users, min(len(users), 1))

    def lasting(self, people: dict[str, Person], last_day: int) -> dict[str, Person]:
        return {u: replace(p, seat_last_day=last_day) for u, p in people.items()}

    def id_of(self, name: str) -> str:
        with self.app.app_context():
            query = select(User.id).where(User.folded_name == name)
            return str(db.session.scalar(query))

    def name_of(self, user: str) -> str:
        with self.app.app_context():
            return db.session.get_one(User, user).user_name

    def revision(self) -> int:
        with self.app.app_context():
            return enforcer().decide("u_x", self.company.id, "draft", "list").revision

    def decisions(self, user: str, asked: list[str]) -> list[bool]:
        items = [
            {"resource": {"type": resource, "id": "x"}, "action": {"name": action}}
            for resource, action in (name.split(".") for name in asked)
        ]
        answer = self.app.test_client().post(
            f"/a/{self.company.id}/access/v1/evaluations",
            json={"subject": {"type": "user", "id": user}, "evaluations": items},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        assert answer.status_code == 200
        return [item["decision"] for item in answer.get_json()["evaluations"]]
