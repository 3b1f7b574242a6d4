"""What a site has to say while nobody listens, and how it is said later."""

from __future__ import annotations

from collections import deque
from typing import Final

from signals.adapters.rsmp.messages import AggregatedStatus, Alarm, Message, StatusUpdate

__all__ = ["KEPT", "Outbox", "aged"]

KEPT: Final = 10_000
"""The standard asks for at least so many."""


class Outbox:
    """Keeps alarms, aggregated statuses and status updates in their order; the oldest go first when it is full.

    Requests, answers, watchdogs and acknowledgements are not kept: they belong to one connection.

    Parameters
    ----------
    limit
        The most that are kept.
    """

    def __init__(self, limit: int = KEPT) -> None:
        self._kept: deque[Message] = deque(maxlen=limit)

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, message: Message) -> None:
        """Keep a message for later, if it is of a kind that is kept."""
        if isinstance(message, AggregatedStatus | Alarm | StatusUpdate):
            self._kept.append(message)

    def next(self) -> Message | None:
        """Return the oldest, and keep it no longer; None where there is none."""
        return aged(self._kept.popleft()) if self._kept else None


def aged(message: Message) -> Message:
    """Return a message that is said late: its time stays, what it tells is called old."""
    if not isinstance(message, StatusUpdate):
        return message
    return message._replace(
        values=tuple(row._replace(quality="old") if row.quality == "recent" else row for row in message.values)
    )
