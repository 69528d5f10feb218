"""Every legal set, edition and state of the service, asked about every action.

    python tests/proofs/prove_all_legal_sets.py --share 0.1 --seed 1

Each legal set is asked in a seat; each that can be delegated in a delegation, accepted or
not, with the second factor of company and delegate on or off. The whole is 13 million
questions; casbin answers the 4 million of them whose rows differ, in an hour or more.
A share picks people at random, and questions of theirs.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from authz.engine import ReferenceEvaluator, Row
from tests.authz.oracle import ACTIONS, Account, Person, may
from tests.authz.world import RELEASE, policy_of

MODULES = ("documents", "payments", "orders", "woocommerce")
ALL = frozenset(RELEASE.permissions)
#: casbin's answers, by the rows it was asked over
Known = dict[tuple[Row, ...], dict[str, bool]]


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


def people(account: Account) -> Iterator[tuple[str, Person, Account]]:
    """Each legal set with a seat and as a delegation, and every other state once."""
    yield "owner", Person("owner"), account
    for index, held in enumerate(RELEASE.permissions.legal_sets()):
        yield f"seat{index}", Person("active", held, account.last_day), account
        # rows that somebody poked in: a set with banks, which no delegation can hold
        yield f"poked{index}", Person("delegate", held), account
        if "invoicing.edit_banks" not in held:
            yield from delegates(f"delegate{index}", held, account)
    for state in ("invited", "temporary", "suspended"):
        yield state, Person(state, ALL, account.last_day), account
    yield "lapsed", Person("active", ALL, min(0, account.last_day) - 1), account


def delegates(
    name: str, held: frozenset[str], account: Account
) -> Iterator[tuple[str, Person, Account]]:
    """A delegation of that set in each of its states."""
    for accepted, company, own in product((True, False), repeat=3):
        words = f"{name} accepted={accepted} company={company} own={own}"
        person = Person("delegate", held, accepted=accepted, second_factor=own)
        yield words, person, replace(account, second_factor=company)


def prove(share: float = 1.0, seed: int = 0) -> tuple[int, list[str]]:
    """How many questions were asked, and each on which casbin and oracle differ."""
    dice = random.Random(seed)  # noqa: S311  (a sample, not a secret)
    of_people = min(1.0, share * 25)  # a person costs as much as several questions
    questions, differences = 0, []
    for state, account in accounts():
        known: Known = {}
        for name, person, company in people(account):
            if dice.random() >= of_people:
                continue
            asked = [name for name in ACTIONS if dice.random() < share / of_people]
            questions += len(asked)
            answers = ask(person, company, asked, known)
            differences += [
                f"{state}: {name} {action} {sorted(person.permissions)}"
                for action in asked
                if answers[action] != may(person, company, action)
            ]
    return questions, differences


def ask(
    person: Person, company: Account, asked: list[str], known: Known
) -> dict[str, bool]:
    """What casbin says; it slows down with each user, so everybody is alone."""
    rows = policy_of({"who": person}, company).rows
    answers = known.setdefault(rows, {})
    new = [action for action in asked if action not in answers]
    if new:
        evaluator = ReferenceEvaluator(RELEASE.model, rows)
        for action in new:
            request = ("u_who", "a_1", *action.split("."))
            answers[action] = evaluator.decide(request)
    return answers


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
