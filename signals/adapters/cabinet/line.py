"""One event loop in a thread of its own, in which links to cabinets live; called from a program that has none.

Whoever calls waits for a bounded time and gets what there is. A link that blocks the loop takes everybody on its line
with it, and nobody else: what is not known to behave gets a line of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, Final

__all__ = ["LATE", "Late", "Line", "Work", "at_once"]

Work = Callable[[], object]
"""What begins when it is called, in the thread of the line: it returns a coroutine, or at once what there is to say."""

Answer = object
"""What a coroutine returned, the exception that it raised, or `LATE`."""

CLOSE_S: Final = 2.0
SLACK_S: Final = 0.15
"""How much longer a loop may take to put its answers together: the machine may be busy."""


class Late:
    """Stands for an answer that did not come in time."""


LATE: Final = Late()


class Line:
    """A thread with an event loop.

    Parameters
    ----------
    name
        What the thread is called.

    Attributes
    ----------
    behind
        Whether it had not come to an end with what it was asked last when the time for that was over.
    """

    def __init__(self, name: str) -> None:
        self.behind = False
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[object]] = set()
        self._thread = threading.Thread(target=self._run, name=f"line {name}", daemon=True)
        self._thread.start()

    def begin(self, work: Work) -> Future[object]:
        """Start something, and return where its result will be; it is cancelled where the line was closed."""
        found: Future[object] = Future()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._start, work, found)
        else:
            found.cancel()
        return found

    def each(self, works: Sequence[Work], within_s: float) -> list[Answer]:
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
        return at_once({self: works}, within_s)[self] if works else []

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

    def abandon(self, works: Sequence[Work]) -> None:
        """Leave it as it is; if it can ever do anything again, it does this first (such as leaving ports), and ends."""

        async def last() -> None:
            await _all(works, CLOSE_S, [LATE] * len(works))
            self._loop.stop()

        self.begin(last)

    def _start(self, work: Work, found: Future[object]) -> None:
        """Make a task of something, in the thread of the loop."""
        task = self._loop.create_task(_one(work))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(done, found))

    def _end(self, done: asyncio.Task[object], found: Future[object]) -> None:
        self._tasks.discard(done)
        outcome = _outcome(done)
        if not found.set_running_or_notify_cancel():
            return
        if isinstance(outcome, BaseException):
            found.set_exception(outcome)
        else:
            found.set_result(outcome)

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


def at_once(works: Mapping[Line, Sequence[Work]], within_s: float) -> dict[Line, list[Answer]]:
    """Do things on several lines at the same time, and wait for all of them together; see `Line.each`.

    A loop that is stuck, or has too much to do, does not come to its end in time: what was answered by then counts.
    """
    answers: dict[Line, list[Answer]] = {line: [LATE] * len(rows) for line, rows in works.items()}
    found = {line: line.begin(partial(_all, rows, within_s, answers[line])) for line, rows in works.items()}
    wait(found.values(), within_s + SLACK_S)
    for line, future in found.items():
        line.behind = not future.done() or future.cancelled()
    return {line: rows.copy() for line, rows in answers.items()}


def _begun(work: Work) -> object:
    """Begin something; return its coroutine, or what there is to say at once, an exception included."""
    try:
        return work()
    except (SystemExit, KeyboardInterrupt) as error:
        return _contained(error)
    except Exception as error:  # noqa: BLE001  whoever asked is told
        return error


async def _finished(begun: Coroutine[Any, Any, object]) -> object:
    try:
        return await begun
    except (SystemExit, KeyboardInterrupt) as error:
        raise _contained(error) from error


def _contained(error: BaseException) -> RuntimeError:
    """Return what is told instead: whoever wants to end the program ends his own work only."""
    return RuntimeError(f"an adapter raised {type(error).__name__}")


async def _one(work: Work) -> object:
    """Do something."""
    begun = _begun(work)
    if asyncio.iscoroutine(begun):
        return await _finished(begun)
    if isinstance(begun, Exception):
        raise begun
    return begun


async def _all(works: Sequence[Work], within_s: float, answers: list[Answer]) -> None:
    """Do everything, put each answer into its place when it is there, and cancel what takes too long."""
    begin, tasks = asyncio.get_running_loop().create_task, set[asyncio.Task[object]]()
    for number, work in enumerate(works):
        begun = _begun(work)
        if asyncio.iscoroutine(begun):  # only who has to wait needs a task
            tasks.add(begin(_told(begun, number, answers)))
        else:
            answers[number] = begun
    _, late = await asyncio.wait(tasks, timeout=within_s) if tasks else (None, ())
    for task in late:
        task.cancel()


async def _told(begun: Coroutine[Any, Any, object], number: int, answers: list[Answer]) -> None:
    """Put into its place what a coroutine returned, or the exception that it raised; nothing where it was too late."""
    answer: Answer
    try:
        answer = await _finished(begun)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  whoever asked is told
        answer = error
    task = asyncio.current_task()
    if task is not None and not task.cancelling():
        answers[number] = answer


def _outcome(task: asyncio.Future[object]) -> Answer:
    if task.cancelled():
        return asyncio.CancelledError()
    error = task.exception()
    return task.result() if error is None else error
