"""How long the optimiser thinks: in grids of growing size, and on RESCO's maps intersection by intersection.

    python -m benchmarks.speed.optimiser [--sides 4,8,16,32] [--maps cologne8,grid4x4] [--threads 0] [--hour]

A grid is a town of `benchmarks.speed.town`, two lanes each way, with as much traffic at every crossing whatever its
size: 1,000 vehicles pass in an hour. With two stages, one axis has green at a time and left turns yield; with six, each
arm may also have green alone. The optimiser controls it in the built-in simulator, guard included, for seven minutes,
of which the last two are measured. A decision is that of the whole network: learning, telling neighbours, searching,
explaining.

RESCO's maps (package `sumo-rl`) run for their hour in the built-in simulator. There every intersection is planned in a
call of its own, which costs more, so that the longest plan of a single one can be told. `--hour` is an hour of cologne8
in SUMO, from the first tick to the last.

Every figure comes from a process of its own. Times are by the clock unless they are called CPU: on a busy machine only
the latter mean something. Exit status: 0 every target is met; 1 one is missed; 2 something was not run.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from benchmarks.speed.overhead import config_of, whole_loop
from benchmarks.speed.town import Town, network_of, travel_of

if TYPE_CHECKING:
    from signals.kernels.horizon_values import Arrivals
    from signals.model.network import Network
    from signals.model.travel import Travel
    from signals.model.values import Decision, Snapshot

__all__ = ["Thought", "grid", "main", "power", "six_stages", "think"]

SIDES: Final = "4,8,16,32"
MAPS: Final = "cologne8,grid4x4"
PASSING_VEH_H: Final = 1000.0
"""Vehicles that pass each crossing in an hour."""
SAMPLE: Final = 2000
"""Trips from which their mean length is told."""
END_S: Final = 420.0
SKIPPED_S: Final = 300.0
MEAN_MS, WORST_MS, CITY_MS, HOUR_S = 0.15, 2.0, 100.0, 4.0
"""Targets: of a decision at one intersection, of a decision for 1,000 of them, of an hour of cologne8."""
CITY: Final = 1000
STAGES: Final = (2, 6)


class Thought(NamedTuple):
    """What the decisions of a run took.

    Attributes
    ----------
    intersections
        How many are controlled.
    mean_ms, p99_ms, worst_ms
        A decision for the whole network, by the clock.
    cpu_ms
        The same in CPU time of all threads, mean.
    single_ms
        The longest search of a single intersection, by the clock; NaN where that was not looked at.
    delay_s
        What came of it: mean delay of all who were scheduled.
    """

    intersections: int
    mean_ms: float
    p99_ms: float
    worst_ms: float
    cpu_ms: float
    single_ms: float
    delay_s: float

    @property
    def each_ms(self) -> float:
        """The mean for one intersection."""
        return self.mean_ms / self.intersections


class _Timed:
    """A rolling horizon under the stop-watch."""

    def __init__(self, network: Network, threads: int, *, singly: bool) -> None:
        from signals.control.rolling_horizon import RollingHorizon  # noqa: PLC0415  children only

        singles_s = self.singles_s = [math.nan]

        class Singly(RollingHorizon):
            """One that plans intersection by intersection."""

            def _plan(self, time_s: float, arrivals: Arrivals, first: int, beyond: int, thread: int) -> None:
                for i in range(first, beyond):
                    begin_s = time.perf_counter()
                    super()._plan(time_s, arrivals, i, i + 1, thread)
                    singles_s.append(time.perf_counter() - begin_s)

        self._mind = (Singly if singly else RollingHorizon)(network, threads=threads)
        del singles_s[1:]
        self.wall_s, self.cpu_s = list[float](), list[float]()

    def decide(self, snapshot: Snapshot) -> Decision:
        """Decide, and note how long it took."""
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        decision = self._mind.decide(snapshot)
        self.wall_s.append(time.perf_counter() - wall_s)
        self.cpu_s.append(time.process_time() - cpu_s)
        self._mind.take_comparisons()
        return decision


class _Nobody:
    """Keeps nothing."""

    def note(self, *_: object) -> None:
        """Forget it."""


def think(
    network: Network, travel: Travel, end_s: float, threads: int = 0, *, begin_s: float = 0.0, singly: bool = False
) -> Thought:
    """Drive a network under the optimiser, in the built-in simulator.

    Parameters
    ----------
    network, travel
        What is controlled, and who drives there.
    end_s
        Until when; the first `SKIPPED_S` are not measured, where it is longer.
    threads
        As in the optimiser's settings.
    begin_s
        From when on.
    singly
        Whether intersections are planned one by one.
    """
    from signals import loop  # noqa: PLC0415  children only
    from signals.adapters.sim.world import SimWorld  # noqa: PLC0415
    from signals.safety.fallback import Fallback  # noqa: PLC0415
    from signals.safety.guard import Guard  # noqa: PLC0415
    from signals.sensing.full import FullEstimator  # noqa: PLC0415

    world = SimWorld(network, travel, begin_s=begin_s, end_s=end_s)
    mind = _Timed(network, threads, singly=singly)
    loop.run(world, FullEstimator(network), Fallback(mind, network), Guard(network), _Nobody())
    trips, _ = world.outcome()
    wall_ms = 1000.0 * np.array(mind.wall_s[int(SKIPPED_S if end_s - begin_s > SKIPPED_S else 0) :])
    return Thought(
        intersections=len(network.intersections),
        mean_ms=float(wall_ms.mean()),
        p99_ms=float(np.percentile(wall_ms, 99)),
        worst_ms=float(wall_ms.max()),
        cpu_ms=1000.0 * float(np.mean(mind.cpu_s[-len(wall_ms) :])),
        single_ms=1000.0 * max(mind.singles_s[1:], default=math.nan),
        delay_s=float(np.mean(trips.time_loss_s + trips.departure_delay_s)),
    )


def grid(side: int, stages: int, threads: int = 0, end_s: float = END_S) -> Thought:
    """Think in a grid.

    Parameters
    ----------
    side
        Crossings along each side.
    stages
        2 or 6 at each.
    threads, end_s
        As in `think`.
    """
    network = network_of(side)
    travel = travel_of(town_of(side, end_s))
    return think(network if stages == STAGES[0] else six_stages(network), travel, end_s, threads)


def town_of(side: int, end_s: float) -> Town:
    """Return a town of a size in which `PASSING_VEH_H` pass each crossing; in small ones trips are shorter.

    Parameters
    ----------
    side
        Crossings along each side.
    end_s
        Until when they depart.
    """
    hops = np.mean([len(route) for route in travel_of(Town(side, SAMPLE, end_s)).routes])
    return Town(side, round(PASSING_VEH_H * side * side * end_s / 3600.0 / hops), end_s)


def six_stages(town: Network) -> Network:
    """Return a town in which each arm of a crossing has a group of its own: green with the opposite one, or alone."""
    from signals.model.intersections import SignalGroup, Stage  # noqa: PLC0415  children only

    places = []
    for place in town.intersections:
        groups = []
        for arm in range(4):
            axis = place.groups[arm % 2]
            own = [n for n, index in enumerate(axis.movements) if (town.movements[index].from_lane // 2) % 4 == arm]
            links, moves = tuple(axis.links[n] for n in own), tuple(axis.movements[n] for n in own)
            left = tuple(link for link in links if link in axis.permissive_links)
            groups.append(SignalGroup(str(arm), axis.user, links, moves, permissive_links=left))
        between_ds = place.intergreen_ds[0][1]
        matrix = tuple(tuple(None if (a - b) % 2 == 0 else between_ds for b in range(4)) for a in range(4))
        served = ((0, 2), (1, 3), (0,), (1,), (2,), (3,))
        stages = tuple(Stage(str(number), one) for number, one in enumerate(served))
        places.append(replace(place, groups=tuple(groups), intergreen_ds=matrix, stages=stages, plans=()))
    return replace(town, intersections=tuple(places))


def resco(name: str, threads: int = 0) -> Thought:
    """Think on one of RESCO's maps, for its hour, intersection by intersection."""
    import signals  # noqa: PLC0415  children only
    from signals.entrants import scenario_for  # noqa: PLC0415
    from signals.scenario_worlds import travel_of as travel_there  # noqa: PLC0415

    scenario = scenario_for("rolling_horizon", signals.load(config_of(name)))
    travel, _ = travel_there(scenario.file, scenario.folder, scenario.network, 1)
    time_there = scenario.file.time
    return think(scenario.network, travel, time_there.end_s, threads, begin_s=time_there.begin_s, singly=True)


