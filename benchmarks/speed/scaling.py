"""How the built-in simulator grows: a town of 10,000 signals, the cost of a step by size, runs over cores.

    python -m benchmarks.speed.scaling drive SIDE VEHICLES END_S RUNS
    python -m benchmarks.speed.scaling replay SIDE VEHICLES END_S COUNT JOBS

Each prints one line of JSON: a measurement in a process of its own.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from benchmarks.speed.town import Town, network_of, travel_of

if TYPE_CHECKING:
    from signals.adapters.sim.layout import Traffic
    from signals.adapters.sim.timetable import Timetable
    from signals.model.travel import Travel
    from signals.model.trips import Trips

__all__ = ["Drive", "Scaled", "city", "drive", "fitted", "linearity", "power", "replicas", "scaled"]

CITY: Final = Town(100, 1_000_000, 3600.0)
SIDES: Final = (10, 20, 40, 60)
PER_CROSSING: Final = (15, 30, 60)
"""Vehicles that depart for each crossing in `LINEAR_S`."""
LINEAR_S: Final = 900.0
LEAST_RUNS: Final = 3
COUNT: Final = 16
"""Replicas: as many towns of `REPLICA`, each with its own seed."""
REPLICA: Final = Town(15, 15_000, 3600.0)
REPEATS: Final = 3


class Drive(NamedTuple):
    """What one run took.

    Attributes
    ----------
    lanes, vehicles
        How many the simulator has.
    running_veh
        Mean number of vehicles on the road.
    steps
        Of one second.
    cpu_s
        CPU seconds of the run; the median where it was repeated.
    prepared_s
        CPU seconds to make the network, the travellers, the arrays, the timetable.
    bytes_each
        Memory of the simulator for a lane (its ring, its movements), for a vehicle, and for the route of a vehicle.
    peak_mb
        Memory of the whole process at its greatest.
    inserted, arrived
        How many vehicles.
    delay_s
        Mean over all who were scheduled.
    """

    lanes: int
    vehicles: int
    running_veh: float
    steps: int
    cpu_s: float
    prepared_s: Sequence[float]
    bytes_each: Sequence[float]
    peak_mb: float
    inserted: int
    arrived: int
    delay_s: float


class Scaled(NamedTuple):
    """What a batch took.

    Attributes
    ----------
    cpu_s, wall_s
        Seconds of the processor, and of the clock.
    delay_s
        Mean over the replicas: the same for any number of jobs.
    """

    cpu_s: float
    wall_s: float
    delay_s: float


def drive(town: Town, least_runs: int = LEAST_RUNS) -> Drive:
    """Make a town, drive through it, and account.

    Parameters
    ----------
    town
        Size and number.
    least_runs
        How often; the median counts.
    """
    from signals.adapters.sim.layout import begin  # noqa: PLC0415  children only
    from signals.adapters.sim.outcome import trips_of  # noqa: PLC0415
    from signals.adapters.sim.replay import run  # noqa: PLC0415

    travel, last, shown, prepared_s = _made(town)
    run(last, shown, 1.0)  # compiles
    spent_s = []
    for _ in range(least_runs):
        last = last._replace(state=begin(last.roads, last.travellers))
        begin_s = time.process_time()
        run(last, shown, town.end_s)
        spent_s.append(time.process_time() - begin_s)
    inserted_s, left_s = last.state.trip[:, 3], last.state.trip[:, 4]
    under_way_s = np.where(np.isnan(left_s), town.end_s, left_s) - inserted_s
    return Drive(
        lanes=len(last.lane),
        vehicles=town.vehicles,
        running_veh=float(np.nansum(under_way_s)) / town.end_s,
        steps=round(town.end_s),
        cpu_s=statistics.median(spent_s),
        prepared_s=prepared_s,
        bytes_each=_bytes_each(last),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        inserted=int(np.sum(~np.isnan(inserted_s))),
        arrived=int(np.sum(~np.isnan(left_s))),
        delay_s=_mean_delay_s(trips_of(last, travel, town.end_s)),
    )


def scaled(count: int, jobs: int, town: Town = REPLICA) -> Scaled:
    """Replay a town with as many seeds; making the travellers is not counted, laying them out is.

    Parameters
    ----------
    count
        How many replicas.
    jobs
        How many at the same time.
    town
        What is replayed.
    """
    from signals.adapters.sim.replay import Replay, replay, replay_all  # noqa: PLC0415  children only

    network = network_of(town.side)
    wanted = [Replay(network, travel_of(town._replace(seed=seed)), 0.0, town.end_s) for seed in range(1, count + 1)]
    replay(wanted[0]._replace(end_s=1.0))  # compiles
    begin_s = time.process_time(), time.perf_counter()
    delays_s = [_mean_delay_s(trips) for trips, _ in replay_all(wanted, jobs)]
    cpu_s, wall_s = time.process_time() - begin_s[0], time.perf_counter() - begin_s[1]
    return Scaled(cpu_s, wall_s, statistics.fmean(delays_s))


def fitted(drives: Sequence[Drive]) -> tuple[float, float, float]:
    """Fit CPU time of a step = a · lanes + b · vehicles on the road, by least squares of relative errors.

    Returns
    -------
    float, float, float
        a and b in ns, and the worst relative error of the fit.
    """
    parts = np.array([(one.lanes, one.running_veh) for one in drives])
    step_ns = np.array([1e9 * one.cpu_s / one.steps for one in drives])
    (lane_ns, vehicle_ns), *_ = np.linalg.lstsq(parts / step_ns[:, None], np.ones(len(drives)), rcond=None)
    worst = np.max(np.abs(parts @ (lane_ns, vehicle_ns) / step_ns - 1.0))
    return float(lane_ns), float(vehicle_ns), float(worst)


def city(town: Town = CITY) -> Iterator[str]:
    """Yield the table of a town in which a million drive.

    Parameters
    ----------
    town
        Size and number.
    """
    found = Drive(*_child("drive", town.side, town.vehicles, town.end_s, 1))
    network_s, travel_s, layout_s, timetable_s = found.prepared_s
    lane_bytes, vehicle_bytes, route_bytes = found.bytes_each
    size = f"{town.side**2:,} signals, {found.lanes:,} lanes, {found.vehicles:,} vehicles"
    yield f"{size} in {town.end_s:,.0f} s, one core"
    for name, text in (
        ("network, CPU s", f"{network_s:.1f}"),
        ("travellers, CPU s", f"{travel_s:.1f}"),
        ("arrays, CPU s", f"{layout_s:.1f}"),
        ("timetable, CPU s", f"{timetable_s:.1f}"),
        ("run, CPU s", f"{found.cpu_s:.1f}"),
        ("run, us a step", f"{1e6 * found.cpu_s / found.steps:,.0f}"),
        ("run, s per CPU s", f"{found.steps / found.cpu_s:,.0f}"),
        ("all together, CPU s", f"{sum(found.prepared_s) + found.cpu_s:.1f}"),
        ("on the road, mean", f"{found.running_veh:,.0f}"),
        ("never inserted", f"{found.vehicles - found.inserted:,}"),
        ("arrived", f"{found.arrived:,}"),
        ("mean delay, s", f"{found.delay_s:.1f}"),
        ("bytes a vehicle", f"{vehicle_bytes:.0f}, and {route_bytes:.0f} for its route"),
        ("bytes a lane", f"{lane_bytes:.0f}, its ring and movements included"),
        ("process at its peak, MB", f"{found.peak_mb:,.0f}"),
    ):
        yield f"  {name:<24} {text}"


def linearity(sides: Sequence[int] = SIDES, per_crossing: Sequence[int] = PER_CROSSING) -> Iterator[str]:
    """Yield what a step costs in towns of several sizes and densities, and how well lanes and vehicles explain it.

    Parameters
    ----------
    sides
        Crossings along each side.
    per_crossing
        Vehicles that depart for each crossing.
    """
    towns = [Town(side, number * side * side, LINEAR_S) for side in sides for number in per_crossing]
    yield f"{'signals':>9} {'lanes':>9} {'vehicles':>9} {'on the road':>12} {'us/step':>10} {'ns for each':>12}"
    found = []
    for town in towns:
        found.append(Drive(*_child("drive", town.side, town.vehicles, town.end_s, LEAST_RUNS)))
        one, step_us = found[-1], 1e6 * found[-1].cpu_s / found[-1].steps
        each_ns = 1e3 * step_us / (one.lanes + one.running_veh)
        size = f"{town.side**2:9,} {one.lanes:9,} {one.vehicles:9,} {one.running_veh:12,.0f}"
        yield f"{size} {step_us:10.1f} {each_ns:12.1f}"
    lane_ns, vehicle_ns, worst = fitted(found)
    yield f"a step costs {lane_ns:.1f} ns a lane + {vehicle_ns:.1f} ns a vehicle on the road; worst error {worst:.0%}"
    yield f"cost grows with size to the power of {power(found):.2f}; 1 is linear"


def power(drives: Sequence[Drive]) -> float:
    """Return the slope of the logarithm of the cost of a step over that of lanes + vehicles on the road."""
    size = np.log([one.lanes + one.running_veh for one in drives])
    return float(np.polyfit(size, np.log([one.cpu_s / one.steps for one in drives]), 1)[0])


def replicas(count: int = COUNT, repeats: int = REPEATS, town: Town = REPLICA) -> Iterator[str]:
    """Yield how long a batch takes with one job and with two, in turns.

    Parameters
    ----------
    count
        How many replicas.
    repeats
        How often.
    town
        What is replayed.
    """
    size = town.side, town.vehicles, town.end_s
    rows = [[Scaled(*_child("replay", *size, count, jobs)) for jobs in (1, 2)] for _ in range(repeats)]
    if len({one.delay_s for row in rows for one in row}) != 1:
        sys.exit("the same replicas gave different delays")
    yield f"{count} replicas of {town.side**2:,} signals and {town.vehicles:,} vehicles, {town.end_s:,.0f} s each"
    for jobs in (1, 2):
        cpu_s, wall_s = (statistics.median(row[jobs - 1][column] for row in rows) for column in (0, 1))
        yield f"  {jobs} at a time: {cpu_s:7.2f} CPU s, {wall_s:7.2f} s by the clock"
    faster = statistics.median(one.wall_s / two.wall_s for one, two in rows)
    more = statistics.median(two.cpu_s / one.cpu_s for one, two in rows)
    yield f"  two jobs are {faster:.2f} x as fast by the clock, and take {more:.2f} x the CPU time"


def _made(town: Town) -> tuple[Travel, Traffic, Timetable, list[float]]:
    """Prepare a run; the last are the CPU seconds of network, travellers, arrays and timetable."""
    from signals.adapters.sim.layout import traffic  # noqa: PLC0415  children only
    from signals.adapters.sim.timetable import timetable  # noqa: PLC0415

    marks_s = [time.process_time()]
    network = network_of(town.side)
    network.arrays  # noqa: B018  made when it is asked for
    marks_s.append(time.process_time())
    travel = travel_of(town)
    marks_s.append(time.process_time())
    made = traffic(network, travel)
    marks_s.append(time.process_time())
    shown = timetable(network, 0.0, town.end_s)
    marks_s.append(time.process_time())
    return travel, made, shown, np.diff(marks_s).tolist()


def _bytes_each(made: Traffic) -> tuple[float, float, float]:
    """Return the bytes of a lane, of a vehicle, of the route of a vehicle."""
    roads, people, state = made.roads, made.travellers, made.state
    vehicle = sum(array.nbytes for array in (people.depart, people.row, people.by_origin, state.trip, state.trip_row))
    everything = sum(array.nbytes for part in (roads, people, state) for array in part)
    count, lanes = max(len(people.row), 1), max(len(made.lane), 1)
    return (everything - vehicle - roads.step_hop.nbytes) / lanes, vehicle / count, roads.step_hop.nbytes / count


def _mean_delay_s(trips: Trips) -> float:
    return float(np.mean(trips.time_loss_s + trips.departure_delay_s))


def _child(*words: float | str) -> list[Any]:
    """Measure in a process of its own. Raises `subprocess.CalledProcessError` where it fails."""
    command = [sys.executable, "-m", "benchmarks.speed.scaling", *map(str, words)]
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    root = Path(__file__).parents[2]
    answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=root)
    return list(json.loads(answer.stdout.splitlines()[-1]))


def _measure(what: str, side: str, vehicles: str, end_s: str, *more: str) -> Drive | Scaled:
    town = Town(int(side), int(vehicles), float(end_s))
    if what == "drive":
        return drive(town, int(more[0]))
    return scaled(int(more[0]), int(more[1]), town)


if __name__ == "__main__":
    print(json.dumps(_measure(*sys.argv[1:])))
