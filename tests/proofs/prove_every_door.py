"""Prove that whatever an owner does, in whatever order, the facts of the field hold.

    python tests/proofs/prove_every_door.py --walks 60 --steps 60 --seed 1

Random walks through the forms and the command line (`tests.webapp.doors`). After each
step seats, users and owner are counted in the tables, and the decision API is asked about
everybody and compared with an oracle written from the field.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flask_migrate import upgrade

from tests.builders import publish_policies
from tests.webapp.conftest import close, settings_in
from tests.webapp.doors import Doors
from webapp import create_app


def walk(migrated: Path, edition: str, seed: str, steps: int) -> int:
    """One walk; answers its steps, or raises with the trail that led to the fault."""
    doors = Doors(migrated, edition, seed)
    try:
        doors.walk(steps)
    except AssertionError as error:
        error.add_note(f"seed {seed!r}, after {doors.trail}")
        raise
    finally:
        doors.end()
    return steps


def main() -> int:
    """Half of the walks for each edition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=60)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_in(Path(folder)))
        with app.app_context():
            upgrade()
        publish_policies(app)
        close(app)
        migrated = Path(folder) / "delega.sqlite3"
        steps = sum(
            walk(migrated, edition, f"{options.seed} {number}", options.steps)
            for edition in ("FE", "SR")
            for number in range(options.walks // 2)
        )
    print(f"{steps} acts, 0 differences")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
