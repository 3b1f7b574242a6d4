"""One pulse for many connections, in which nobody keeps the others from their turn."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.tlcfi.keeper import AT_ONCE, TURN_S, keeper_of

CLOCK = Clock(speed=20.0)


class Kept:
    """Something that is due every so often."""

    def __init__(self, every_s: float) -> None:
        self.every_s, self.due_s = every_s, 0.0
        self.looked = 0

    def look(self) -> None:
        self.looked += 1
        self.due_s = CLOCK.now_s() + self.every_s


class Broken(Kept):
    def look(self) -> None:
        super().look()
        raise RuntimeError("broken")


def test_each_is_called_when_it_is_due() -> None:
    async def run() -> None:
        often, once = Kept(4 * TURN_S), Kept(float("inf"))
        keeper = keeper_of(CLOCK)
        keeper.keep(often)
        keeper.keep(once)
        await CLOCK.sleep(40 * TURN_S)
        assert once.looked == 1
        assert 3 <= often.looked <= 10
        keeper.leave(often)
        before = often.looked
        await CLOCK.sleep(8 * TURN_S)
        assert often.looked == before
        keeper.leave(once)

    asyncio.run(run())


def test_one_that_is_broken_ends_nobody_elses_turns() -> None:
    async def run() -> None:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(str(about["exception"])))
        broken, good = Broken(0.0), Kept(0.0)
        keeper = keeper_of(CLOCK)
        keeper.keep(broken)
        keeper.keep(good)
        await CLOCK.sleep(20 * TURN_S)
        assert good.looked > 2
        assert set(told) == {"broken"}
        keeper.leave(broken)
        keeper.leave(good)

    asyncio.run(run())


def test_whoever_else_has_something_to_do_does_not_wait_for_all_of_them() -> None:
    async def run() -> None:
        many = [Kept(float("inf")) for _ in range(5 * AT_ONCE)]
        keeper = keeper_of(CLOCK)
        for one in many:
            keeper.keep(one)
        counts = [0]
        while counts[-1] < len(many):
            await asyncio.sleep(0)
            counts.append(sum(one.looked for one in many))
        assert max(after - before for before, after in pairwise(counts)) == AT_ONCE
        assert [one.looked for one in many] == [1] * len(many)
        for one in many:
            keeper.leave(one)

    asyncio.run(run())


def test_there_is_one_for_a_loop_and_a_clock_as_long_as_it_is_needed() -> None:
    async def run() -> None:
        one, other, clock = Kept(1.0), Kept(1.0), Clock()
        keeper = keeper_of(CLOCK)
        assert keeper_of(CLOCK) is keeper
        assert keeper_of(clock) is not keeper
        keeper.keep(one)
        keeper.keep(other)
        keeper.leave(one)
        keeper.leave(one)
        assert keeper_of(CLOCK) is keeper
        keeper.leave(other)
        keeper.leave(other)
        assert keeper_of(CLOCK) is not keeper
        await CLOCK.sleep(4 * TURN_S)
        assert not one.looked

    asyncio.run(run())


@pytest.mark.parametrize("speed", [1.0, 50.0])
def test_nobody_is_left_behind_by_a_loop_that_ends(speed: float) -> None:
    clock = Clock(speed)

    async def run() -> object:
        keeper = keeper_of(clock)
        keeper.keep(Kept(1.0))
        return keeper

    assert asyncio.run(run()) is not asyncio.run(run())
