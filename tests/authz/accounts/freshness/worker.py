"""A writing or deciding process: commands on stdin, one answer a line on stdout.

change ACCOUNT [STEP kill|stop]   ->  acked REVISION NUMBER
ask ACCOUNT                       ->  NUMBER REVISION
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from authz.errors import NotReadyError
from tests.authz.accounts.freshness.rig import Reader, Writer

SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def signalled(step: str, what: str) -> Callable[[str], None]:
    """Kill or stop this process when it comes to the step."""

    def steps(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), SIGNALS[what])

    return steps


def change(writer: Writer, account: str, step: str = "", what: str = "") -> str:
    writer.page.steps = signalled(step, what)
    return f"acked {writer.change(account)}"


def ask(reader: Reader, account: str, step: str = "", what: str = "") -> str:
    reader.page.steps = signalled(step, what)
    return "{} {}".format(*reader.asked(account))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    role, database = sys.argv[1], Path(sys.argv[2])
    work, serve = (Writer, change) if role == "writer" else (Reader, ask)
    worker = work(database)
    if isinstance(worker, Writer):
        worker.hooks.timeout = 1.0
    say("ready")
    for line in sys.stdin:
        try:
            answer = serve(worker, *line.split()[1:])
        except NotReadyError as error:
            answer = f"refused {error}"
        say(answer)


if __name__ == "__main__":
    main()
