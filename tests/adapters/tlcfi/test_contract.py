"""The contract of every link to a cabinet, kept over TCP."""

from __future__ import annotations

import asyncio

import pytest

from signals.testing_cabinets import check_cabinet
from tests.adapters.tlcfi.places import street


@pytest.mark.slow
def test_it_keeps_the_contract() -> None:
    async def run() -> dict[str, float]:
        async with street(connect=False, speed=20.0) as place:

            class Bench:
                link, firmware = place.link, place.firmware

                def tick(self) -> None:
                    place.plant.tick()

                def cut(self) -> None:
                    place.server.cut()

            return await check_cabinet(Bench(), place.clock, wishes=100)

    found = asyncio.run(run())
    assert found["lost_s"] <= 2.0
    assert found["wishes"] == 100
