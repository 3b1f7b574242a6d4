"""Many controllers wait for their turn, and silent ones keep nobody from his."""

from __future__ import annotations

import asyncio
import time

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip.gate import AT_ONCE, SOON_S, Gate, gate_of


class Crowd:
    """Many who have come to a gate; each stays inside until it is told to leave."""

    def __init__(self, count: int) -> None:
        self.gate, self.came = Gate(Clock()), list[int]()
        self.ends = [asyncio.Event() for _ in range(count)]
        self.everybody = asyncio.Event()
        self.tasks = [asyncio.ensure_future(self._one(number)) for number in range(count)]

    async def _one(self, number: int) -> None:
        async with self.gate.turn():
            self.came.append(number)
            if len(self.came) == len(self.ends):
                self.everybody.set()
            await self.ends[number].wait()

    async def leave(self, number: int) -> None:
        self.ends[number].set()
        for _ in range(4):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)


def test_no_more_than_so_many_have_their_turn_and_the_next_one_when_one_is_over() -> None:
    async def main() -> None:
        crowd = Crowd(AT_ONCE + 2)
        await asyncio.sleep(0)
        assert crowd.came == list(range(AT_ONCE))
        await crowd.leave(7)
        assert crowd.came == list(range(AT_ONCE + 1))
        assert crowd.gate.inside == AT_ONCE
        await crowd.end()
        assert crowd.gate.inside == 0

    asyncio.run(main())


def test_whoever_takes_long_counts_for_a_moment_only_and_frees_nothing_when_he_ends() -> None:
    async def main() -> None:
        begin_s = time.monotonic()
        crowd = Crowd(2 * AT_ONCE + 1)
        await crowd.everybody.wait()
        assert time.monotonic() - begin_s >= 2 * SOON_S
        assert crowd.gate.inside == 1
        await crowd.leave(0)
        assert crowd.gate.inside == 1
        await crowd.end()

    asyncio.run(main())


def test_whoever_waits_no_longer_takes_no_turn() -> None:
    async def main() -> None:
        crowd = Crowd(AT_ONCE + 3)
        await asyncio.sleep(0)
        crowd.tasks[AT_ONCE].cancel()
        await asyncio.sleep(0)
        crowd.ends[0].set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        crowd.tasks[AT_ONCE + 1].cancel()  # just when it is let in
        await asyncio.wait(crowd.tasks[AT_ONCE : AT_ONCE + 2])
        await asyncio.sleep(0)
        assert crowd.came[-1] == AT_ONCE + 2
        assert crowd.gate.inside == AT_ONCE
        await crowd.end()

    asyncio.run(main())


def test_each_event_loop_has_its_own() -> None:
    clock = Clock()

    async def main() -> Gate:
        assert gate_of(clock) is gate_of(clock)
        return gate_of(clock)

    assert asyncio.run(main()) is not asyncio.run(main())
