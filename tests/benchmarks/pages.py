"""Server milliseconds of the home page and of the list of users, 50 of them.

    python -m tests.benchmarks.pages

Medians through the WSGI application, without network; the ratio to one decision says
what a page costs beside the question it asks.
"""

import statistics
import tempfile
import time
from pathlib import Path

from flask_migrate import upgrade

from tests.builders import a_company, a_user, publish_policies, signed_in
from tests.webapp.conftest import close, settings_in
from webapp import create_app

ROUNDS = 40


def median_ms(call: object) -> float:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        took.append((time.perf_counter() - start) * 1e3)
    return statistics.median(took)


def measure(users: int, folder: Path) -> None:
    app = create_app(settings_in(folder))
    with app.app_context():
        upgrade()
    publish_policies(app)
    company = a_company(app, seats=users)
    for number in range(users):
        a_user(app, company, "invoicing.read", full_name=f"Persona {number}")
    client = signed_in(app, company.owner_name)
    decide = app.extensions["delega_enforcer"].decide
    one = median_ms(lambda: decide(company.owner, company.id, "draft", "create"))
    for name, path in (("home", "/"), ("users", "/settings/users")):
        took = median_ms(lambda path=path: client.get(f"/a/{company.id}{path}"))  # type: ignore[misc]
        line = (
            f"{users:>3} users, {name:<5}: {took:6.1f} ms, {took / one:5.0f} decisions"
        )
        print(line)  # noqa: T201
    close(app)


def main() -> None:
    for users in (1, 50):
        with tempfile.TemporaryDirectory() as folder:
            measure(users, Path(folder))


if __name__ == "__main__":
    main()
