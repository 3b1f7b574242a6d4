"""One run in a process of its own, as `signals.study.compare` starts it with ``python -m signals.worker``."""

from __future__ import annotations

import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import NamedTuple

from signals.errors import SignalsError
from signals.jobs import Message, message_pipe
from signals.scenario import Scenario
from signals.trial import RunOptions, run

__all__ = ["Task", "main"]

_REPORT_S = 0.2
ASKED_TO_END = 128 + signal.SIGTERM


class Task(NamedTuple):
    """What a worker is told on its standard input, pickled: it comes from our own process and nobody else."""

    scenario: Scenario
    controller: str
    seed: int
    folder: Path
    options: RunOptions


def main() -> int:
    """Run the task; tell its progress, and in one line what went wrong."""
    asked = Event()

    def end(*_: object) -> None:
        asked.set()
        sys.exit(ASKED_TO_END)  # leaves the world in good order

    signal.signal(signal.SIGTERM, end)
    task = Task(*pickle.load(sys.stdin.buffer))  # noqa: S301  see Task
    with message_pipe() as tell:
        try:
            run(
                task.scenario,
                task.controller,
                seed=task.seed,
                out=task.folder,
                options=task.options,
                on_tick=_reporter(tell, asked),
            )
        except SignalsError as error:
            tell({"error": type(error).__name__, "text": str(error)})
            return 1
        tell({"share": 1.0})
    return 0


def _reporter(tell: Callable[[Message], None], asked: Event) -> Callable[[float], None]:
    """Report now and then; where nobody listens any more, the run ends with a broken pipe.

    Whoever was asked to end, ends here at the latest: Python drops what a signal raises inside a finaliser.
    """
    last_s = time.monotonic()

    def report(share: float) -> None:
        nonlocal last_s
        if asked.is_set():
            sys.exit(ASKED_TO_END)
        now_s = time.monotonic()
        if now_s - last_s >= _REPORT_S:
            last_s = now_s
            tell({"share": share})

    return report


if __name__ == "__main__":
    sys.exit(main())
