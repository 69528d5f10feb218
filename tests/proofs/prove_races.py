"""Prove that races harm nothing: seats never oversold, edits never lost, money counted once.

    python tests/proofs/prove_races.py --attempts 10000 --processes 4 --seed 1

On SQLite, and on PostgreSQL where DELEGA_TEST_POSTGRESQL names a server. Each round
makes a company, then every process tries at the same moment, several times, with an
application of its own. What stands in the database afterwards is judged, not what the
processes say, except where they contradict each other.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count as counting
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import func, select

from authz import AuthzError
from tests import builders
from tests.authz.storage.stores import a_postgresql
from tests.builders import Company, a_company, a_user, post, publish_policies, signed_in
from tests.webapp.conftest import close, settings_in
from webapp import create_app
from webapp.extensions import begin_write, db, enforcer
from webapp.i18n import today
from webapp.identity import begin_session
from webapp.seats.cart import Cart
from webapp.seats.orders import PURCHASE, Wish, bought, place, take_payment
from webapp.seats.prices import price_list
from webapp.signin.accounts import find_locked, may_enter
from webapp.tables import Account, Seat, SignInSession, User
from webapp.team import access
from webapp.team.users import change_permissions

EACH = 5  # tries of a process in a round
READ, SEND = "invoicing.read", "invoicing.send_sdi"


@dataclass(frozen=True)
class Facts:
    """What a round is about: ids alone, so that it travels between processes."""

    company: Company
    user: str = ""
    user_name: str = ""
    order: int = 0


@dataclass(frozen=True)
class Race:
    """How a round is made, tried and judged.

    Attributes:
        start: makes the company.
        tries: what process number n does; True when it believes it succeeded.
        faults: what is wrong afterwards, given how many tries succeeded.
    """

    start: Callable[[Flask], Facts]
    tries: Callable[[Flask, Facts, int], bool]
    faults: Callable[[Flask, Facts, int], list[str]]


def seated(app: Flask, company: Company) -> int:
    """How many users sit."""
    with app.app_context():
        query = select(func.count(Seat.user_id)).where(Seat.account_id == company.id)
        return db.session.scalar(query) or 0


# the last seat: by function, and by the form


def last_seat(app: Flask) -> Facts:
    """One free seat."""
    return Facts(a_company(app, seats=1))


def take_seat(app: Flask, facts: Facts, process: int) -> bool:
    """Create a user; the first process goes through the owner's form."""
    if process == 0:
        return _by_form(app, facts)
    a_user(app, facts.company, READ)
    return True


@cache
def owner_of(app: Flask, company: Company) -> FlaskClient:
    """The owner's browser, signed in once."""
    return signed_in(app, company.owner_name)


def _by_form(app: Flask, facts: Facts) -> bool:
    client = owner_of(app, facts.company)
    address = f"/a/{facts.company.id}/settings/users/new"
    name = f"corsa{random.getrandbits(60):x}"
    data = {"name": "Anna Ricci", "email": f"{name}@example.it", "user_name": name}
    more = {"permission": READ, "access": "link", "save": "1"}
    return post(client, address, {**data, **more}).status_code == 200


def oversold(app: Flask, facts: Facts, successes: int) -> list[str]:
    """Exactly one sits, and exactly one was told so."""
    sits = seated(app, facts.company)
    return [] if sits == successes == 1 else [f"{sits} sit, {successes} were told so"]


# two edits of the same page


def one_user(app: Flask) -> Facts:
    """A user at version 2 of the seat."""
    company = a_company(app, seats=1)
    identity, name = a_user(app, company, READ)
    return Facts(company, user=identity, user_name=name)


def edit(app: Flask, facts: Facts, process: int) -> bool:
    """Save what was read at the beginning of the round."""
    wanted = {READ, SEND} if process % 2 else {READ, "invoicing.configure"}
    with app.app_context():
        session = begin_write(facts.company.id, policy=True)
        seat = session.scalars(select(Seat).where(Seat.user_id == facts.user)).one()
        try:
            change_permissions(session, seat, wanted, 2, facts.company.owner)
            session.commit()
        finally:
            session.rollback()
    return True


def lost(app: Flask, facts: Facts, successes: int) -> list[str]:
    """One edit landed; the others were told."""
    with app.app_context():
        query = select(Seat.version).where(Seat.user_id == facts.user)
        version = db.session.scalar(query)
    if successes == 1 and version == 3:
        return []
    return [f"{successes} edits landed, the seat is at version {version}"]


# a payment while users are created


def unpaid_seat(app: Flask) -> Facts:
    """One free seat, and an order of one more."""
    company = a_company(app, seats=1)
    with app.app_context():
        session = begin_write(company.id)
        account = session.get_one(Account, company.id)
        prices = price_list()
        cart = Cart(bought(session, account), prices, today())
        lines = cart.purchase(1, frozenset(), extend=False)
        wish = Wish(kind=PURCHASE, lines=lines, prices=prices)
        number = place(session, account, wish, company.owner).number
        session.commit()
    return Facts(company, order=number)


def pay_or_sit(app: Flask, facts: Facts, process: int) -> bool:
    """Half of them register the payment, half create users."""
    if process % 2:
        a_user(app, facts.company, READ)
        return True
    with app.app_context():
        return take_payment(facts.order, reference="x", actor="system").is_new


def overpaid(app: Flask, facts: Facts, successes: int) -> list[str]:
    """Two seats, one payment, and as many users as were told so."""
    with app.app_context():
        query = select(func.count()).where(Seat.account_id == facts.company.id)
        seats = db.session.scalar(query)
    sits = seated(app, facts.company)
    fine = seats == 2 and sits <= 2 and successes == sits + 1
    return [] if fine else [f"{seats} seats, {sits} sit, {successes} successes"]


