"""Contract checks that any controller and any adapter can run on itself, in any test suite.

    from signals.testing import check_controller

    def test_contract():
        check_controller("my_package.my_module:MyController")

Each raises `AssertionError` with a sentence that says what is wrong. They need no simulator.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from signals import plugins
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.roles import Controller, World
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, IntArray, Readings, Snapshot, Verdict
from signals.model.vehicle_classes import VehicleClass
from signals.safety.guard import DO_NOT_WRITE, Guard

__all__ = ["check_controller", "check_world", "networks", "random_snapshot", "two_crossroads"]

DEADLINE_S = 0.25
"""CPU time that one decision may take: also the first one, so that nothing is compiled inside the loop."""

_TICK_DS = 10
_TICKS = 240
_ALONE = 10


def networks() -> tuple[Network, ...]:
    """Return the networks that a controller must get along with: with and without pedestrians, and two at once."""
    return crossroads(), crossroads(pedestrians=False), two_crossroads()


def two_crossroads() -> Network:
    """Return two crossroads that know nothing of each other, one with pedestrians and one without."""
    one, two = crossroads(), crossroads(pedestrians=False)
    lanes, movements, detectors = len(one.lanes), len(one.movements), two.detectors
    moved = tuple(
        replace(
            m,
            id=f"b:{m.id}",
            from_lane=m.from_lane + lanes,
            to_lane=m.to_lane + lanes,
            yields_to=tuple(k + movements for k in m.yields_to),
            foes=tuple(k + movements for k in m.foes),
        )
        for m in two.movements
    )
    (place,) = two.intersections
    groups = tuple(replace(g, movements=tuple(k + movements for k in g.movements)) for g in place.groups)
    return Network(
        "two crossroads",
        one.lanes + tuple(replace(lane, id=f"b:{lane.id}", edge=f"b:{lane.edge}") for lane in two.lanes),
        one.movements + moved,
        (*one.intersections, replace(place, id="b:centre", groups=groups)),
        one.detectors + tuple(replace(d, id=f"b:{d.id}", lane=d.lane + lanes) for d in detectors),
    )


def random_snapshot(
    network: Network, rng: np.random.Generator, time_s: float = 0.0, *, empty: bool = False
) -> Snapshot:
    """Make up what might be believed, everything red.

    Parameters
    ----------
    network
        What it is about.
    rng
        Where chance comes from.
    time_s
        Its time.
    empty
        Whether nobody is there at all.
    """
    arrays = network.arrays
    groups, approaches, lanes = len(arrays.group_user), len(arrays.approach_lane), len(network.lanes)
    links = len(arrays.link_movement)
    most = 0 if empty else 12
    queue = rng.integers(0, most + 1, approaches).astype(np.float32)
    coming = rng.integers(0, most + 1, approaches).astype(np.int32)
    offset = np.concatenate([np.zeros(1, np.int32), np.cumsum(coming, dtype=np.int32)])
    total = int(offset[-1])
    distance = [np.sort(rng.uniform(0, 200, n)) for n in coming]
    shares = np.repeat(1.0 / np.maximum(np.diff(arrays.link_offset), 1), np.diff(arrays.link_offset))
    return Snapshot(
        time_s=time_s,
        aspect=np.full(groups, Aspect.RED, np.int8),
        age_ds=np.full(groups, 600, np.int32),
        demand=np.zeros(groups, np.bool_) if empty else rng.random(groups) < 0.5,
        queue_veh=queue,
        count_veh=queue + coming,
        wait_s=np.where(queue > 0, rng.uniform(0, 90, approaches), 0).astype(np.float32),
        gap_s=rng.uniform(0, 20, approaches).astype(np.float32),
        lane_veh=rng.integers(0, most + 1, lanes).astype(np.float32),
        lane_free_m=arrays.lane_length_m.copy(),
        arrival_offset=offset,
        arrival_distance_m=np.concatenate([*distance, np.zeros(0)]).astype(np.float32),
        arrival_speed_mps=rng.uniform(0, 14, total).astype(np.float32),
        arrival_weight=np.ones(total, np.float32),
        arrival_handle=np.arange(1, total + 1, dtype=np.int64),
        link_share=shares.astype(np.float32) if links else np.zeros(0, np.float32),
        arrival_class=rng.integers(0, len(VehicleClass), total).astype(np.int8),
    )


def check_controller(
    controller: str | Callable[[Network], Controller],
    *,
    on: Sequence[Network] = (),
    deadline_s: float = DEADLINE_S,
) -> None:
    """Check that a controller keeps its contract.

    It gets shapes and types right, answers in time from the first call on, changes nothing that it is shown, decides
    the same when shown the same, and lives through an empty road; behind the guard it never causes a violation.

    Parameters
    ----------
    controller
        The name or ``module:Class`` of one, or what makes one from a network.
    on
        Networks to try; `networks` by default.
    deadline_s
        CPU time that one decision may take.

    Raises
    ------
    AssertionError
        With one sentence on what is wrong.
    """
    make = (
        cast("Callable[[Network], Controller]", plugins.load("controllers", controller))
        if isinstance(controller, str)
        else controller
    )
    for network in on or networks():
        first = [_packed(decision) for decision in _decisions(make, network, deadline_s)]
        second = [_packed(decision) for decision in _decisions(make, network, deadline_s)]
        for tick, (one, two) in enumerate(zip(first, second, strict=True)):
            _require(one == two, f"{network.name}, tick {tick}: shown the same twice, it decided differently")


def _decisions(make: Callable[[Network], Controller], network: Network, deadline_s: float) -> Iterator[Decision]:
    """Run a controller behind the guard through a road that is empty first and random then."""
    controller = make(network)
    _require(isinstance(controller, Controller), f"{type(controller).__name__} has no method decide(snapshot)")
    guard, rng = Guard(network, tick_ds=_TICK_DS), np.random.default_rng(1)
    aspect = np.full(len(network.arrays.group_user), Aspect.RED, np.int8)
    age_ds = np.full(len(aspect), 600, np.int32)
    for tick in range(_TICKS):
        made = random_snapshot(network, rng, tick * _TICK_DS / 10, empty=tick < 20)
        snapshot = made._replace(aspect=aspect.copy(), age_ds=age_ds.copy())
        where = f"{network.name}, tick {tick}"
        decision = _timed(controller, snapshot, where, deadline_s)
        _check_decision(decision, network, where)
        yield Decision(decision.want.copy(), decision.stage.copy())
        verdict = guard.permit(decision, _readings(network, snapshot), snapshot.demand)
        _require(not verdict.violations, f"{where}: the monitor saw {_details(verdict)}")
        age_ds = _aged(aspect, age_ds, verdict)
        aspect = verdict.command.aspect.copy()


def _timed(controller: Controller, snapshot: Snapshot, where: str, deadline_s: float) -> Decision:
    before = _packed(snapshot)
    start = time.process_time()
    decision = controller.decide(snapshot)
    spent = time.process_time() - start
    _require(
        spent <= deadline_s,
        f"{where}: it took {spent:.3f} s to decide, {deadline_s:g} s are allowed (compile in the constructor)",
    )
    _require(_packed(snapshot) == before, f"{where}: it changed the snapshot that it was shown")
    return decision


def _check_decision(decision: Decision, network: Network, where: str) -> None:
    _require(isinstance(decision, Decision), f"{where}: expected a Decision, got {type(decision).__name__}")
    groups, places = len(network.arrays.group_user), len(network.intersections)
    for name, array, dtype, size in (
        ("want", decision.want, np.bool_, groups),
        ("stage", decision.stage, np.int32, places),
    ):
        _require(isinstance(array, np.ndarray), f"{where}: {name} must be an array, got {type(array).__name__}")
        _require(
            array.dtype == dtype and array.shape == (size,),
            f"{where}: {name} must be {np.dtype(dtype)} [{size}], got {array.dtype} {list(array.shape)}",
        )
    counts = [len(place.stages) for place in network.intersections]
    _require(
        all(-1 <= stage < count for stage, count in zip(decision.stage, counts, strict=True)),
        f"{where}: no such stage among {decision.stage.tolist()}",
    )


def _readings(network: Network, snapshot: Snapshot) -> Readings:
    """Report what was shown and nothing else."""
    detectors = len(network.detectors)
    return Readings(
        snapshot.time_s,
        snapshot.aspect,
        np.zeros(len(snapshot.aspect), np.bool_),
        np.zeros(0, np.int32),
        np.zeros(0, np.float32),
        np.zeros(0, np.float32),
        np.zeros(0, np.int64),
        np.zeros(detectors, np.int32),
        np.zeros(detectors, np.float32),
    )


def _aged(aspect: ByteArray, age_ds: IntArray, verdict: Verdict) -> IntArray:
    same = verdict.command.aspect == aspect
    return np.where(same, age_ds + _TICK_DS, _TICK_DS).astype(np.int32)


def _details(verdict: Verdict) -> str:
    return "; ".join(violation.detail for violation in verdict.violations)


def _require(condition: object, sentence: str) -> None:
    """Assert something, whatever Python is told to optimise away."""
    if not condition:
        raise AssertionError(sentence)


def _packed(value: tuple[object, ...]) -> bytes:
    """Return all bytes of a value that travels."""
    return b"".join(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode() for part in value)


def check_world(make: Callable[[], World], *, ticks: int = 120, same_twice: bool = True) -> None:
    """Check that an adapter keeps its contract.

    It says what it is a world of, reports in the right shapes and types, lets exactly one tick pass for each command,
    shows what it is told and reads it back, may be left early and twice, leaves no thread, child process or open file
    behind, and accounts for everybody in the end.

    Parameters
    ----------
    make
        Makes the world, not yet entered, always the same one.
    ticks
        For how long it is driven; one of its intersections is left alone for the last ten.
    same_twice
        Whether the same seed must give the same readings (a street cannot promise that).

    Raises
    ------
    AssertionError
        With one sentence on what is wrong.
    """
    first = _driven(make(), ticks)
    before = _running()  # a library may keep something for as long as the process lives, but not more each time
    second = _driven(make(), ticks)
    left = _running() - before
    _require(not left, f"it left something running: {', '.join(sorted(left))}")
    _require(not same_twice or first == second, "made and driven the same twice, it reported something else")


def _driven(world: World, ticks: int) -> list[bytes]:
    """Drive a world through its stages, check every tick, and return all that it reported."""
    _require(isinstance(world, World), f"{type(world).__name__} lacks a part of signals.model.roles.World")
    _require(isinstance(world.network, Network), "its network must be a signals.model.network.Network")
    _require(isinstance(world.tick_ds, int), "its tick_ds must be a whole number")
    _require(world.tick_ds > 0, f"its tick_ds must be > 0, got {world.tick_ds}")
    with world as entered:
        _require(entered is world, "entering it must return itself")
        _require(not world.finished, "it is finished before it began")
        reported = _ticks(world, ticks)
    world.__exit__(None, None, None)
    _check_outcome(world)
    return reported


def _ticks(world: World, ticks: int) -> list[bytes]:
    guard, reported = Guard(world.network, tick_ds=world.tick_ds), []
    begin_s, progress = 0.0, 0.0
    commanded: ByteArray | None = None
    for tick in range(ticks):
        readings = world.read()
        begin_s = begin_s if tick else readings.time_s
        _check_readings(readings, world, begin_s + tick * world.tick_ds / 10)
        _check_shown(readings, commanded, tick)
        reported.append(_packed(readings))
        decision = _in_turn(world, tick)
        decision.stage[-1] = decision.stage[-1] if tick < ticks - _ALONE else DO_NOT_WRITE
        verdict = guard.permit(decision, readings, _everybody(world.network))
        _require(not verdict.violations, f"tick {tick}: the monitor saw {_details(verdict)}")
        world.write(verdict.command)
        commanded = verdict.command.aspect.copy() if verdict.command.write.all() else None
        now = world.progress
        _require(progress <= now <= 1, f"tick {tick}: its progress must grow from 0 to 1, got {now}")
        progress = now
        if world.finished:
            break
    return reported


def _check_readings(readings: Readings, world: World, time_s: float) -> None:
    network, seen = world.network, np.shape(readings.vehicle_lane)
    _require(abs(readings.time_s - time_s) < 1e-6, f"expected the time {time_s:g} s, got {readings.time_s:g} s")
    groups, detectors = (len(network.arrays.group_user),), (len(network.detectors),)
    for name, dtype, shape in (
        ("aspect", np.int8, groups),
        ("call", np.bool_, groups),
        ("vehicle_lane", np.int32, seen),
        ("vehicle_position_m", np.float32, seen),
        ("vehicle_speed_mps", np.float32, seen),
        ("vehicle_handle", np.int64, seen),
        ("detector_count", np.int32, detectors),
        ("detector_occupied", np.float32, detectors),
        ("preempt", np.int8, groups),
        ("vehicle_class", np.int8, seen),
    ):
        array = getattr(readings, name)
        if array is None and name in {"preempt", "vehicle_class"}:
            continue
        _require(
            array.dtype == dtype and array.shape == shape,
            f"{name} must be {np.dtype(dtype)} {list(shape)}, got {array.dtype} {list(array.shape)}",
        )
    _require(np.isin(readings.aspect, [int(aspect) for aspect in Aspect]).all(), "an aspect is not one of Aspect")
    lanes = readings.vehicle_lane
    _require(((lanes >= 0) & (lanes < len(network.lanes))).all(), "a vehicle is on a lane that does not exist")
    _require(len(np.unique(readings.vehicle_handle)) == len(lanes), "two vehicles have one handle")
    if readings.vehicle_class is not None:
        known = np.isin(readings.vehicle_class, [int(one) for one in VehicleClass])
        _require(known.all(), "the class of a vehicle is not one of VehicleClass")


def _check_shown(readings: Readings, commanded: ByteArray | None, tick: int) -> None:
    if commanded is None:
        return
    known = readings.aspect != Aspect.UNKNOWN
    wrong = np.flatnonzero(known & (readings.aspect != commanded))
    if not wrong.size:
        return
    raise AssertionError(
        f"tick {tick}: group {wrong[0]} was commanded {Aspect(commanded[wrong[0]]).name} "
        f"but shows {Aspect(readings.aspect[wrong[0]]).name}"
    )


def _check_outcome(world: World) -> None:
    trips, incidents = world.outcome()
    _require(isinstance(trips, Trips), f"outcome: expected Trips, got {type(trips).__name__}")
    _require(isinstance(incidents, Incidents), f"outcome: expected Incidents, got {type(incidents).__name__}")
    for name in ("departure_delay_s", "time_loss_s", "duration_s", "waiting_s"):
        _require(np.isfinite(getattr(trips, name)).all(), f"outcome: {name} must be known of everybody")


def _in_turn(world: World, tick: int) -> Decision:
    """Want the stages of every intersection in turn, 20 s each."""
    arrays, want = world.network.arrays, np.zeros(len(world.network.arrays.group_user), np.bool_)
    stages = np.full(len(world.network.intersections), -1, np.int32)
    for number, place in enumerate(world.network.intersections):
        if place.stages:
            stages[number] = tick * world.tick_ds // 200 % len(place.stages)
            want[[arrays.group_offset[number] + group for group in place.stages[stages[number]].groups]] = True
    return Decision(want, stages)


def _everybody(network: Network) -> BoolArray:
    return np.ones(len(network.arrays.group_user), np.bool_)


def _running() -> Counter[str]:
    """Count the threads, child processes and open files of this process by name."""
    found = [f"thread {thread.name}" for thread in threading.enumerate()]
    for task in Path("/proc/self/task").glob("*/children"):
        found += [f"process {child}" for child in task.read_text().split()]
    for handle in Path("/proc/self/fd").iterdir():
        try:
            target = str(handle.readlink())
        except OSError:  # the handle of this very listing is gone by now
            continue
        if target.startswith(("/", "socket:")) and not target.startswith(("/dev/", "/proc/")):
            found.append(f"file {target}")
    return Counter(found)
