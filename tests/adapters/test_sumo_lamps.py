from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.model.lanes import User
from signals.model.roles import World
from signals.model.values import Aspect, Command
from tests.adapters.sumo_pair import BOTH, all_red, pair_world

pytestmark = pytest.mark.sumo


@BOTH
def test_what_is_commanded_is_shown(tmp_path: Path, traci: bool) -> None:
    world = pair_world(tmp_path, traci=traci, end_s=60.0)
    assert isinstance(world, World)
    assert world.tick_ds == 10
    network = world.network
    green = np.full(len(network.arrays.group_user), Aspect.RED, np.int8)
    green[0] = Aspect.GREEN
    with world:
        for _ in range(20):
            world.write(all_red(network))
            assert (world.read().aspect == Aspect.RED).all()
        before = world.read()
        assert (before.vehicle_speed_mps[before.vehicle_position_m > 280] < 5).all()
        command = Command(0.0, green, np.ones(2, np.bool_))
        world.write(command)
        assert world.read().aspect.tolist() == green.tolist()
        assert world.progress == pytest.approx(21 / 60)
        green[0] = Aspect.AMBER  # a command may be kept and changed
        world.write(command)
        assert world.read().aspect[0] == Aspect.AMBER


@BOTH
def test_an_intersection_is_given_back(tmp_path: Path, traci: bool) -> None:
    with pair_world(tmp_path, traci=traci, end_s=300.0) as world:
        network = world.network
        first, middle, end = network.arrays.group_offset.tolist()
        for _ in range(30):
            world.write(all_red(network))
        one = all_red(network)._replace(write=np.array([False, True]))
        shown = []
        for _ in range(120):
            world.write(one)
            shown.append(world.read().aspect.copy())
        rows = np.array(shown)
        longest = max(cell or 0 for row in network.intersections[0].intergreen_ds for cell in row)
        assert (rows[: longest // 10, first:middle] == Aspect.RED).all()
        assert (rows[:, first:middle] == Aspect.GREEN).any(axis=0).all()  # its own program serves everybody
        assert (rows[:, middle:end] == Aspect.RED).all()
        world.write(all_red(network))
        assert (world.read().aspect == Aspect.RED).all()


def test_no_green_is_cut_short_when_it_is_given_back(tmp_path: Path) -> None:
    with pair_world(tmp_path, end_s=300.0) as world:
        network = world.network
        one = network.intersections[0]
        green = np.full(len(network.arrays.group_user), Aspect.RED, np.int8)
        kind = network.arrays.group_user[: len(one.groups)]
        car, walker = int(np.flatnonzero(kind == User.VEHICLE)[0]), int(np.flatnonzero(kind == User.PEDESTRIAN)[0])
        green[[car, walker]] = Aspect.GREEN
        write = np.ones(2, np.bool_)
        for _ in range(10):
            world.write(Command(0.0, green, write))
        for tick in range(3):
            world.write(Command(0.0, green, ~write))
            seen = world.read().aspect
            amber = tick * 10 < one.groups[car].amber_ds
            assert seen[car] == (Aspect.AMBER if amber else Aspect.RED)
            assert seen[walker] == Aspect.RED
        world.write(Command(0.0, green, write))  # taken back in the middle
        assert world.read().aspect[car] == Aspect.GREEN


def test_only_the_controlled_ones_obey(tmp_path: Path) -> None:
    with pair_world(tmp_path, end_s=100.0, controlled=frozenset({"c"})) as world:
        network = world.network
        index = network.intersection_index["c"]
        first, end = network.arrays.group_offset[index : index + 2]
        mine = np.zeros(len(network.arrays.group_user), np.bool_)
        mine[first:end] = True
        others = []
        while not world.finished:
            world.write(all_red(network))
            aspect = world.read().aspect
            assert (aspect[mine] == Aspect.RED).all()
            others.append(aspect[~mine].copy())
        assert (np.array(others) == Aspect.GREEN).any(axis=0).all()


def test_sumo_is_only_told_what_changed(tmp_path: Path) -> None:
    with pair_world(tmp_path, end_s=30.0) as world:
        lamps = world._running._lamps  # type: ignore[union-attr]
        told: list[tuple[str, str]] = []
        set_state = lamps._set_state
        lamps._set_state = lambda name, state: (told.append((name, state)), set_state(name, state))
        red = all_red(world.network)
        for _ in range(5):
            world.write(red)
        assert [name for name, _ in told] == ["b", "c"]
        walker = int(np.flatnonzero(world.network.arrays.group_user == User.PEDESTRIAN)[0])
        clearing = red.aspect.copy()
        clearing[walker] = Aspect.CLEARANCE
        world.write(red._replace(aspect=clearing))
        assert len(told) == 2  # the same letters
        assert world.read().aspect[walker] == Aspect.CLEARANCE  # but not the same thing
        green = clearing.copy()
        green[walker] = Aspect.GREEN
        world.write(red._replace(aspect=green))
        assert [name for name, _ in told] == ["b", "c", "b"]


def test_what_somebody_else_shows_is_seen(tmp_path: Path) -> None:
    with pair_world(tmp_path, end_s=30.0) as world:
        red = all_red(world.network)
        world.write(red)
        world._client.api.trafficlight.setRedYellowGreenState("b", "GGrrrrr")  # type: ignore[union-attr]
        assert (world.read().aspect == Aspect.GREEN).any()
