"""How well a controller controls over a street protocol, beside the simulator itself.

    python -m benchmarks.hardware.closed_loop [--protocols tlcfi,ntcip,rsmp] [--scenario flemish_junction]
        [--seeds 1-10] [--controller rolling_horizon] [--speed 20] [--jobs 1] [--end 08:30:00] [--demand 1.0]
        [--cut 100/300] [--out runs/closed-loop]

For each protocol and seed: ``signals serve`` runs the scenario's traffic behind virtual controllers in a process of its
own, ``signals drive --arm`` drives them over sockets in another, and what became of everybody is put beside
``signals run`` with the same demand, seed, loops and (for NTCIP) the same longer intergreens. The time until control is
taken lies in the warm-up, if the scenario has one of a minute or more.

Cabinets at plan level (RSMP) only get splits, so that beside them stands not the controller itself but the plan with
the splits that its wishes make of it (`split_control`). The plan as it is stands in the table, too.

``--jobs`` drives are run side by side, each at ``--speed`` times the speed of the wall. Where more than 2 of 1,000
ticks were late, the machine was too busy for that: such a drive does not count, and is made again the next time.

With ``--demand 0.8`` everybody travels with that probability, on all sides of the comparison: the longer intergreens of
NTCIP leave less room.

With ``--cut 100/300`` nobody answers at any controller for 100 of every 300 seconds: it falls back to its own program,
and is taken again. Then what is driven is held against the plan of the controllers without a fault: faults must not
make it worse than that by more than 10 %, whatever the controller would be worth without them.

Results are kept in the folder, one file each, so that the command can be stopped and started again. Exit status: 0
every mean is within its target and nothing was violated; 1 not so; 2 something failed, or does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import tomli_w

import signals
from benchmarks.hardware.split_control import SplitControl
from signals.entrants import ControllerMaker, controller_on
from signals.errors import SignalsError
from signals.model.network import Network
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group
from signals.record.files import write_whole
from signals.scenario import Scenario, load
from signals.scenario_search import SCENARIO_FILE, find
from signals.study import parse_seeds

__all__ = ["Result", "TooLateError", "cut_words", "driven", "lines_of", "main", "result_of", "scaled", "simulated"]

WITHIN: Final = 0.05
WITHIN_PLAN: Final = 0.10
"""By how much delay may be longer than with the plan, where connections are cut."""
LEAST_OURS: Final = 0.95
"""A cabinet that was left to its own program for longer was not driven, however short the delay."""
AT_PLAN_LEVEL: Final = ("rsmp",)
PORTS: Final = {"tlcfi": 21_501, "ntcip": 20_161, "rsmp": 22_111}
SECRETS: Final = {"rsmp": 'security_code_1 = "1111"\nsecurity_code_2 = "2222"\n'}
"""Sites of RSMP take no command without."""
LATE_SHARE: Final = 0.002
"""Where more of the ticks than this were late, the machine was too busy."""
PATIENCE_S: Final = 120.0
MET, MISSED, FAILED = 0, 1, 2


class Result(NamedTuple):
    """What became of everybody in one run.

    Attributes
    ----------
    delay_s
        Mean delay.
    unfinished
        Trips that did not end, or never began.
    violations
        What an independent monitor saw on the lamps.
    ours
        Share of the ticks in which the cabinets were driven; 1 in the simulator.
    missed
        Ticks that were late, at either end.
    """

    delay_s: float
    unfinished: float
    violations: int
    ours: float
    missed: int


class TooLateError(SignalsError):
    """A drive does not count."""


class Task(NamedTuple):
    """What is asked for; `port` is where the virtual controllers of a drive listen."""

    protocol: str
    scenario: str
    controller: str
    seed: int
    speed: float
    end: str
    cut: str = ""
    port: int = 0


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    asked = _parser().parse_args(words)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    folder: Path = asked.out
    rows: list[tuple[str, int, Result, Result, Result]] = []
    try:
        tasks = _tasks(asked, scaled(asked.scenario, asked.demand, folder))
        beside = [_beside(task, folder) for task in tasks]  # before the drives, which would be late meanwhile
        with ThreadPoolExecutor(asked.jobs) as jobs:
            drives = [jobs.submit(_drive, task, folder) for task in tasks]
            for task, (plan, alone), drive in zip(tasks, beside, drives, strict=True):
                if (through := drive.result()) is not None:
                    rows.append((task.protocol, task.seed, plan, alone, through))
                    print(_line(*rows[-1]), file=sys.stderr, flush=True)
    except SignalsError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    lines, met = lines_of(rows, cut=bool(asked.cut))
    print("\n".join(lines))
    return FAILED if len(rows) < len(tasks) else MET if met else MISSED


def _tasks(asked: argparse.Namespace, scenario: str) -> list[Task]:
    wanted = [(protocol, seed) for protocol in asked.protocols.split(",") for seed in parse_seeds(asked.seeds)]
    return [
        Task(protocol, scenario, asked.controller, seed, asked.speed, asked.end, asked.cut, PORTS[protocol] + number)
        for number, (protocol, seed) in enumerate(wanted)
    ]


def _beside(task: Task, folder: Path) -> tuple[Result, Result]:
    """Return what the plan and the controller come to in the simulator."""
    plan = _kept(folder, task, "net", lambda: simulated(task._replace(controller="net")))
    return plan, _kept(folder, task, "simulated", lambda: simulated(task))


def _drive(task: Task, folder: Path) -> Result | None:
    """Return what a drive comes to; None where it does not count."""
    try:
        return _kept(folder, task, _driven_name(task), lambda: driven(task, folder))
    except TooLateError as error:
        print(f"{task.protocol} seed {task.seed}: {error}", file=sys.stderr, flush=True)
        return None


def simulated(task: Task) -> Result:
    """Run the controller in the simulator, with the loops and the times that it has at the cabinets."""
    scenario = _scenario(task)
    record = signals.run(scenario, _controller(task, scenario), seed=task.seed)
    return Result(record.metrics["delay_s"], _unfinished(record.metrics), record.violations, 1.0, 0)


def driven(task: Task, folder: Path) -> Result:
    """Run it over sockets.

    Raises
    ------
    TooLateError
        When more ticks were late than may be.
    signals.errors.SignalsError
        When one of the two ends fails.
    """
    place = folder / f"{task.protocol}-{task.seed}"
    place.mkdir(parents=True, exist_ok=True)
    config, served = place / "drive.toml", place / "served.json"
    for old in (config, served):
        old.unlink(missing_ok=True)
    more = [*_cuts(task), *(["--end", task.end] if task.end else [])]
    if task.protocol in SECRETS:
        secrets = place / "secrets.toml"
        write_whole(secrets, SECRETS[task.protocol].encode())
        secrets.chmod(0o600)
        more += ["--secrets", str(secrets)]
    serving = _started(
        "serve", task.scenario, "--protocol", task.protocol, "--port", str(task.port), "--seed", str(task.seed),
        "--speed", str(task.speed), "--out", str(served), "--write-config", str(config),
        *more,
    )  # fmt: skip
    try:
        _wait(config.is_file, serving, "the virtual controllers did not start")
        text = config.read_text().replace('controller = "rolling_horizon"', f'controller = "{task.controller}"')
        config.write_text(text)
        driving = _started("drive", str(config), "--arm", "--json")
        try:
            _wait(served.is_file, serving, "the virtual controllers did not end", limit_s=7_200.0)
            driving.send_signal(signal.SIGTERM)
            out, err = driving.communicate(timeout=PATIENCE_S)
        finally:
            driving.kill()
    finally:
        serving.send_signal(signal.SIGTERM)
        _, trouble = serving.communicate(timeout=PATIENCE_S)
    (place / "drive.log").write_text(err)
    (place / "serve.log").write_text(trouble)
    found, end = json.loads(served.read_text()), json.loads(out)
    return result_of(found, end)


def result_of(served: Mapping[str, Any], driven: Mapping[str, Any]) -> Result:
    """Put together what ``signals serve`` and ``signals drive`` say. Raises `TooLateError`."""
    late, metrics = served["late"] + driven["missed"], served["metrics"]
    if late > LATE_SHARE * served["ticks"]:
        raise TooLateError(f"{late} of {served['ticks']} ticks were late: too busy for this speed, does not count")
    violations = len(served["violations"]) + driven["violations"]
    ours = statistics.mean(seat["ours"] for seat in driven["seats"])
    return Result(metrics["delay_s"], _unfinished(metrics), violations, ours, late)


def lines_of(rows: Sequence[tuple[str, int, Result, Result, Result]], *, cut: bool = False) -> tuple[list[str], bool]:
    """Return a table as Markdown, and whether every mean is within the target.

    Parameters
    ----------
    rows
        Protocol and seed; results of the plan, of the simulator, and over sockets.
    cut
        Whether connections were cut: then what counts is the plan.
    """
    lines = [
        "| protocol | seeds | plan | simulator | over sockets | ratio | violations |",
        "|---|---|---|---|---|---|---|",
    ]
    met = bool(rows)
    for protocol in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == protocol]
        means = [statistics.mean(row[k].delay_s for row in own) for k in (2, 3, 4)]  # type: ignore[union-attr]
        ratios = [row[4].delay_s / row[3].delay_s for row in own]
        spread = 1.96 * statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else float("nan")
        violations = sum(row[4].violations for row in own)
        ours = min(row[4].ours for row in own)
        good = means[2] <= (1 + WITHIN) * means[1] and ours >= LEAST_OURS
        met = met and (means[2] <= (1 + WITHIN_PLAN) * means[0] if cut else good) and not violations
        cells = [f"{mean:.1f} s" for mean in means]
        ratio = f"{means[2] / means[1]:.3f} ± {spread:.3f}"
        lines.append(f"| {protocol} | {len(own)} | {' | '.join(cells)} | {ratio} | {ours:.0%} | {violations} |")
    return lines, met


def cut_words(names: Sequence[str], cut: str, lasts_s: float) -> list[str]:
    """Return what ``signals serve`` is told where nobody answers at some controllers for a part of the time.

    Parameters
    ----------
    names
        The controllers.
    cut
        Seconds of silence / of every so many; the first comes at the end of the first.
    lasts_s
        How long it lasts.
    """
    silent_s, every_s = map(int, cut.split("/"))
    if not 0 < silent_s < every_s:
        raise SignalsError(f'--cut "{cut}": expected fewer seconds than of which they are, such as 100/300')
    begins_s = range(every_s - silent_s, int(lasts_s), every_s)
    return [
        word
        for name in names
        for at_s in begins_s
        for word in ("--misbehave", f"{name}:silent@{at_s}-{at_s + silent_s}")
    ]


def scaled(scenario: str, demand: float, folder: Path) -> str:
    """Return a scenario in which everybody travels with a probability, 1 or less: a copy in a folder."""
    if demand == 1.0:
        return scenario
    origin = find(scenario).folder
    place = folder.resolve() / f"{origin.name}-{demand:g}"
    shutil.copytree(origin, place, dirs_exist_ok=True)
    file = tomllib.loads((origin / SCENARIO_FILE).read_text())
    for part in file["demand"]:
        part["scale"] = demand
    write_whole(place / SCENARIO_FILE, tomli_w.dumps(file).encode())
    return str(place)


def _cuts(task: Task) -> list[str]:
    if not task.cut:
        return []
    scenario = _scenario(task)
    lasts_s = scenario.file.time.end_s - scenario.file.time.begin_s
    return cut_words([place.id for place in scenario.network.intersections], task.cut, lasts_s)


def _driven_name(task: Task) -> str:
    return "driven" if not task.cut else f"driven-cut-{task.cut.replace('/', '-')}"


def _controller(task: Task, scenario: Scenario) -> str | ControllerMaker:
    if task.protocol not in AT_PLAN_LEVEL or task.controller == "net":
        return task.controller

    def made(network: Network) -> SplitControl:
        inner = controller_on(task.controller, network, scenario.tick_ds, {})
        return SplitControl(network, inner, scenario.tick_ds)

    return made


def _unfinished(metrics: Mapping[str, float]) -> float:
    return metrics["unfinished_veh"] + metrics["never_inserted_veh"]


def _scenario(task: Task) -> Scenario:
    changes = {"sensing": "detectors", "site_cards": ""}  # NTCIP's longer intergreens are on no card
    scenario = load(task.scenario, **changes) if not task.end else load(task.scenario, end_s=_seconds(task), **changes)
    network = scenario.network
    if task.protocol in TIMED_BY_GROUP:
        network = timed_by_group(network, scenario.tick_ds)
    found = replace(scenario)
    found.__dict__["network"] = network  # it is read once, and kept there
    return found


def _seconds(task: Task) -> float:
    from signals.scenario_file import time_of  # noqa: PLC0415

    return time_of(task.end, "--end")


def _kept(folder: Path, task: Task, what: str, made: Callable[[], Result]) -> Result:
    """Return a result that was made before, or make it."""
    where = f"{task.protocol}-{Path(task.scenario).name}-{task.controller}"
    path = folder / f"{where}-{task.end or 'all'}-{task.seed}-{what}.json"
    if path.is_file():
        return Result(**json.loads(path.read_text()))
    result = made()
    write_whole(path, json.dumps(result._asdict()).encode())
    return result


def _started(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "signals.cli", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wait(reached: Callable[[], bool], child: subprocess.Popen[str], trouble: str, limit_s: float = PATIENCE_S) -> None:
    end_s = time.monotonic() + limit_s
    while not reached():
        if time.monotonic() > end_s or (child.poll() is not None and not reached()):
            child.kill()
            raise SignalsError(f"{trouble}: {' '.join((child.communicate()[1] or '').split())[-500:]}")
        time.sleep(0.1)


def _line(protocol: str, seed: int, plan: Result, alone: Result, through: Result) -> str:
    return (
        f"{protocol} seed {seed}: plan {plan.delay_s:.1f} s, simulator {alone.delay_s:.1f} s, over sockets "
        f"{through.delay_s:.1f} s ({through.delay_s / alone.delay_s:.3f}), {through.violations} violations, "
        f"{through.missed} ticks late"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocols", default="tlcfi,ntcip,rsmp")
    parser.add_argument("--scenario", default="flemish_junction")
    parser.add_argument("--controller", default="rolling_horizon")
    parser.add_argument("--seeds", default="1-10")
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--demand", type=float, default=1.0)
    parser.add_argument("--end", default="")
    parser.add_argument("--cut", default="")
    parser.add_argument("--out", type=Path, default=Path("runs/closed-loop"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
