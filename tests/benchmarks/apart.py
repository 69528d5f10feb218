"""A measurement in a process of its own: what came before leaves no memory behind."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def apart(measure: Callable[..., dict[str, Any]], **given: Any) -> dict[str, Any]:
    """What `measure(**given)` answers in a fresh process; JSON goes in and out."""
    command = [sys.executable, "-m", "tests.benchmarks.apart"]
    asked = [measure.__module__, measure.__name__, json.dumps(given)]
    done = subprocess.run(  # noqa: S603  (our own module)
        [*command, *asked], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    module, name, given = sys.argv[1:]
    found = getattr(import_module(module), name)(**json.loads(given))
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