# removing somebody who is signing in


def remove_or_enter(app: Flask, facts: Facts, process: int) -> bool:
    """One removes; the others sign in, as the view does after checking a password."""
    with app.test_request_context():
        if process == 0:
            session = begin_write(facts.company.id, policy=True)
            user = session.get_one(User, facts.user, populate_existing=True)
            access.remove(session, user, facts.company.owner)
        else:
            session = begin_write()
            found = find_locked(session, facts.user_name)
            if found is None or not may_enter(found):
                session.rollback()
                return False
            begin_session(found)
        session.commit()
    return process == 0


def still_inside(app: Flask, facts: Facts, successes: int) -> list[str]:
    """No session is open, nobody sits, and nothing is allowed."""
    with app.app_context():
        query = select(func.count()).where(
            SignInSession.user_id == facts.user, SignInSession.ended_at.is_(None)
        )
        opened = db.session.scalar(query)
        answer = enforcer().decide(
            facts.user, facts.company.id, "received_invoice", "list"
        )
        state = db.session.get_one(User, facts.user).state
    sits = seated(app, facts.company)
    fine = (opened, sits, bool(answer), state, successes) == (
        0, 0, False, access.REMOVED, 1,
    )  # fmt: skip
    said = f"{opened} sessions open, {sits} sit, allowed {bool(answer)}, {state}"
    return [] if fine else [said]


RACES = {
    "last seat": Race(last_seat, take_seat, oversold),
    "two edits": Race(one_user, edit, lost),
    "payment": Race(unpaid_seat, pay_or_sit, overpaid),
    "removal": Race(one_user, remove_or_enter, still_inside),
}
#: How many of a hundred rounds each race gets.
SHARES = {"last seat": 85, "two edits": 5, "payment": 5, "removal": 5}


def process_main(
    number: int,
    url: str,
    folder: str,
    tasks: "Queue[Any]",
    results: "Queue[Any]",
    gate: Barrier,
) -> None:
    """A process of the race: an application of its own, tasks until None."""
    random.seed(f"{number} {url}")
    builders._numbers = counting(10_000_000 * (number + 1))  # names of its own
    app = an_app(Path(folder), url)
    while (task := tasks.get()) is not None:
        race, facts = task
        gate.wait()
        outcomes = Counter(_try(app, race, facts, number) for _ in range(EACH))
        results.put(outcomes)
    close(app)


def _try(app: Flask, race: str, facts: Facts, number: int) -> str:
    try:
        return "done" if RACES[race].tries(app, facts, number) else "refused"
    except AuthzError:
        return "refused"
    except Exception as error:  # noqa: BLE001  (a crash is a finding, whatever it is)
        return f"crash: {type(error).__name__}: {str(error)[:200]}"
    finally:
        with app.app_context():
            db.session.remove()


def an_app(folder: Path, url: str) -> Flask:
    """The application on that database."""
    app = create_app(settings_in(folder, database_url=url))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@contextmanager
def processes(
    count: int, url: str, folder: str
) -> Iterator[Callable[[str, Facts], Counter[str]]]:
    """Processes that wait for rounds; answers what runs one."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(count)
    results: Queue[Any] = context.Queue()
    queues: list[Queue[Any]] = [context.Queue() for _ in range(count)]
    running = [
        context.Process(
            target=process_main, args=(number, url, folder, tasks, results, gate)
        )
        for number, tasks in enumerate(queues)
    ]
    for process in running:
        process.start()

    def run(race: str, facts: Facts) -> Counter[str]:
        for tasks in queues:
            tasks.put((race, facts))
        return sum((results.get(timeout=120) for _ in queues), Counter())

    try:
        yield run
    finally:
        for tasks in queues:
            tasks.put(None)
        for process in running:
            process.join(30)
            process.kill()


def prove(url: str, *, attempts: int, count: int, seed: int) -> Counter[str]:
    """Run the races on a migrated, empty database; answers what was counted."""
    counts: Counter[str] = Counter()
    chance = random.Random(seed)  # noqa: S311  (a sample)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        app = an_app(Path(folder), url)
        stack.callback(close, app)
        with app.app_context():
            upgrade()
        publish_policies(app)
        run = stack.enter_context(processes(count, url, folder))
        while counts["attempts"] < attempts:
            (race,) = chance.choices(list(SHARES), list(SHARES.values()))
            facts = RACES[race].start(app)
            outcomes = run(race, facts)
            counts["attempts"] += count * EACH
            counts[f"rounds of {race}"] += 1
            counts.update({k: v for k, v in outcomes.items() if k.startswith("crash")})
            faults = RACES[race].faults(app, facts, outcomes["done"])
            counts["faults"] += len(faults)
            for fault in faults:
                print(f"{race}: {fault}: {dict(outcomes)}", file=sys.stderr)  # noqa: T201
    return counts


def main() -> int:
    """Both databases, whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    harm = 0
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        urls = {"SQLite": f"sqlite:///{folder}/races.sqlite3"}
        try:
            urls["PostgreSQL"] = stack.enter_context(a_postgresql())
        except BaseException as error:  # noqa: BLE001  (pytest's own skip)
            print(f"PostgreSQL: not run: {error}")  # noqa: T201
        for name, url in urls.items():
            began = time.monotonic()
            counts = prove(
                url,
                attempts=options.attempts,
                count=options.processes,
                seed=options.seed,
            )
            print(f"{name}, {time.monotonic() - began:.0f} s: {dict(counts)}")  # noqa: T201
            harm += counts["faults"]
            harm += sum(n for name, n in counts.items() if name.startswith("crash"))
    return 1 if harm else 0


if __name__ == "__main__":
    sys.exit(main())
