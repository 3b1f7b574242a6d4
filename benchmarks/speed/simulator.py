"""How fast is the built-in simulator? Beside bare SUMO, its mesoscopic model and UXsim, all in one run.

    python benchmarks/speed/simulator.py [--repeats 3] [--networks grid4x4,…] [--city | --linearity | --replicas]

RESCO's networks come from the installed `sumo-rl` package, with the routes that SUMO chose in them once; the 30 x 30
grid with 9,000 vehicles is generated. Every simulator drives the same fixed routes under the same fixed plans. Every
figure comes from a process of its own, and the simulators take turns, so that a busy machine slows all of them alike.
Times are CPU times, ratios are medians over the repeats; loading, compiling and accounting are not counted.

- `bare` is libsumo that does nothing but step, 1 s a step, without any output file, teleports off;
- `meso` is the same with `--mesosim --meso-junction-control`;
- `uxsim` is UXsim's C++ engine with platoons of one vehicle and nothing logged; it is left out where it is not
  installed (`pip install uxsim`). It knows neither turning lanes nor who yields: its delay is that of a coarser model;
- `signals` is ours.

Delay is the mean over everybody who was scheduled, in the last repeat. The last line is the ratio on grid4x4.

``--city`` drives a million vehicles through 10,000 lights, ``--linearity`` says what a step costs in towns of several
sizes, ``--replicas`` how many runs at a time use two cores.

Exit status: 0 every target is met; 1 one is missed; 2 something was not run, or failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.courses import GRID30, RESCO, Course, made
from benchmarks.speed.engines import BARE, DELAYS, ENGINES, UXSIM, has_uxsim, measured
from benchmarks.speed.ratios import Race, ratio, table, verdicts
from benchmarks.speed.scaling import city, linearity, replicas

__all__ = ["main", "race"]

ALL_MET, TARGET_MISSED, NOT_WHOLE = 0, 1, 2
NETWORKS = (*RESCO, "grid30x30")
PARTS = {"city": city, "linearity": linearity, "replicas": replicas}


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    asked = _parser().parse_args(words)
    part = next((PARTS[name] for name in PARTS if getattr(asked, name)), None)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {_load()}")
    try:
        if part is not None:
            for line in part():
                print(line, flush=True)
            return ALL_MET
        return _compare(list(dict.fromkeys(asked.networks.split(","))), asked.repeats)
    except subprocess.CalledProcessError as error:
        _tell(f"error: a measurement failed with status {error.returncode}: {' '.join(error.cmd[1:4])}")
        return NOT_WHOLE


def race(course: Course, engines: Sequence[str], repeats: int) -> Race:
    """Measure all simulators in turns.

    Parameters
    ----------
    course
        Where.
    engines
        Which of `ENGINES`.
    repeats
        How many times each.
    """
    spent: dict[str, list[float]] = {engine: [] for engine in engines}
    told = {}
    for number in range(repeats):
        for engine in engines:
            told[engine] = measured(engine, course)
            spent[engine].append(told[engine].cpu_s)
            _tell(f"[{number + 1}/{repeats}] {course.name} {engine}: {told[engine].cpu_s:.4f} s, {_load()}")
    for engine in DELAYS.keys() & engines:
        told[engine] = measured(DELAYS[engine], course)
    return Race(course, spent, told)


def _compare(names: Sequence[str], repeats: int) -> int:
    """Measure and print; return the exit status."""
    engines = [engine for engine in ENGINES if engine != UXSIM or has_uxsim()]
    if UXSIM not in engines:
        print("uxsim is not installed and is left out: pip install uxsim")
    races = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            races.append(race(made(name, Path(folder), GRID30), engines, repeats))
            for line in (*table(races[-1]), f"  {_load()}", ""):
                print(line, flush=True)
    found = verdicts(races)
    for one in found:
        said = "met" if one.kept else "MISSED"
        print(f"{one.name}: {one.found:.0f} x {one.other}, target {one.promised:.0f} x: {said}")
    for one in races:
        if one.course.name == RESCO[0]:
            print(f"{RESCO[0]}: {ratio(one, BARE):.1f} x bare SUMO")
    if not all(one.kept for one in found):
        return TARGET_MISSED
    return ALL_MET if UXSIM in engines and set(names) >= set(NETWORKS) else NOT_WHOLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=_positive, default=3)
    parser.add_argument("--networks", type=_networks, default=",".join(NETWORKS))
    parts = parser.add_mutually_exclusive_group()
    for name in PARTS:
        parts.add_argument(f"--{name}", action="store_true")
    return parser


def _networks(text: str) -> str:
    for name in text.split(","):
        if name not in NETWORKS:
            raise argparse.ArgumentTypeError(f'no network "{name}"; there are {", ".join(NETWORKS)}')
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'expected a number >= 1, got "{text}"')
    return int(text)


def _load() -> str:
    return f"load average {os.getloadavg()[0]:.1f}"


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
