"""Let the engine and casbin answer the same at random, for as long as asked.

python -m tests.authz.engine.fuzz --seconds 600 --seed 7

Prints what was asked, and each difference shortened, as a test to paste into
tests/authz/engine/fuzz/test_found.py. Ends with 1 if there is any.
"""

# ruff: noqa: T201

import argparse
import secrets
import sys

from tests.authz.engine.fuzz.run import run, told
from tests.authz.engine.fuzz.under_test import engine


def main() -> int:
    """Run as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--most", type=int, default=5, help="differences to stop after")
    arguments = parser.parse_args()
    make = engine()
    print(f"fuzzing {make.__name__}, seed {arguments.seed}", flush=True)
    tally = run(make, arguments.seed, seconds=arguments.seconds, most=arguments.most)
    for case, _found in tally.differences:
        print(told(make, case))
    print(tally)
    for reason, count in tally.reasons.most_common(10):
        print(f"{count:6} not compiled: {reason}")
    return bool(tally.differences)


if __name__ == "__main__":
    sys.exit(main())
