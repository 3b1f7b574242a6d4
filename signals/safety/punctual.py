"""Answers in time, from those who may never answer: each of them works in a thread of its own.

Only where there is a deadline, which is in real time; simulations need none and stay on one thread. A thread cannot be
killed. One that does not return is left behind, never waited for and never given more work, so that there is at most
one for each worker, and it does not keep the program from ending. Code that keeps the interpreter to itself (a loop in
C that does not release the GIL) stops every thread; against that only another process helps.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Callable
from typing import Final, cast

import numpy as np

from signals.model.roles import Controller
from signals.model.values import Decision, Snapshot
from signals.safety.fallback import Failure, LateError, attempt

__all__ = ["Punctual", "Worker"]

Call = Callable[[], object]
Calls = queue.SimpleQueue[Call | None]
Answers = queue.SimpleQueue[object]

STOP: Final = None
ENDED: Final = Failure(RuntimeError("it ended its thread"))


class Worker:
    """A thread that takes calls, one at a time.

    Parameters
    ----------
    name
        What the thread is called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: Calls = queue.SimpleQueue()
        self._answers: Answers = queue.SimpleQueue()
        self._thread = threading.Thread()
        self._owes = False
        weakref.finalize(self, self._calls.put, STOP)

    @property
    def busy(self) -> bool:
        """Whether a call has not returned yet."""
        return self._owes and self._answers.empty()

    def begin(self, call: Call) -> bool:
        """Start a call; False if an earlier one has not returned yet. The answer of one that was late is dropped.

        Parameters
        ----------
        call
            What to call.
        """
        if self.busy:
            return False
        if self._owes:
            self._answers.get()
        if not self._thread.is_alive():
            work = (self._calls, self._answers)
            self._thread = threading.Thread(target=_work, args=work, name=self._name, daemon=True)
            self._thread.start()
        self._owes = True
        self._calls.put(call)
        return True

    def answer(self, timeout_s: float) -> object:
        """Return what the call has returned, or the `Failure` if it raised.

        Parameters
        ----------
        timeout_s
            For how long to wait, monotonic time; not at all if it is not > 0.

        Raises
        ------
        LateError
            When it has not returned by then.
        """
        try:
            found = self._answers.get(timeout=max(timeout_s, 0.0))
        except queue.Empty:
            raise LateError("it did not answer in time") from None
        self._owes = False
        return found


class Punctual:
    """A controller that answers by the deadline, or is late (`LateError`).

    It thinks in a thread of its own, about a copy of the snapshot: whoever is late finds the original changed. While
    it is busy with an old tick it is not asked again, and what it says about an old tick is dropped.

    Parameters
    ----------
    controller
        Who is asked.
    deadline_s
        How long an answer may take, > 0, monotonic time.

    Raises
    ------
    ValueError
        When `deadline_s` is not positive.
    """

    def __init__(self, controller: Controller, deadline_s: float) -> None:
        if not deadline_s > 0:
            raise ValueError(f"deadline_s must be > 0, got {deadline_s}")
        self._controller, self._deadline_s = controller, deadline_s
        self._worker = Worker(f"controller {type(controller).__name__}")

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what the controller wants.

        Parameters
        ----------
        snapshot
            What is believed.

        Raises
        ------
        LateError
            When it does not answer in time, or has not yet answered about an earlier tick.
        Exception
            Whatever the controller raises.
        """
        own = Snapshot._make(part.copy() if isinstance(part, np.ndarray) else part for part in snapshot)
        if not self._worker.begin(lambda: self._controller.decide(own)):
            raise LateError("it is still busy with an earlier tick")
        found = self._worker.answer(self._deadline_s)
        if isinstance(found, Failure):
            raise found.error
        return cast("Decision", found)  # whatever it is: `Fallback` looks at it


def _work(calls: Calls, answers: Answers) -> None:
    """Answer calls until told to stop; knows the queues only, so that a worker nobody needs can go."""
    while (call := calls.get()) is not STOP:
        found: object = ENDED
        try:
            found = attempt(call)
        finally:  # also if it ends this thread
            answers.put(found)
        del call, found
