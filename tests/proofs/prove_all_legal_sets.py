"""Every legal set, edition and state of the service, asked about every action.

    python tests/proofs/prove_all_legal_sets.py --share 0.1 --seed 1

The whole is 3.6 million questions, about an hour; a share picks questions at random.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.authz.oracle import ACTIONS, Account, Person, may
from tests.authz.world import RELEASE, casbin_over

MODULES = ("documents", "payments", "orders", "woocommerce")
ALL = frozenset(RELEASE.permissions)


def accounts() -> Iterator[tuple[str, Account]]:
    """Both editions in every state of the service."""
    for edition in ("FE", "SR"):
        for state, started, last_day, full, modules in (
            ("not begun", False, 100, False, 100),
            ("active", True, 100, False, 100),
            ("active, no module", True, 100, False, None),
            ("active, modules ended", True, 100, False, -1),
            ("last day", True, 0, False, 0),
            ("space full", True, 100, True, 100),
            ("expired, day 1", True, -1, False, -1),
            ("expired, day 90", True, -90, False, -90),
            ("expired, modules ended before", True, -30, False, -31),
            ("closed", True, -91, False, -91),
        ):
            paid = {} if modules is None else dict.fromkeys(MODULES, modules)
            yield f"{edition} {state}", Account(edition, started, last_day, full, paid)


def people(account: Account) -> dict[str, Person]:
    """Each legal set with a seat and as a delegation, and every other state once."""
    found = {"owner": Person("owner")}
    for index, held in enumerate(RELEASE.permissions.legal_sets()):
        found[f"seat{index}"] = Person("active", held, account.last_day)
        found[f"delegate{index}"] = Person("delegate", held)
    for state in ("invited", "temporary", "suspended"):
        found[state] = Person(state, ALL, account.last_day)
    found["lapsed"] = Person("active", ALL, min(0, account.last_day) - 1)
    found["revoked"] = Person("delegate", ALL, accepted=False)
    return found


def prove(share: float = 1.0, seed: int = 0) -> tuple[int, list[str]]:
    """How many questions were asked, and each on which casbin and oracle differ."""
    dice = random.Random(seed)  # noqa: S311  (a sample, not a secret)
    questions, differences = 0, []
    for state, account in accounts():
        for name, person in people(account).items():
            asked = [action for action in ACTIONS if dice.random() < share]
            if not asked:
                continue
            questions += len(asked)
            # casbin slows down with each user in an account, so everybody is alone
            evaluator = casbin_over({name: person}, account)
            differences += [
                f"{state}: {name} {action} {sorted(person.permissions)}"
                for action in asked
                if evaluator.decide((f"u_{name}", "a_1", *action.split(".")))
                != may(person, account, action)
            ]
    return questions, differences


def main() -> int:
    """Print what was found; 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    questions, differences = prove(options.share, options.seed)
    for difference in differences:
        print(difference)  # noqa: T201
    print(f"{questions} questions, {len(differences)} differences")  # noqa: T201
    return 1 if differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