def power(thoughts: Sequence[Thought]) -> float:
    """Return the slope of the logarithm of the CPU time of a decision over that of the number of intersections."""
    size = np.log([one.intersections for one in thoughts])
    return float(np.polyfit(size, np.log([one.cpu_ms for one in thoughts]), 1)[0])


def grids(sides: Sequence[int], stages: int, threads: int) -> Iterator[tuple[str, bool]]:
    """Yield the table of the grids with so many stages line by line, each with whether its target is met."""
    found = []
    for side in sides:
        one = Thought(*_child("grid", side, stages, threads))
        found.append(one)
        met = one.each_ms <= MEAN_MS and (one.intersections < CITY or one.mean_ms <= CITY_MS)
        yield _row(f"grid {side}x{side}, {stages} stages", one), met
    if len(found) > 1:
        yield f"  CPU time grows with the number of intersections to the power of {power(found):.2f}; 1 is linear", True


def maps(names: Sequence[str], threads: int) -> Iterator[tuple[str, bool]]:
    """Yield the table of RESCO's maps line by line, each with whether its target is met."""
    for name in names:
        one = Thought(*_child("resco", name, threads))
        yield _row(name, one), one.each_ms <= MEAN_MS and one.single_ms <= WORST_MS


def hour() -> tuple[str, bool]:
    """Return the line of an hour of cologne8 in SUMO, and whether its target is met."""
    cpu_s, wall_s = _child("hour")
    return f"an hour of cologne8 in SUMO: {wall_s:.2f} s by the clock, {cpu_s:.2f} CPU s", wall_s <= HOUR_S


