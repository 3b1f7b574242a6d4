"""What the guard costs: `Guard.permit` (copying, interstage, monitor) per intersection and tick, and `Fallback.decide`.

    python benchmarks/safety/cost.py [--repeats 7]

Compiled with 1, 8 and 1,000 intersections in a call, and as plain Python (``NUMBA_DISABLE_JIT=1``) with 1 and 8. The
sites are the crossroads of this package, the demo junction, and two of RESCO's networks from the installed `sumo-rl`
package, whose intersections are repeated as often as needed. Two kinds of traffic: ``stages`` is what controllers do, a
stage of each intersection wanted for 10 s, the next at a time of its own; ``hostile`` wants three groups in ten at
random and forgets them after 10 s. Somebody waits for every other group, drawn anew every 10 s.

CPU times; medians over the repeats, in which all variants take turns. Exit status 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np

from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, Readings, Snapshot
from signals.record.provenance import provenance
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.scenario import load

TARGET_US: Final = {"compiled": 2.0, "plain": 40.0}
"""Per intersection and tick: compiled with 1,000 in a call, as plain Python with 8."""
JUDGED: Final = {"compiled": 1_000, "plain": 8}
SIZES: Final = {"compiled": (1, 8, 1_000), "plain": (1, 8)}
TRAFFIC: Final = ("stages", "hostile")
HOLD: Final = 10
"""Ticks between changes of mind."""
ROWS: Final = 200
"""Ticks after which traffic repeats itself."""
LEAST_S: Final = 0.05
"""A measurement takes so long at least."""

Run = Callable[[int], None]
"""Does a number of ticks."""
Costs = dict[str, float]
"""Microseconds per tick, by ``site/size/traffic``."""


def networks() -> dict[str, Network]:
    """Return the sites."""
    found = importlib.util.find_spec("sumo_rl")
    if found is None or found.origin is None:
        sys.exit("the networks come with the package sumo-rl: pip install --no-deps sumo-rl")
    resco = Path(found.origin).parent / "nets" / "RESCO"
    return {
        "crossroads": crossroads(),
        "braunschweig": load("braunschweig").network,
        **{name: load(resco / name / f"{name}.sumocfg").network for name in ("cologne8", "ingolstadt21")},
    }


def repeated(network: Network, size: int) -> Network:
    """Build a network of so many of the intersections of another, without its streets."""
    places = [
        replace(place, id=str(number), groups=tuple(replace(group, movements=()) for group in place.groups))
        for number, place in enumerate(islice(cycle(network.intersections), size))
    ]
    return Network("cost", (), (), tuple(places))


def guarded(network: Network, traffic: str) -> Run:
    """Prepare a guard and what it will be asked."""
    guard, arrays = Guard(network, on_violation="count"), network.arrays
    groups, intersections = len(arrays.min_green_ds), len(network.intersections)
    draw = np.random.default_rng(1)
    wants = staged(network) if traffic == "stages" else np.repeat(draw.random((ROWS // HOLD, groups)) < 0.3, HOLD, 0)
    demands = np.repeat(draw.random((ROWS // HOLD, groups)) < 0.5, HOLD, 0)
    nothing, stage = [np.zeros(0, np.float32)] * 7, np.full(intersections, -1, np.int32)
    shown = np.full(groups, -1, np.int8)
    shown = guard.permit(Decision(wants[0], stage), Readings(0.0, shown, *nothing), demands[0]).command.aspect
    asked = [
        (Decision(want, stage), Readings(0.0, shown, *nothing), demand)
        for want, demand in zip(wants, demands, strict=True)
    ]
    rounds = cycle(asked)

    def run(ticks: int) -> None:
        for decision, readings, demand in islice(rounds, ticks):
            guard.permit(decision, readings, demand)

    return run


def staged(network: Network) -> BoolArray:
    """Want one stage after the other, each intersection changing at its own time."""
    arrays = network.arrays
    wants = np.zeros((ROWS, len(arrays.min_green_ds)), np.bool_)
    for i, place in enumerate(network.intersections):
        for tick in range(ROWS):
            stage = place.stages[(tick + i) // HOLD % len(place.stages)]
            wants[tick, arrays.group_offset[i] + np.array(stage.groups, np.int32)] = True
    return wants


class Quiet:
    """A controller that always wants the same."""

    def __init__(self, network: Network) -> None:
        groups, intersections = len(network.arrays.min_green_ds), len(network.intersections)
        self._answer = Decision(np.zeros(groups, np.bool_), np.zeros(intersections, np.int32))

    def decide(self, _snapshot: Snapshot) -> Decision:
        """Return it."""
        return self._answer


def seated(network: Network) -> Run:
    """Prepare a fallback and what it will be shown: everywhere somebody waits, a little longer each time."""
    fallback, approaches = Fallback(Quiet(network), network), len(network.arrays.approach_lane)
    now_s = 0.0
    calm = {name: np.ones(approaches, np.float32) for name in ("queue_veh", "count_veh", "wait_s", "gap_s")}
    snapshot = Snapshot(**{name: np.zeros(0, np.float32) for name in Snapshot._fields} | calm)

    def run(ticks: int) -> None:
        nonlocal now_s
        for _ in range(ticks):
            now_s += 1.0
            calm["wait_s"][:] = now_s % 100
            fallback.decide(snapshot._replace(time_s=now_s))

    return run


def measure(kind: str, repeats: int) -> tuple[Costs, dict[str, float]]:
    """Measure everything in this process: microseconds per tick, and the mean number of groups of each site."""
    runs: dict[str, Run] = {}
    groups: dict[str, float] = {}
    for name, network in networks().items():
        groups[name] = len(network.arrays.min_green_ds) / len(network.intersections)
        for size in SIZES[kind]:
            for traffic in TRAFFIC:
                runs[f"{name}/{size}/{traffic}"] = guarded(repeated(network, size), traffic)
        runs[f"{name}/{len(network.intersections)}/fallback"] = seated(network)
    ticks = {name: enough(run) for name, run in runs.items()}
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            begin = time.process_time()
            run(ticks[name])
            spent[name].append((time.process_time() - begin) / ticks[name] * 1e6)
    return {name: statistics.median(row) for name, row in spent.items()}, groups


def enough(run: Run) -> int:
    """Find out how many ticks take long enough to be measured."""
    ticks = ROWS
    while True:
        begin = time.process_time()
        run(ticks)
        if time.process_time() - begin > LEAST_S:
            return ticks
        ticks *= 2


def measured(kind: str, repeats: int) -> tuple[Costs, dict[str, float]]:
    """Measure everything in a process of its own."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": str(int(kind == "plain")), "OMP_WAIT_POLICY": "passive"}
    command = [sys.executable, __file__, "--child", kind, "--repeats", str(repeats)]
    answer = subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if answer.returncode:
        sys.exit(answer.returncode)  # it has said why
    costs, groups = json.loads(answer.stdout.splitlines()[-1])
    return costs, groups


