"""A street whose signals are those of virtual controllers."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.world import SimWorld
from signals.errors import InputError
from signals.model.cabinets import Mode, sites_of
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.network import Network
from signals.model.timed_by_group import timed_by_group
from signals.model.values import Aspect
from signals.safety.displayed import displayed
from signals.serve.mischief import Mischief
from signals.serve.plant import Plant, detector_groups


def street(network: Network | None = None, *, tick_ds: int = 10, end_s: float = 300.0, seed: int = 1) -> SimWorld:
    found = network or crossroads()
    return SimWorld(found, crossroads_demand(), seed=seed, tick_ds=tick_ds, end_s=end_s, sensing="detectors")


def mean_delay_s(plant: Plant) -> float:
    with plant:
        while plant.tick():
            continue
    trips, _ = plant.world.outcome()
    return float(np.mean(trips.time_loss_s))


def test_the_street_shows_what_the_controllers_show() -> None:
    plant = Plant(street(), crossroads())
    with plant:
        shown = []
        for _ in range(100):
            assert plant.tick()
            shown.append(plant.firmwares[0].aspect)
            assert plant.world.read().aspect.tolist() == shown[-1].tolist()
    assert {Aspect.GREEN, Aspect.AMBER, Aspect.CLEARANCE} <= set(np.concatenate(shown).tolist())
    assert plant.violations == []


def test_lamps_and_detectors_are_told_of_the_same_tick() -> None:
    plant, told = Plant(street(), crossroads()), []
    firmware = plant.firmwares[0]
    with plant:
        for _ in range(200):
            plant.tick()
            told.append((firmware.aspect, firmware.detector_count, firmware.detector_occupied))
    with street() as world:
        total = world.read().detector_count.copy()
        for aspect, count, occupied in told:
            world.write(displayed(0.0, aspect, 1))
            seen = world.read()
            total += seen.detector_count
            assert (seen.aspect == aspect).all()
            assert (total == count).all()
            assert (seen.detector_occupied == occupied).all()
    assert total.any()


def test_vehicles_reach_the_detectors_of_their_controller() -> None:
    plant = Plant(street(), crossroads())
    with plant:
        for _ in range(200):
            plant.tick()
        counted = plant.firmwares[0].detector_count
    assert counted.min() > 0


def test_the_street_ends_and_says_what_became_of_everybody() -> None:
    plant = Plant(street(), crossroads())
    delay_s = mean_delay_s(plant)
    assert 5.0 < delay_s < 60.0
    assert mean_delay_s(Plant(street(), crossroads())) == delay_s
    assert mean_delay_s(Plant(street(seed=2), crossroads())) != delay_s


def test_controllers_may_tick_faster_than_the_street() -> None:
    plant = Plant(street(end_s=120.0), crossroads(), tick_ds=1)
    ticks = 1
    with plant:
        while plant.tick():
            ticks += 1
    assert plant.firmwares[0].time_ds == ticks == 1200
    assert plant.firmwares[0].detector_count.sum() < 200  # nobody is counted ten times
    assert plant.violations == []


@pytest.mark.parametrize("tick_ds", [3, 20])
def test_ticks_that_do_not_fit_are_refused(tick_ds: int) -> None:
    with pytest.raises(InputError, match="must divide that of the world, 1 s"):
        Plant(street(), crossroads(), tick_ds=tick_ds)


def test_longer_intergreens_are_kept() -> None:
    network = timed_by_group(crossroads(), 10)
    plant = Plant(street(), network)
    with plant:
        for _ in range(200):
            plant.tick()
    assert plant.firmwares[0].site.intersection.intergreen_ds == network.intersections[0].intergreen_ds
    assert plant.violations == []


def test_things_go_wrong_when_they_are_told_to() -> None:
    mischief = (Mischief(10.0, 0, "manual", True), Mischief(20.0, 0, "manual", False), Mischief(30.0, 0, "flash", True))
    plant = Plant(street(), crossroads(), mischief=mischief)
    modes = []
    with plant:
        for _ in range(40):
            plant.tick()
            modes.append(plant.firmwares[0].mode)
    assert modes == [Mode.READY] * 10 + [Mode.MANUAL] * 10 + [Mode.READY] * 10 + [Mode.FLASH] * 10
    assert plant.violations == []


def test_the_monitor_watches() -> None:
    plant = Plant(street(), crossroads())
    with plant:
        for _ in range(30):
            plant.tick()
        plant.firmwares[0]._lamps.aspect = [Aspect.GREEN] * 12
        plant.firmwares[0]._lamps.changed = True
        plant.tick()
    assert plant.violations


def test_clocks_are_set_for_all() -> None:
    plant = Plant(street(), crossroads())
    plant.set_clocks(1_000_000.0)
    with plant:
        plant.tick()
    assert plant.firmwares[0].cycle_position_ds == (10_000_000 + 10) % 940


def test_a_detector_calls_the_groups_of_its_lane() -> None:
    network = crossroads()
    site = sites_of(network)[0]
    called = dict(zip(site.detectors, detector_groups(network, site), strict=True))
    assert called["north_in_0@4"] == called["north_in_0@50"] == (0,)
    assert called["west_in_1@4"] == (7,)
