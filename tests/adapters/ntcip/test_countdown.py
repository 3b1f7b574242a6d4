"""What a virtual controller tells of the next change comes true."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.ntcip.countdown import times_of
from signals.adapters.ntcip.phases import Service
from signals.model.cabinets import CabinetSite
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.values import Aspect

SITE = CabinetSite(crossroads().intersections[0])
GROUPS = SITE.intersection.groups
COUNT = len(GROUPS)
SERVICES = [Service(number, group.user is User.PEDESTRIAN) for number, group in enumerate(GROUPS, 1)]


def columns(aspect: list[int], age_ds: list[int], tick_ds: int = 10) -> tuple[list[int], list[int]]:
    """Return the earliest and the latest time of each group; 0 = not told."""
    times = times_of(SITE, SERVICES, aspect, age_ds, tick_ds)
    assert [row.phase for row in times] == list(range(1, 17))
    assert all(row.overlap_min_ds == row.overlap_max_ds == 0 for row in times)
    pairs = [
        (row.people_min_ds, row.people_max_ds) if service.people else (row.vehicle_min_ds, row.vehicle_max_ds)
        for row, service in zip(times, SERVICES, strict=False)
    ]
    others = [
        (row.vehicle_min_ds, row.vehicle_max_ds) if service.people else (row.people_min_ds, row.people_max_ds)
        for row, service in zip(times, SERVICES, strict=False)
    ]
    assert set(others) == {(0, 0)}
    return [least for least, _ in pairs], [most for _, most in pairs]


def test_a_green_lasts_for_its_minimum_and_nobody_knows_for_how_much_longer() -> None:
    least, most = columns([Aspect.GREEN] * COUNT, [20] * COUNT)
    assert least == [max(group.min_green_ds - 20, 0) for group in GROUPS]
    assert most == [0] * COUNT
    assert columns([Aspect.GREEN] * COUNT, [9000] * COUNT)[0] == [0] * COUNT


@pytest.mark.parametrize("aspect", [Aspect.RED, Aspect.UNKNOWN])
def test_of_red_and_of_what_is_not_known_nothing_is_told(aspect: Aspect) -> None:
    assert columns([aspect] * COUNT, [0] * COUNT) == ([0] * COUNT, [0] * COUNT)


def test_what_lasts_its_time_ends_with_a_tick() -> None:
    least, most = columns([Aspect.AMBER] * COUNT, [5] * COUNT)
    assert least == most == [max(-(-(group.amber_ds - 5) // 10) * 10, 0) for group in GROUPS]


def test_phases_beyond_the_sixteenth_are_left_out() -> None:
    services = [Service(number, people=False) for number in range(10, 10 + COUNT)]
    times = times_of(SITE, services, [Aspect.GREEN] * COUNT, [0] * COUNT, 10)
    assert sum(row.vehicle_min_ds > 0 for row in times) == 7


def test_it_comes_true_at_a_firmware_that_runs_its_own_program() -> None:
    firmware = Firmware(SITE, backup_s=10.0)
    calls, none = np.ones(COUNT, np.bool_), np.zeros(0, np.int32)
    before, told, kinds = firmware.aspect.copy(), ([0] * COUNT, [0] * COUNT), set()
    for _ in range(400):
        firmware.step(calls, none, none.astype(np.float32))
        shown = firmware.aspect
        for group in range(COUNT):
            least, most = told[0][group] - firmware.tick_ds, told[1][group] - firmware.tick_ds
            if shown[group] != before[group]:
                assert least <= 0
                kinds.add(Aspect(int(before[group])))
            elif told[1][group]:
                assert most > 0
        before, told = shown.copy(), columns(shown.tolist(), firmware.age_ds.tolist())
    assert {Aspect.GREEN, Aspect.AMBER, Aspect.CLEARANCE} <= kinds