def report(kind: str, costs: Costs, groups: dict[str, float]) -> bool:
    """Print a table, and tell whether its target is met."""
    sizes = SIZES[kind]
    worst_us = 0.0
    print(f"\n{kind}: us per intersection and tick\n")
    print("| site | groups | traffic |" + "".join(f" {size:,} in a call |" for size in sizes) + " a call itself |")
    print("|---|---|---|" + "---|" * (len(sizes) + 1))
    for name, count in groups.items():
        for traffic in TRAFFIC:
            calls_us = [costs[f"{name}/{size}/{traffic}"] for size in sizes]
            each_us = [call_us / size for call_us, size in zip(calls_us, sizes, strict=True)]
            worst_us = max(worst_us, each_us[sizes.index(JUDGED[kind])])
            slope_us = (calls_us[-1] - calls_us[0]) / (sizes[-1] - sizes[0])
            cells = "".join(f" {one:.2f} |" for one in (*each_us, calls_us[0] - slope_us))
            print(f"| {name} | {count:.1f} | {traffic} |{cells}")
    print("\nFallback.decide, us per call: ", end="")
    print(", ".join(f"{name.split('/')[0]} {cost:.1f}" for name, cost in costs.items() if name.endswith("/fallback")))
    met = worst_us <= TARGET_US[kind]
    print(
        f"target: at most {TARGET_US[kind]:g} us with {JUDGED[kind]:,} in a call; worst {worst_us:.2f} us: "
        + ("met" if met else "MISSED")
    )
    return met


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--child", choices=tuple(SIZES), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.repeats < 1:
        parser.error(f"--repeats must be 1 or more, got {chosen.repeats}")
    if chosen.child:
        print(json.dumps(measure(chosen.child, chosen.repeats)))
        return 0
    source = provenance([], {}, None)
    print(f"versions {json.dumps(source['versions'])}, source {str(source['source_sha256'])[:12]}")
    print(f"machine {source['platform']}, {os.cpu_count()} processors; {chosen.repeats} repeats")
    met = [report(kind, *measured(kind, chosen.repeats)) for kind in SIZES]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