def _row(name: str, one: Thought) -> str:
    single = "" if math.isnan(one.single_ms) else f"{one.single_ms:9.2f}"
    return (
        f"{name:24} {one.intersections:6,} {one.mean_ms:9.2f} {one.p99_ms:9.2f} {one.worst_ms:9.2f} {one.cpu_ms:9.2f}"
        f" {1000.0 * one.each_ms:9.1f} {1000.0 * one.cpu_ms / one.intersections:9.1f} {one.delay_s:7.1f} {single}"
    ).rstrip()


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", default=SIDES)
    parser.add_argument("--maps", default=MAPS)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are processors, where they pay")
    parser.add_argument("--hour", action="store_true", help="an hour of cologne8 in SUMO, too")
    asked = parser.parse_args(words)
    sides, names = (
        [int(side) for side in asked.sides.split(",") if side],
        [name for name in asked.maps.split(",") if name],
    )
    heads = ("ms a tick", "p99", "worst", "CPU ms", "us each", "CPU us")
    print(f"{'':24} {'lights':>6} {' '.join(f'{head:>9}' for head in heads)} {'delay s':>7} {'single ms':>9}")
    missed = 0
    try:
        for stages in STAGES:
            for line, met in grids(sides, stages, asked.threads):
                missed += _say(line, met)
        for line, met in maps(names, asked.threads):
            missed += _say(line, met)
        if asked.hour:
            missed += _say(*hour())
    except subprocess.CalledProcessError as error:
        print(f"error: {' '.join(error.cmd[1:])} failed with {error.returncode}", file=sys.stderr)
        return 2
    print(f"{missed} missed" if missed else "all targets met")
    return 1 if missed else 0


def _say(line: str, met: bool) -> int:  # noqa: FBT001
    """Print a line, and count it where its target was missed."""
    print(line if met else f"{line}  MISSED", flush=True)
    return 0 if met else 1


def _child(*words: float | str) -> list[Any]:
    """Measure in a process of its own, once its kernels are compiled. Raises `subprocess.CalledProcessError`."""
    command = [sys.executable, "-m", "benchmarks.speed.optimiser", "--child", *map(str, words)]
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    answer = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    return list(json.loads(answer.stdout.splitlines()[-1]))


def _measure(what: str, *words: str) -> Sequence[float]:
    if what == "grid":
        return grid(*(int(word) for word in words))
    return resco(words[0], int(words[1])) if what == "resco" else whole_loop("cologne8", "rolling_horizon")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(_measure(*sys.argv[2:])))
    else:
        sys.exit(main())
