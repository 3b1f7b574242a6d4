"""One event loop in a thread of its own, in which links to cabinets live; called from a program that has none.

Whoever calls waits for a bounded time and gets what there is. A link that blocks the loop takes everybody on its line
with it, and nobody else: what is not known to behave gets a line of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future, wait
from typing import Any, Final, cast

__all__ = ["LATE", "Late", "Line"]

Answer = object
"""What a coroutine returned, the exception that it raised, or `LATE`."""

CLOSE_S: Final = 2.0


class Late:
    """Stands for an answer that did not come in time."""


LATE: Final = Late()


class Line:
    """A thread with an event loop.

    Parameters
    ----------
    name
        What the thread is called.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"line {name}", daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, object]) -> Future[object]:
        """Start something, and return where its result will be."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def each(self, works: Sequence[Coroutine[Any, Any, object]], within_s: float) -> list[Answer]:
        """Do several things at the same time, and wait for them.

        Parameters
        ----------
        works
            What to do.
        within_s
            For how long to wait, in seconds of the wall. Whatever is not done by then is cancelled.

        Returns
        -------
        list
            Of each what it returned, the exception that it raised, or `LATE`.
        """
        if not works:
            return []
        found = self.begin(_all(works, within_s))
        if not wait([found], within_s * 1.5 + 0.05).done:  # the loop itself is stuck
            found.cancel()
            return [LATE] * len(works)
        return cast("list[Answer]", found.result())

    def close(self, wait_s: float | None = None) -> bool:
        """End everything that still runs on it, and the thread; False where it is stuck and was left behind.

        Parameters
        ----------
        wait_s
            For how long to wait; `CLOSE_S` where it is not given.
        """
        if not self._thread.is_alive():
            return True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S if wait_s is None else wait_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()


async def _all(works: Sequence[Coroutine[Any, Any, object]], within_s: float) -> list[Answer]:
    """Await all, and cancel those that take too long."""
    tasks = [asyncio.ensure_future(work) for work in works]
    _, late = await asyncio.wait(tasks, timeout=within_s)
    for task in late:
        task.cancel()
    return [LATE if task in late else _outcome(task) for task in tasks]


def _outcome(task: asyncio.Future[object]) -> Answer:
    if task.cancelled():
        return asyncio.CancelledError()
    error = task.exception()
    return task.result() if error is None else error
