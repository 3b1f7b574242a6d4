"""One run in a process of its own, as `signals.study.compare` starts it with ``python -m signals.worker``."""

from __future__ import annotations

import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from signals.errors import SignalsError
from signals.jobs import Message, message_pipe
from signals.scenario import Scenario
from signals.trial import RunOptions, run

__all__ = ["Task", "main"]

_REPORT_S = 0.2


class Task(NamedTuple):
    """What a worker is told on its standard input, pickled: it comes from our own process and nobody else."""

    scenario: Scenario
    controller: str
    seed: int
    folder: Path
    options: RunOptions


def main() -> int:
    """Run the task; tell its progress, and in one line what went wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leave the world in good order
    task = Task(*pickle.load(sys.stdin.buffer))  # noqa: S301  see Task
    with message_pipe() as tell:
        try:
            run(
                task.scenario,
                task.controller,
                seed=task.seed,
                out=task.folder,
                options=task.options,
                on_tick=_reporter(tell),
            )
        except SignalsError as error:
            tell({"error": type(error).__name__, "text": str(error)})
            return 1
        tell({"share": 1.0})
    return 0


def _reporter(tell: Callable[[Message], None]) -> Callable[[float], None]:
    """Report now and then; where nobody listens any more, the run ends with a broken pipe."""
    last_s = time.monotonic()

    def report(share: float) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= _REPORT_S:
            last_s = now_s
            tell({"share": share})

    return report


if __name__ == "__main__":
    sys.exit(main())
