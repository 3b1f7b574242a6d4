"""What a site keeps while nobody listens keeps its order and its time, and is called old."""

from __future__ import annotations

from signals.adapters.rsmp.messages import Alarm, StatusUpdate, StatusValue, Watchdog
from signals.adapters.rsmp.outbox import KEPT, Outbox
from tests.adapters.rsmp.bench import STAMP


def an_update(number: int, quality: str = "recent") -> StatusUpdate:
    return StatusUpdate(str(number), "C", STAMP, (StatusValue("S0001", "stage", "1", quality),))


def test_ten_thousand_are_kept_and_then_the_oldest_go() -> None:
    outbox = Outbox()
    for number in range(KEPT + 5):
        outbox.keep(an_update(number))
    assert KEPT >= 10_000
    assert len(outbox) == KEPT
    first = outbox.next()
    assert isinstance(first, StatusUpdate)
    assert (first.id, first.at) == ("5", STAMP)


def test_only_what_was_known_becomes_old() -> None:
    outbox = Outbox()
    alarm = Alarm("a", "C", "A0001", "Issue")
    for message in (an_update(1), an_update(2, "unknown"), alarm, Watchdog("w", STAMP)):
        outbox.keep(message)
    assert [outbox.next() for _ in range(4)] == [an_update(1, "old"), an_update(2, "unknown"), alarm, None]
