"""One measurement of one simulator, in a process of its own.

    python -m benchmarks.speed.engines ENGINE COURSE

prints one line of JSON. Loading, compiling and accounting are not counted.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.speed.courses import Course
from signals.model.network import Network
from signals.model.travel import Travel

__all__ = [
    "BARE",
    "DELAYS",
    "ENGINES",
    "MESO",
    "OURS",
    "UXSIM",
    "Measured",
    "has_uxsim",
    "measure",
    "measured",
    "without_outputs",
]

BARE, MESO, UXSIM, OURS = "bare", "meso", "uxsim", "signals"
ENGINES: Final = (BARE, MESO, UXSIM, OURS)
DELAYS: Final = {BARE: "bare-delay", MESO: "meso-delay"}
"""SUMO tells delays in output files only, which cost time: the same run once more, not timed."""

_MESO_OPTIONS: Final = ("--mesosim", "true", "--meso-junction-control", "true")
_OUTPUTS: Final = ("--tripinfo-output", "--statistic-output", "--log")
ENOUGH_S: Final = 0.5
"""A run of ours takes milliseconds, so that it is repeated until this is over."""
LEAST_RUNS: Final = 3


class Measured(NamedTuple):
    """What came of a run.

    Attributes
    ----------
    cpu_s
        CPU seconds of the run alone; NaN where it was not timed.
    delay_s
        Mean delay of everybody who was scheduled; NaN where nobody asked.
    vehicles
        How many were scheduled; 0 where nobody asked.
    """

    cpu_s: float
    delay_s: float
    vehicles: int = 0


def measured(engine: str, course: Course) -> Measured:
    """Measure in a process of its own. Raises `subprocess.CalledProcessError` where it fails."""
    command = [sys.executable, "-m", "benchmarks.speed.engines", engine, json.dumps(course)]
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    root = Path(__file__).parents[2]
    answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=root)
    return Measured(*json.loads(answer.stdout.splitlines()[-1]))


def measure(engine: str, course: Course) -> Measured:
    """Measure in this process.

    Parameters
    ----------
    engine
        One of `ENGINES`, or of the values of `DELAYS`.
    course
        Network and demand.
    """
    import signals  # noqa: PLC0415  children only

    scenario = signals.load(course.net, [course.routes], begin_s=course.begin_s, end_s=course.end_s)
    network = scenario.network
    if engine in (BARE, MESO, *DELAYS.values()):
        extra = _MESO_OPTIONS if engine in (MESO, DELAYS[MESO]) else ()
        return _sumo(network, course, extra, timed=engine in (BARE, MESO))
    from signals.adapters.sumo.config import RouteFile, SumoInputs  # noqa: PLC0415
    from signals.adapters.sumo.travel import read_travel  # noqa: PLC0415

    inputs = SumoInputs(Path(course.net), (RouteFile(Path(course.routes)),), (), course.begin_s, course.end_s)
    travel, _ = read_travel(inputs, network, seed=1)
    return (_uxsim if engine == UXSIM else _ours)(network, travel.since(course.begin_s), course)


def has_uxsim() -> bool:
    """Whether UXsim is installed."""
    return importlib.util.find_spec("uxsim") is not None


def without_outputs(arguments: Sequence[str]) -> list[str]:
    """Return SUMO's command line, pairs of option and value, without the files that it would write."""
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    return [word for pair in pairs if not pair[0].startswith(_OUTPUTS) for word in pair]


def _sumo(network: Network, course: Course, extra: Sequence[str], *, timed: bool) -> Measured:
    """Run SUMO inside this process; it either is timed and writes nothing, or tells the delay."""
    import libsumo  # noqa: PLC0415

    from signals.adapters.sumo.config import RouteFile, SumoInputs  # noqa: PLC0415
    from signals.adapters.sumo.options import SumoOptions  # noqa: PLC0415
    from signals.adapters.sumo.prepare import prepare  # noqa: PLC0415
    from signals.adapters.sumo.results import Account, read_outcome  # noqa: PLC0415
    from signals.record.metrics import summarise  # noqa: PLC0415

    inputs = SumoInputs(Path(course.net), (RouteFile(Path(course.routes)),), (), course.begin_s, course.end_s)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        prepared = prepare(network, inputs, folder, SumoOptions(seed=1, record_states=False))
        arguments = without_outputs(prepared.arguments) if timed else prepared.arguments
        libsumo.start(["sumo", *arguments, *extra])
        begin_s = time.process_time()
        for _ in range(round(course.end_s - course.begin_s)):
            libsumo.simulationStep()
        spent_s = time.process_time() - begin_s
        libsumo.close()
        if timed:
            return Measured(spent_s, float("nan"))
        trips, incidents = read_outcome(folder, Account(course.end_s, vclass=prepared.vclass))
    metrics = summarise(trips, incidents, begin_s=course.begin_s, end_s=course.end_s)
    return Measured(float("nan"), metrics["delay_s"], int(metrics["scheduled_veh"]))


def _uxsim(network: Network, travel: Travel, course: Course) -> Measured:
    from benchmarks.speed.platoons import mean_delay_s, world_of  # noqa: PLC0415

    world, vehicles = world_of(network, travel, course.begin_s, course.end_s)
    world.finalize_scenario()
    begin_s = time.process_time()
    world.exec_simulation(until_t=course.end_s - course.begin_s)
    spent_s = time.process_time() - begin_s
    return Measured(spent_s, mean_delay_s(network, travel, vehicles, course.begin_s, course.end_s), len(vehicles))


def _ours(network: Network, travel: Travel, course: Course) -> Measured:
    from signals.adapters.sim.layout import begin, traffic  # noqa: PLC0415
    from signals.adapters.sim.outcome import incidents_of, trips_of  # noqa: PLC0415
    from signals.adapters.sim.replay import run  # noqa: PLC0415
    from signals.adapters.sim.timetable import timetable  # noqa: PLC0415
    from signals.record.metrics import summarise  # noqa: PLC0415

    duration_s = course.end_s - course.begin_s
    if len(travel.walk):
        sys.exit("people on foot are not among what is compared")
    last = traffic(network, travel, course.begin_s)
    shown = timetable(network, course.begin_s, course.end_s)
    run(last, shown, 1.0)  # compiles
    spent_s: list[float] = []
    while len(spent_s) < LEAST_RUNS or sum(spent_s) < ENOUGH_S:
        last = last._replace(state=begin(last.roads, last.travellers))
        begin_s = time.process_time()
        run(last, shown, duration_s)
        spent_s.append(time.process_time() - begin_s)
    trips, incidents = trips_of(last, travel, duration_s), incidents_of(last, duration_s)
    metrics = summarise(trips, incidents, begin_s=course.begin_s, end_s=course.end_s)
    return Measured(statistics.median(spent_s), metrics["delay_s"], int(metrics["scheduled_veh"]))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Course(*json.loads(sys.argv[2])))))
