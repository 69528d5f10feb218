"""How long one ask takes, and how much room a process takes."""

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

Ask = Callable[..., Any]
T = TypeVar("T")


def per_ask(ask: Ask, requests: Sequence[Any], batch: int = 200) -> float:
    """Microseconds of `ask(request)`: the median of batches, in processor time."""
    took = []
    for part in _batches(requests, batch):
        start = time.process_time()
        for request in part:
            ask(request)
        took.append((time.process_time() - start) / len(part) * 1e6)
    return statistics.median(took)


def per_question(
    ask: Ask, questions: Sequence[tuple[str, str, str, str]], batch: int = 200
) -> float:
    """The same of `ask(subject, account, resource, action)`."""
    took = []
    for part in _batches(questions, batch):
        start = time.process_time()
        for subject, account, resource, action in part:
            ask(subject, account, resource, action)
        took.append((time.process_time() - start) / len(part) * 1e6)
    return statistics.median(took)


def timed(make: Callable[[], T]) -> tuple[T, float]:
    """What is made, and the microseconds of processor time it took."""
    start = time.process_time()
    made = make()
    return made, (time.process_time() - start) * 1e6


def quantile(took: Sequence[float], share: float) -> float | None:
    """The smallest that so great a share does not exceed; None of nothing."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if took else None


def resident() -> int:
    """Bytes of memory this process holds, garbage collected."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
