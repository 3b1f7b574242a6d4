"""A bound beside every figure: what the same constraints allow to somebody who knows the future.

    python -m benchmarks.control.bound --maps cologne1,ingolstadt1 --rules M7,M --seeds 11-13 --out runs/bound

Every run is a process of its own. Stop it whenever you like and start the same command again: what is finished is kept,
as long as files, settings, versions and code are the same. README.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.control.bound_diagnosis import as_data, report
from benchmarks.control.bound_foresight import Search
from benchmarks.control.bound_run import (
    BOUND,
    Case,
    Result,
    Task,
    is_bound,
    key_of,
    pass_name,
    read_choices,
    read_result,
    result_path,
)
from benchmarks.control.bound_table import table
from signals.bench.stage import Stage
from signals.bench.suites import cut, suite
from signals.bench.tiers import tier
from signals.errors import InputError, SignalsError
from signals.jobs import Message, run_jobs
from signals.record.files import locked, write_whole

__all__ = ["Progress", "main", "seeds_of"]

OURS = "rolling_horizon"
_WORKER = "signals.worker"
_SHOWN = 0.1
_LOST_S = 5.0


class _Job(NamedTuple):
    """A run, and what a diagnosis of it needs to know."""

    task: Task
    places: tuple[str, ...]
    stages: tuple[tuple[str, ...], ...]


def main(words: Sequence[str] | None = None) -> int:
    """Run what is missing, and print and write the table and the diagnoses."""
    asked = _asked(words)
    try:
        with locked(asked.out):
            jobs = list(_jobs(asked))
            results = _results(jobs, asked.jobs)
            _publish(asked.out, jobs, results)
    except SignalsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; start the same command again to go on", file=sys.stderr)
        return 130
    return 1 if len(results) < len(jobs) else 0


def seeds_of(text: str) -> tuple[int, ...]:
    """Read seeds: ``11-13`` or ``11,12,13``. Raises `InputError`."""
    try:
        if "-" not in text:
            return _numbers("--seeds", text)
        first, last = map(int, text.split("-"))
    except ValueError as error:
        raise InputError(f'--seeds must be like 11-13 or 11,12,13, got "{text}"') from error
    if first > last:
        raise InputError(f'--seeds "{text}" names none; the first must not be greater than the last')
    return tuple(range(first, last + 1))


def _numbers(option: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, text.split(",")))
    except ValueError as error:
        raise InputError(f'{option} must be whole numbers with commas, got "{text}"') from error


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", required=True, help="names of maps (signals bench), with commas")
    parser.add_argument("--rules", default="M7", help="rule sets, with commas")
    parser.add_argument("--seeds", default="11-13", help="11-13 or 11,12,13")
    parser.add_argument("--beside", default=f"net,{OURS}", help="controllers that are run beside it")
    parser.add_argument("--scored-s", type=float, default=0.0, help="how much time is scored; 0 = all of the map's")
    parser.add_argument("--passes", type=int, default=1, help="how often the best plan is searched around again")
    parser.add_argument("--lookahead-s", type=int, default=Search().lookahead_s, help="how far it looks")
    parser.add_argument("--every-s", type=int, default=Search().every_s, help="how often it looks while a stage stays")
    parser.add_argument("--near-s", type=float, default=Search().near_s, help="tries what is believed so near the best")
    parser.add_argument("--gain-s", type=float, default=Search().gain_s, help="less is no reason to do otherwise")
    stays = ",".join(map(str, Search().stays_s))
    parser.add_argument("--stays-s", default=stays, help="for how long it tries to stay where the optimiser changes")
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time; each is one process that computes")
    parser.add_argument("--out", type=Path, default=Path("runs/bound"), help="folder of the results")
    return parser.parse_args(words)


def _jobs(asked: argparse.Namespace) -> Iterator[_Job]:
    """Make every run ready, map by map."""
    search = Search(
        lookahead_s=asked.lookahead_s,
        stays_s=_numbers("--stays-s", asked.stays_s),
        every_s=asked.every_s,
        near_s=asked.near_s,
        gain_s=asked.gain_s,
    )
    for rules in asked.rules.split(","):
        for name in asked.maps.split(","):
            ground = cut(suite("m7"), maps=(name,), tiers=("A",), demands=(1.0,), seeds=seeds_of(asked.seeds))
            ground = replace(ground, rules=rules, scored_s=asked.scored_s)
            stage = Stage(name, ground, (asked.out / "demand" / rules / name).resolve())
            if stage.plain.file.scenario.world != "sumo":
                raise InputError(f'map "{name}" does not run in SUMO, and only SUMO can be branched')
            places = stage.plain.network.intersections
            names = tuple(tuple(one.id for one in place.stages) for place in places)
            for seed in ground.seeds:
                scenario, before = stage.scenario(tier("A"), 1.0, seed), None
                for who in (*filter(None, asked.beside.split(",")), *map(pass_name, range(1, asked.passes + 1))):
                    case = Case(rules, name, who, seed)
                    path = result_path(asked.out.resolve(), case, key_of(case, scenario, search))
                    yield _Job(Task(case, scenario, search, path, before), tuple(place.id for place in places), names)
                    before = path if is_bound(who) else None


def _results(jobs: Sequence[_Job], at_once: int) -> dict[Case, Result]:
    """Return all results, after what is missing was run: first what needs no earlier pass, then pass by pass."""
    results = {job.task.case: found for job in jobs if (found := read_result(job.task.path)) is not None}
    print(f"{len(jobs)} runs, {len(results)} of them are there", flush=True)
    missing = [job for job in jobs if job.task.case not in results]
    progress = Progress([job.task.case for job in missing], at_once, time.monotonic)
    waiting = dict(enumerate(missing))
    while ready := {n: job for n, job in waiting.items() if job.task.before is None or job.task.before.is_file()}:
        _run(ready, at_once, progress, results)
        waiting = {n: job for n, job in waiting.items() if n not in ready}
    return {job.task.case: results[job.task.case] for job in jobs if job.task.case in results}


def _run(ready: Mapping[int, _Job], at_once: int, progress: Progress, results: dict[Case, Result]) -> None:
    """Do some runs, and put what came of them among the results."""
    numbers = list(ready)

    def hear(row: int, message: Message) -> None:
        task = ready[numbers[row]].task
        if "exit" in message and message["exit"] == 0 and (found := read_result(task.path)) is not None:
            results[task.case] = found
            message = {**message, "delay_s": found.metrics["delay_s"]}
        progress.hear(numbers[row], message)

    run_jobs(_WORKER, [pickle.dumps(job.task) for job in ready.values()], at_once, hear)


class Progress:
    """Tells how far the runs are, and how long the rest will take.

    Parameters
    ----------
    cases
        All runs, by number.
    at_once
        How many run at the same time.
    now_s
        A clock that only moves on.
    """

    def __init__(self, cases: Sequence[Case], at_once: int, now_s: Callable[[], float]) -> None:
        self._cases, self._at_once, self._now_s = cases, max(at_once, 1), now_s
        self._begun_s: dict[int, float] = {}
        self._share: dict[int, float] = {}
        self._told: dict[int, float] = {}
        self._took_s: dict[tuple[str, str], list[float]] = {}
        self._errors: dict[int, str] = {}
        self._ended = 0

    def hear(self, number: int, message: Message) -> None:
        """Take note of what a run says, and tell it where it is worth a line."""
        begun_s, case = self._begun_s.setdefault(number, self._now_s()), self._cases[number]
        if "error" in message:
            self._errors[number] = str(message["text"])
        elif "share" in message:
            share = self._share[number] = float(str(message["share"]))
            if is_bound(case.who) and share - self._told.get(number, 0.0) >= _SHOWN and share < 1.0:
                self._told[number] = share
                self._say(case, f"{share:.0%}")
        elif "exit" in message:
            self._ended += 1
            self._took_s.setdefault((case.site, case.who), []).append(self._now_s() - begun_s)
            self._share.pop(number, None)
            delay = f"delay {message['delay_s']:.2f} s" if "delay_s" in message else ""
            why = self._errors.get(number) or f"exit {message['exit']}: {message.get('said')}"
            self._say(case, f"[{self._ended}/{len(self._cases)}] {delay or f'failed: {why}'}")

    def _say(self, case: Case, text: str) -> None:
        left = self._left_s()
        rest = "" if left is None else f"; about {left / 60:.0f} min left"
        print(f"{time.strftime('%H:%M:%S')} {case.site} {case.rules} {case.who} seed {case.seed}: {text}{rest}")
        sys.stdout.flush()

    def _left_s(self) -> float | None:
        """Estimate from finished runs of the same kind, or from those under way; `None` where nothing is known."""
        now_s, left_s = self._now_s(), 0.0
        whole_s = {
            self._cases[number]: (now_s - self._begun_s[number]) / share
            for number, share in self._share.items()
            if share > 0.02
        }
        bounds = [took for (_, who), row in self._took_s.items() if is_bound(who) for took in row]
        bounds += [took for case, took in whole_s.items() if is_bound(case.who)]
        for number, case in enumerate(self._cases):
            if number in self._begun_s and number not in self._share:
                continue
            known = self._took_s.get((case.site, case.who)) or ([whole_s[case]] if case in whole_s else None)
            known = known or (bounds if is_bound(case.who) else [0.0])
            if not known:
                return None
            left_s += sum(known) / len(known) * (1.0 - self._share.get(number, 0.0))
        return left_s / self._at_once


def _publish(folder: Path, jobs: Sequence[_Job], results: Mapping[Case, Result]) -> None:
    """Write and print the table; write what was tried out and what it says."""
    lines = table(results, OURS)
    print("\n".join(("", *lines)))
    for rules, site in dict.fromkeys((case.rules, case.site) for case in results):
        here = [job for job in jobs if job.task.case[:3] == (rules, site, BOUND) and job.task.case in results]
        if not here:
            continue
        choices = {job.task.case.seed: read_choices(job.task.path) for job in here}
        text = report([choice for row in choices.values() for choice in row], here[0].places, _LOST_S)
        lines += ["", f"## {site}, {rules}", "", *text]
        for seed, row in choices.items():
            data = [as_data(choice, here[0].places, here[0].stages) for choice in row]
            content = "".join(json.dumps(one) + "\n" for one in data)
            write_whole(folder / "diagnosis" / f"{site}-{rules}-{seed}.jsonl", content.encode())
    write_whole(folder / "bound.md", ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    sys.exit(main())
