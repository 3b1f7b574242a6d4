"""All runs that are asked for: those that are kept are read, the others are done, each in a process of its own."""

from __future__ import annotations

import hashlib
import json
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.validation.cases import Case, Recording, Result, Task, key_of, read_result, result_path
from benchmarks.validation.code_hashes import code_files, code_sha256, roots_of
from benchmarks.validation.one_run import MODULE
from benchmarks.validation.sites import FIXED, paired, scenario_of
from signals.errors import SignalsError
from signals.jobs import Message, run_jobs
from signals.record.files import sha256_of
from signals.scenario import Scenario

__all__ = ["Job", "Tell", "cases_of", "kept", "prepared", "run_missing"]

Tell = Callable[[str], None]

ROUTE_SEED: Final = 1
"""Of the one run in which SUMO chooses everybody's route."""

_RECORDER = ("signals.adapters.sumo.recorded_routes", "signals.adapters.sumo.network")
_DIGITS = 16
_NAN = float("nan")


class Job(NamedTuple):
    """A run with its scenario, and the file of its result."""

    case: Case
    scenario: Scenario
    path: Path


def cases_of(
    sites: Sequence[str], worlds: Sequence[str], controllers: Sequence[str], seeds: Sequence[int]
) -> list[Case]:
    """Return every run, site by site; SUMO's mesoscopic model runs by itself, so with the fixed plan only."""
    return [
        Case(site, world, controller, seed)
        for site in sites
        for world in worlds
        for seed in seeds
        for controller in controllers
        if world != "meso" or controller == FIXED
    ]


def prepared(
    cases: Sequence[Case], cache: Path, at_once: int, tell: Tell, *, record: bool = True
) -> tuple[list[Job], dict[Case, Result]]:
    """Find the scenarios and record their routes where that was not done yet.

    Parameters
    ----------
    cases
        The runs.
    cache
        Where everything is kept.
    at_once
        How many processes there may be.
    tell
        Told what is done.
    record
        Whether routes that are missing are recorded.

    Returns
    -------
    jobs
        Runs that can be done.
    failed
        The others, with the reason.
    """
    scenarios: dict[str, Scenario] = {}
    routes: dict[str, Path] = {}
    failed: dict[str, str] = {}
    for site in dict.fromkeys(case.site for case in cases):
        try:
            scenarios[site] = scenario_of(site, cache)
            routes[site] = _routes_path(site, scenarios[site], cache)
        except SignalsError as error:
            failed[site] = str(error)
    missing = [site for site, path in routes.items() if not path.is_file()]
    failed |= _recorded({site: scenarios[site] for site in missing}, routes, at_once, tell) if record else {}
    failed |= {site: "its routes are not recorded yet" for site in missing if not record}
    jobs = [_job(case, scenarios[case.site], routes[case.site], cache) for case in cases if case.site not in failed]
    return jobs, {case: _failed(failed[case.site]) for case in cases if case.site in failed}


def kept(jobs: Sequence[Job]) -> dict[Case, Result]:
    """Return the results that are there."""
    found = {job.case: read_result(job.path) for job in jobs}
    return {case: result for case, result in found.items() if result is not None}


def run_missing(jobs: Sequence[Job], results: dict[Case, Result], at_once: int, tell: Tell) -> None:
    """Do every run that has no result yet, and put it among the results.

    Parameters
    ----------
    jobs
        All runs.
    results
        What is known; grows. A run that fails stands there with the reason, and the others go on.
    at_once
        How many at the same time.
    tell
        Told of every run, with the time that is left.

    Raises
    ------
    KeyboardInterrupt
        After all runs have been stopped; what is finished is kept.
    """
    missing = [job for job in jobs if job.case not in results]
    errors: dict[int, str] = {}

    def hear(number: int, message: Message) -> None:
        case = missing[number].case
        if "error" in message:
            errors[number] = str(message["error"])
        elif "exit" in message:
            found = read_result(missing[number].path) if message["exit"] == 0 else None
            results[case] = found or _failed(errors.get(number) or f"exit {message['exit']}: {message['said']}")
            waiting = [job.case for job in missing if job.case not in results]
            tell(
                _line(case, results[case], len(missing) - len(waiting), len(missing)) + _left(waiting, results, at_once)
            )

    run_jobs(MODULE, [_payload(job) for job in missing], at_once, hear)


def _payload(job: Job) -> bytes:
    code = code_files(roots_of(job.case.world, job.case.controller))
    return pickle.dumps(Task(job.scenario, job.case, job.path, code))


def _job(case: Case, scenario: Scenario, routes: Path, cache: Path) -> Job:
    changed = paired(scenario, routes, case.world)
    return Job(case, changed, result_path(cache, case, key_of(case, changed)))


def _routes_path(site: str, scenario: Scenario, cache: Path) -> Path:
    """Return the file of a site's recorded routes, named by what they depend on."""
    time_part = scenario.file.time
    depends = {
        "inputs": [sha256_of(path) for path in scenario.inputs],
        "time": [time_part.begin_s, time_part.end_s, time_part.step_s],
        "demand": [[row.flows, row.scale] for row in scenario.file.demand],
        "seed": ROUTE_SEED,
        "code": code_sha256(_RECORDER),
        "versions": scenario.versions,
    }
    key = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:_DIGITS]
    return cache / "demand" / f"{site}-{key}.rou.xml"


def _recorded(
    scenarios: Mapping[str, Scenario], routes: Mapping[str, Path], at_once: int, tell: Tell
) -> dict[str, str]:
    """Record routes; return why it failed, by site."""
    sites, errors = list(scenarios), dict[str, str]()

    def hear(number: int, message: Message) -> None:
        site = sites[number]
        if "error" in message:
            errors[site] = str(message["error"])
        elif "exit" in message:
            if message["exit"] != 0:
                errors.setdefault(site, f"exit {message['exit']}: {message['said']}")
            tell(f"{site}: routes {errors.get(site, 'recorded')}")

    payloads = [pickle.dumps(Recording(scenarios[site], ROUTE_SEED, routes[site])) for site in sites]
    run_jobs(MODULE, payloads, at_once, hear)
    return errors


def _failed(why: str) -> Result:
    return Result(_NAN, {}, 0.0, failed=why)


def _line(case: Case, result: Result, done: int, total: int) -> str:
    said = f"failed: {result.failed}" if result.failed else f"delay {result.delay_s:.1f} s, took {result.wall_s:.0f} s"
    stamp = time.strftime("%H:%M:%S")
    return f"{stamp} [{done}/{total}] {case.site} {case.world} {case.controller} seed {case.seed}: {said}"


def _left(waiting: Sequence[Case], results: Mapping[Case, Result], at_once: int) -> str:
    """Say how long the rest will take, from runs of the same kind; of all where there is none."""
    known: dict[tuple[str, str], list[float]] = {}
    for case, result in results.items():
        if not result.failed:
            known.setdefault((case.site, case.world), []).append(result.wall_s)
    every = [wall_s for walls in known.values() for wall_s in walls]
    if not waiting or not every:
        return ""
    walls = (known.get((case.site, case.world), every) for case in waiting)
    left_s = sum(sum(row) / len(row) for row in walls) / max(at_once, 1)
    return f"; about {left_s / 60:.0f} min left"
