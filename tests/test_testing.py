"""The contract checks find what is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.network import Network
from signals.model.trips import Incidents, Trips
from signals.model.values import Command, Decision, Readings, Snapshot
from signals.testing import check_controller, check_world, networks, random_snapshot, two_crossroads


class Sound:
    """Wants nothing, and says so properly."""

    def __init__(self, network: Network) -> None:
        self._groups, self._places = len(network.arrays.group_user), len(network.intersections)

    def decide(self, snapshot: Snapshot) -> Decision:
        return Decision(np.zeros(self._groups, np.bool_), np.full(self._places, -1, np.int32))


def broken(change: Callable[[Decision, Snapshot], object]) -> Callable[[Network], Sound]:
    class Broken(Sound):
        def decide(self, snapshot: Snapshot) -> Decision:
            decision = super().decide(snapshot)
            changed = change(decision, snapshot)
            return decision if changed is None else changed

    return Broken


def test_a_sound_controller_passes() -> None:
    check_controller(Sound)
    check_controller(f"{__name__}:Sound", on=[crossroads()])


def spoil(snapshot: Snapshot) -> None:
    snapshot.queue_veh[0] += 1


def dawdle() -> None:
    end_s = time.process_time() + 0.03
    while time.process_time() < end_s:
        pass


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d, s: (d.want, d.stage), "expected a Decision, got tuple"),
        (lambda d, s: d._replace(want=list(d.want)), "want must be an array, got list"),
        (lambda d, s: d._replace(want=d.want.astype(np.int8)), r"want must be bool \[12\], got int8 \[12\]"),
        (lambda d, s: d._replace(want=d.want[1:]), r"want must be bool \[12\], got bool \[11\]"),
        (lambda d, s: d._replace(stage=d.stage.astype(np.int64)), r"stage must be int32 \[1\], got int64 \[1\]"),
        (lambda d, s: d._replace(stage=d.stage + 5), r"no such stage among \[4\]"),
        (lambda d, s: spoil(s), "it changed the snapshot that it was shown"),
        (lambda d, s: dawdle(), "s to decide, 0.02 s are allowed"),
        (lambda d, s: d._replace(want=np.random.default_rng().random(12) < 0.5), "decided differently"),
    ],
)
def test_a_broken_controller_is_caught(change: Callable[[Decision, Snapshot], object], sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_controller(broken(change), on=[crossroads()], deadline_s=0.02)


def test_what_is_no_controller_is_caught() -> None:
    with pytest.raises(AssertionError, match=r"object has no method decide\(snapshot\)"):
        check_controller(lambda network: object(), on=[crossroads()])


def test_networks_differ() -> None:
    groups = [[len(place.groups) for place in network.intersections] for network in networks()]
    assert groups == [[12], [8], [12, 8]]
    pair = two_crossroads()
    assert pair.arrays.link_movement.tolist() == [*range(12), *range(16, 28)]


def test_a_random_snapshot_fits_its_network() -> None:
    network, rng = two_crossroads(), np.random.default_rng(1)
    snapshot = random_snapshot(network, rng, 3.0)
    assert snapshot.time_s == 3.0
    assert len(snapshot.arrival_distance_m) == snapshot.arrival_offset[-1] > 0
    for first, last in zip(snapshot.arrival_offset[:-1], snapshot.arrival_offset[1:], strict=True):
        assert (np.diff(snapshot.arrival_distance_m[first:last]) >= 0).all()
    empty = random_snapshot(network, rng, empty=True)
    assert not empty.demand.any()
    assert not empty.count_veh.any()
    assert not len(empty.arrival_distance_m)


class World(SimWorld):
    def __init__(self) -> None:
        super().__init__(crossroads(), crossroads_demand(), seed=1, end_s=60)


class LeavesAThread(World):
    def __enter__(self) -> World:
        threading.Thread(target=time.sleep, args=(5,), daemon=True, name="forgotten").start()
        return super().__enter__()


LEFT: list[IO[str]] = []


class LeavesAFile(World):
    def __enter__(self) -> World:
        LEFT.append(Path(__file__).open())
        return super().__enter__()


class Skips(World):
    def write(self, command: Command) -> None:
        super().write(command)
        super().write(command)


class Lies(World):
    def read(self) -> Readings:
        readings = super().read()
        return readings._replace(aspect=np.zeros_like(readings.aspect)) if readings.time_s > 20 else readings


class Counts(World):
    def read(self) -> Readings:
        readings = super().read()
        return readings._replace(detector_count=readings.detector_count.astype(np.float64))


class Doubles(World):
    def read(self) -> Readings:
        readings = super().read()
        return readings._replace(vehicle_handle=np.zeros_like(readings.vehicle_handle))


class Invents(World):
    def read(self) -> Readings:
        readings = super().read()
        return readings._replace(vehicle_class=np.full(len(readings.vehicle_lane), 99, np.int8))


class Widens(World):
    def read(self) -> Readings:
        readings = super().read()
        return readings._replace(vehicle_class=np.zeros(len(readings.vehicle_lane) + 1, np.int8))


class Forgets(World):
    def outcome(self) -> tuple[Trips, Incidents]:
        return super().outcome()[::-1]


class Varies(World):
    number = 0

    def __init__(self) -> None:
        Varies.number += 1
        SimWorld.__init__(self, crossroads(), crossroads_demand(), seed=Varies.number, end_s=60)


class Rewinds(World):
    progress = property(lambda self: 2.0)


def test_a_sound_world_passes() -> None:
    check_world(World)


@pytest.mark.parametrize(
    ("world", "sentence"),
    [
        (LeavesAThread, "it left something running: thread forgotten"),
        (LeavesAFile, f"it left something running: file {__file__}"),
        (Skips, "expected the time 1 s, got 2 s"),
        (Lies, "but shows RED|display of intersection"),
        (Counts, r"detector_count must be int32 \[16\], got float64 \[16\]"),
        (Doubles, "two vehicles have one handle"),
        (Invents, "the class of a vehicle is not one of VehicleClass"),
        (Widens, r"vehicle_class must be int8 \[0\], got int8 \[1\]"),
        (Forgets, "outcome: expected Trips, got Incidents"),
        (Varies, "made and driven the same twice, it reported something else"),
        (Rewinds, "its progress must grow from 0 to 1, got 2.0"),
        (object, "object lacks a part of"),
    ],
)
def test_a_broken_world_is_caught(world: Callable[[], object], sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_world(world)
    while LEFT:
        LEFT.pop().close()


def test_the_street_need_not_repeat_itself() -> None:
    check_world(Varies, same_twice=False)
