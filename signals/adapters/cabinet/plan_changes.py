"""A change of plan on its way to a cabinet: questions and answers that take longer than a tick, beside the heartbeat.

Nothing of it may come behind what gives the cabinet back: whoever does that ends it first.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from signals.adapters.cabinet.line import Line
from signals.model.cabinets import CabinetLink, PlanRequest

__all__ = ["PlanChange", "release"]


class PlanChange:
    """Sends a plan, from when it is made.

    Parameters
    ----------
    link, line
        Who speaks to the cabinet, and where that lives.
    request
        The plan.
    since_s
        The time.
    """

    def __init__(self, link: CabinetLink, line: Line, request: PlanRequest, since_s: float) -> None:
        self._link, self._request, self.since_s = link, request, since_s
        self._task: asyncio.Task[object] | None = None
        self._ended = False
        self._found: Future[object] = line.begin(self._run)

    @property
    def done(self) -> bool:
        """Whether it is known what came of it."""
        return self._found.done()

    def answer(self) -> object:
        """Return what the cabinet answered, or the exception that the link raised, once it is done."""
        if self._found.cancelled():
            return asyncio.CancelledError()
        error = self._found.exception()
        return self._found.result() if error is None else error

    async def end(self) -> None:
        """See that nothing more of it is sent; in the event loop of its line."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> object:
        self._task = asyncio.current_task()
        if self._ended:
            raise asyncio.CancelledError
        return await self._link.send(self._request)


async def release(link: CabinetLink, change: PlanChange | None, reason: str) -> object:
    """Give a cabinet back, when nothing is on its way there any more; return what that came to."""
    if change is not None:
        await change.end()
    return await link.release(reason)
