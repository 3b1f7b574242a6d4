"""Does work on many things in a few processes that share what was there before them."""

from __future__ import annotations

import multiprocessing
import queue
import signal
from collections.abc import Callable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

PATIENCE_S = 5.0
"""How often to look whether the processes are still there."""


def side_by_side(
    work: Callable[[Thing], Result], things: Sequence[Thing], jobs: int, tell: Callable[[int], None]
) -> list[Result]:
    """Do work on all things and return the results in their order.

    The processes are forked: cases that took long to draw and syntax trees are simply there, and nothing but results
    has to be sent.

    Parameters
    ----------
    work
        What to do; its results are pickled.
    things
        With what.
    jobs
        In how many processes.
    tell
        Called with the number of results so far.

    Raises
    ------
    RuntimeError
        When a process dies.
    """
    context = multiprocessing.get_context("fork")
    following, results = context.Value("i", 0), context.Queue()

    def serve() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
        while True:
            with following.get_lock():
                place, following.value = following.value, following.value + 1
            if place >= len(things):
                return
            results.put((place, work(things[place])))

    workers = [context.Process(target=serve, daemon=True) for _ in range(jobs)]
    for worker in workers:
        worker.start()
    found: dict[int, Result] = {}
    try:
        while len(found) < len(things):
            try:
                place, result = results.get(timeout=PATIENCE_S)
            except queue.Empty:
                if any(worker.exitcode for worker in workers):
                    raise RuntimeError("a process died") from None
                continue
            found[place] = result
            tell(len(found))
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
    return [found[place] for place in range(len(things))]
