"""A database to ask about: companies with five users each, and a key."""

import json
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, select

from authz.storage.tables import PolicyRow
from config.settings import read_settings
from tests.benchmarks.asking import ACTIONS, Names, Question, questions
from tests.benchmarks.http.load import Load
from tests.benchmarks.stored import records
from tests.benchmarks.synthetic import account_of
from tests.builders import a_company, publish_policies
from tests.webapp.conftest import close
from tests.webapp.decisions.asking import MANY, ONE, a_key, question
from webapp import create_app
from webapp.extensions import db
from webapp.tables import Account

#: No key reaches it, and it is counted all the same.
NO_LIMIT = "600000000"
BATCH = 50
#: Numbers that make ids nearly as long as real ones.
_FIRST = 10**20
_PIECE = 200


@dataclass(frozen=True, kw_only=True)
class World:
    """What a load asks; `environment` is the server's.

    Attributes:
        questions: half of them are allowed, each with what is right.
    """

    environment: dict[str, str] = field(repr=False)
    numbers: Sequence[int]
    key: str = field(repr=False)
    questions: Sequence[tuple[Question, bool]]

    def single(self) -> Load:
        """One decision a request."""
        bodies = [_json(question(*each)) for each, _ in self.questions]
        return Load(path=ONE, bodies=bodies, key=self.key)

    def ever_new(self) -> Load:
        """The same about another record each time, in a head of its own."""
        return replace(self.single(), record='"1"')

    def batch(self) -> Load:
        """One user and so many actions a request."""
        bodies = [_json(_many(*each[:2], names)) for each, names in self.batches()]
        return Load(path=MANY, bodies=bodies, key=self.key, decisions=BATCH)

    def batches(self) -> list[tuple[Question, Names]]:
        """The user of each question, and what is asked about that user together."""
        turned = [ACTIONS[n:] + ACTIONS[:n] for n in range(len(self.questions))]
        found = zip(self.questions, turned, strict=True)
        return [(each, names[:BATCH]) for (each, _), names in found]


def numbers_of(accounts: int) -> range:
    """Odd ones: these bought every add-on module that asking.py knows of."""
    return range(_FIRST + 1, _FIRST + 1 + 2 * accounts, 2)


@contextmanager
def world(accounts: int, asked: int, url: str = "") -> Iterator[tuple[World, Path]]:
    """A fresh SQLite database in a folder of its own, or the empty one at `url`."""
    with TemporaryDirectory(prefix="delega-bench-") as folder:
        yield _built(Path(folder), accounts, asked, url), Path(folder)


def _built(folder: Path, accounts: int, asked: int, url: str) -> World:
    environment = {
        **os.environ,
        "DATABASE_URL": url or f"sqlite:///{folder / 'delega.sqlite3'}",
        "SECRET_KEY": "k" * 32,
        "DELEGA_UNSIGNED_RELEASES": "1",
        "DELEGA_OUTBOX_FOLDER": str(folder / "outbox"),
        "DELEGA_DECISIONS_PER_MINUTE": NO_LIMIT,
        "DELEGA_SHADOW_ONE_IN": "0",
    }
    app = create_app(read_settings(environment))
    with app.app_context():
        upgrade()
    publish_policies(app)
    _fill(app, numbers_of(accounts))
    key = a_key(app)
    close(app)
    return World(
        environment=environment,
        numbers=numbers_of(accounts),
        key=key,
        questions=drawn(numbers_of(accounts), asked),
    )


def drawn(numbers: Sequence[int], asked: int) -> list[tuple[Question, bool]]:
    """So many questions, of which every second one is allowed."""
    some = [random.choice(numbers) for _ in range(asked)]  # noqa: S311  (no secret)
    allowed = questions(some[::2], allowed=True)
    refused = questions(some[1::2], allowed=False)
    pairs = [(each, True) for each in allowed] + [(each, False) for each in refused]
    random.shuffle(pairs)
    return pairs


def _fill(app: Flask, numbers: Sequence[int]) -> None:
    """Companies alike but for their names and rows; past the forms, which take long."""
    one = a_company(app)
    with app.app_context():
        model = db.session.execute(
            select(Account.__table__).where(Account.id == one.id)
        ).one()
        for start in range(0, len(numbers), _PIECE):
            piece = numbers[start : start + _PIECE]
            companies = [{**model._mapping, "id": account_of(n)} for n in piece]
            db.session.execute(insert(Account), companies)
            rows = [record for number in piece for record in records(number)]
            db.session.execute(insert(PolicyRow), rows)
            db.session.commit()


def _many(user: str, account: str, names: Names) -> dict[str, object]:
    items = [
        {"resource": {"type": resource, "id": "1"}, "action": {"name": action}}
        for resource, action in names
    ]
    return {**question(user, account), "evaluations": items}


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
