"""A database to ask about: one company, its owner, and a key of whoever runs Delega."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from flask_migrate import upgrade

from config.settings import read_settings
from tests.builders import a_company, publish_policies
from tests.webapp.conftest import close
from tests.webapp.decisions.asking import a_key, question
from webapp import create_app

#: No key reaches it, and it is counted all the same.
NO_LIMIT = "600000000"


@dataclass(frozen=True, kw_only=True)
class World:
    """What a load asks; `environment` is the server's."""

    environment: dict[str, str]
    account: str
    user: str
    key: str

    def one(self) -> bytes:
        """A single decision, about 200 bytes."""
        return json.dumps(question(self.user, self.account)).encode()

    def batch(self, size: int = 50) -> bytes:
        """One user, several resources."""
        single = question(self.user, self.account)
        actions = ("create", "send", "update", "delete")
        items = [
            {
                "resource": {"type": "draft", "id": str(number)},
                "action": {"name": actions[number % len(actions)]},
            }
            for number in range(size)
        ]
        whole = {**single, "evaluations": items}
        return json.dumps(whole).encode()


def build(folder: Path, url: str = "") -> World:
    """A fresh database in the folder, or the empty one at `url`."""
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
    company = a_company(app)
    key = a_key(app)
    close(app)
    return World(
        environment=environment, account=company.id, user=company.owner, key=key
    )
