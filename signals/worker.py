"""One run in a process of its own: studies and benchmarks start it with ``python -m signals.worker``."""

from __future__ import annotations

import pickle
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import NamedTuple, Protocol

from signals.errors import SignalsError
from signals.jobs import Message, message_pipe
from signals.scenario import Scenario
from signals.trial import RunOptions, run

__all__ = ["Task", "Work", "main"]

_REPORT_S = 0.2
ASKED_TO_END = 128 + signal.SIGTERM


class Work(Protocol):
    """What a worker is told on its standard input, pickled: it comes from our own process and nobody else."""

    def run(self, on_tick: Callable[[float], None]) -> Mapping[str, object] | None:
        """Do it, tell `on_tick` the share that is done, and return what is to be told in the end, as JSON data."""
        ...


class Task(NamedTuple):
    """One run that leaves its folder; a plain tuple of these is as good."""

    scenario: Scenario
    controller: str
    seed: int
    folder: Path
    options: RunOptions

    def run(self, on_tick: Callable[[float], None]) -> None:
        """Run it."""
        run(self.scenario, self.controller, seed=self.seed, out=self.folder, options=self.options, on_tick=on_tick)


def main() -> int:
    """Do the work; tell its progress, what came of it, and in one line what went wrong."""
    asked = Event()

    def end(*_: object) -> None:
        asked.set()
        sys.exit(ASKED_TO_END)  # leaves the world in good order

    signal.signal(signal.SIGTERM, end)
    told = pickle.load(sys.stdin.buffer)  # noqa: S301  see Work
    work: Work = Task(*told) if type(told) is tuple else told
    with message_pipe() as tell:
        try:
            result = work.run(_reporter(tell, asked))
        except SignalsError as error:
            tell({"error": type(error).__name__, "text": str(error)})
            return 1
        if result is not None:
            tell({"result": result})
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
