"""Prove that the engine answers as casbin does, in a small world whole and at random.

    python tests/proofs/prove_engine.py --requests 10000000 --processes 2 --seed 1

First every model of a small grammar with every set of up to three rows and every request
over three names (tests/authz/engine/fuzz/small.py), then random models of casbin's whole
family until so many requests were asked. Differences are printed, shortened, as tests.
"""

# ruff: noqa: T201

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.authz.engine.fuzz.case import Case
from tests.authz.engine.fuzz.rows import a_case
from tests.authz.engine.fuzz.run import Tally, told
from tests.authz.engine.fuzz.small import small_cases
from tests.authz.engine.fuzz.under_test import engine

STRIDE = 2000  # cases of one piece of work
MOST = 5  # differences to print of each piece


def small_piece(part: tuple[int, int, float]) -> tuple[Tally, list[str]]:
    """One process's part of the small world."""
    index, processes, share = part
    return _asked(islice(small_cases(share), index, None, processes))


def random_piece(part: tuple[int, int]) -> tuple[Tally, list[str]]:
    """Some random cases of a seed."""
    seed, number = part
    return _asked(
        a_case(seed, n) for n in range(number * STRIDE, (number + 1) * STRIDE)
    )


def _asked(cases: Iterator[Case]) -> tuple[Tally, list[str]]:
    make = engine()
    tally, texts = Tally(), []
    for case in cases:
        if tally.add(make, case) and len(texts) < MOST:
            texts.append(told(make, case))
    return tally, texts


def gather(title: str, pieces: Iterator[tuple[Tally, list[str]]], enough: int) -> int:
    """Add pieces up and print them; the number of differences."""
    whole, began = Tally(), time.monotonic()
    for tally, texts in pieces:
        whole.take(tally)
        print(*texts, sep="\n", end="", flush=True)
        if enough and whole.requests >= enough:
            break
    print(f"{title}: {whole}, {time.monotonic() - began:.0f} s", flush=True)
    return len(whole.differences)


def main() -> int:
    """Prove as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--share", type=float, default=1, help="of the small world")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{engine().__name__} against casbin, seed {asked.seed}", flush=True)
    parts = [(n, asked.processes, asked.share) for n in range(asked.processes)]
    rounds = asked.requests // (STRIDE * 8) + asked.processes
    pieces = [(asked.seed, number) for number in range(rounds)]
    with multiprocessing.Pool(asked.processes) as pool:
        wrong = gather("small world", pool.imap_unordered(small_piece, parts), 0)
        found = pool.imap_unordered(random_piece, pieces)
        wrong += gather("random", found, asked.requests)
        pool.terminate()
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
