"""Every controller with every seed in one scenario: runs in processes of their own, and one table in the end.

A study can be stopped at any time and taken up again: a finished run whose origin (inputs, settings, versions, code) is
still the same is not repeated. Every controller sees the same seeds, so that they can be compared pair by pair.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import NamedTuple

from signals import entrants, errors
from signals.errors import InputError, MissingDependencyError, RecordError, SignalsError
from signals.jobs import Message, run_jobs
from signals.record.comparison import ComparisonRecord, comparison_of
from signals.record.files import locked
from signals.record.provenance import without_paths
from signals.record.run_folder import RUN_FILE, is_whole, read_run, run_path, write_comparison
from signals.record.run_record import RunRecord
from signals.scenario import Scenario, load
from signals.trial import DEFAULT_CONTROLLER, RunOptions, falls_of, origin_of, run

__all__ = [
    "DEFAULT_CONTROLLER",
    "DEFAULT_CONTROLLERS",
    "Progress",
    "RunOptions",
    "compare",
    "parse_seeds",
    "run",
]

DEFAULT_CONTROLLERS = ("net", "actuated", "max_pressure", "rolling_horizon")
"""What is compared where nothing is named: today's plan, the two usual rivals, and ours."""

_SEEDS = re.compile(r"\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*")
_MOST_IN_ONE = 1000
"""Whoever writes a higher number alone means that seed, and not all up to it."""
_MOST_SEEDS = 100_000
_WORKER = "signals.worker"
_TABLES = frozenset({"comparison", "differences", "runs", "data_dictionary", "report"})
_NOT_OF_THE_RESULT = frozenset({"commit", "platform"})


class Progress(NamedTuple):
    """How far a run of a study is.

    Attributes
    ----------
    controller, seed
        Which run.
    share
        How much of it is done, 0 to 1.
    state
        ``running``, ``finished``, ``kept`` (from an earlier study) or ``failed``.
    note
        Why it failed, or why its controller was not followed for a while.
    """

    controller: str
    seed: int
    share: float
    state: str
    note: str = ""


class _Job(NamedTuple):
    """A run: whom it is told to take, and what that is called."""

    taken: str
    controller: str
    seed: int
    folder: Path


class _Tally(NamedTuple):
    """What became of the runs, and who is told."""

    failed: dict[_Job, str]
    done: set[_Job]
    tell: Callable[[Progress], None]


def compare(
    scenario: Scenario | str | Path,
    controllers: Sequence[str] = DEFAULT_CONTROLLERS,
    seeds: Sequence[int] = (1, 2, 3, 4, 5),
    *,
    out: str | Path | None = None,
    options: RunOptions | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> ComparisonRecord:
    """Run every controller with every seed and compare them.

    Parameters
    ----------
    scenario
        A scenario, or what `signals.scenario.load` makes one of.
    controllers
        Names, ``module:Class``, or policies (`signals.entrants`).
    seeds
        The same for every controller.
    out
        The study's folder; what is finished in it is kept. Nothing is kept where it is not given.
    options
        How.
    on_progress
        Told of every run; a run that fails is told here, and the others go on.

    Returns
    -------
    ComparisonRecord
        Of all runs; it is in the folder, too. Runs that failed are in it as interrupted.

    Raises
    ------
    InputError, MissingDependencyError
        When something does not fit or is not there.
    RecordError
        When the folder cannot be written, or somebody else writes into it.
    KeyboardInterrupt
        After all runs have been stopped; what was finished is in the folder.
    """
    found = scenario if isinstance(scenario, Scenario) else load(scenario)
    chosen = options or RunOptions()
    found.network  # noqa: B018  what is wrong with it is said once, not by every run
    found.check_site_cards()
    taken = _checked(controllers, found)
    with _folder(None if out is None else Path(out)) as folder:
        jobs = [
            _Job(text, name, seed, run_path(folder, name, seed))
            for seed, (name, text) in product(dict.fromkeys(seeds), taken.items())
        ]
        tally = _Tally({}, set(), on_progress or _nobody_listens)
        try:
            _run_missing(found, jobs, chosen, tally)
        finally:
            record = _written(found, folder, jobs, tally)
    if record is None:
        raise InputError("there is nothing to run: no seed is given")
    return record


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read seeds as people write them: ``5`` (1 to 5), ``11-15``, ``1,4,9`` or a mixture of the last two.

    Raises
    ------
    InputError
        When it is something else.
    """
    wrong = InputError(f'seeds "{text}": expected a number such as 5, a range such as 11-15, or 1,4,9')
    if _SEEDS.fullmatch(text.replace(" ", "")) is None:
        raise wrong
    if text.strip().isdigit():
        if int(text) > _MOST_IN_ONE:
            raise InputError(
                f'seeds "{text}" are 1 to {text}: write "{text}-{text}" for that one, or "1-{text}" for all'
            )
        text = f"1-{text}"
    bounds = [[int(bound) for bound in part.split("-")] for part in text.split(",")]
    if sum(abs(bound[-1] - bound[0]) + 1 for bound in bounds) > _MOST_SEEDS:
        raise InputError(f'seeds "{text}": more than {_MOST_SEEDS}')
    seeds = [seed for bound in bounds for seed in range(bound[0], bound[-1] + 1)]
    if not seeds:
        raise wrong
    return tuple(dict.fromkeys(seeds))


def _checked(controllers: Sequence[str], scenario: Scenario) -> dict[str, str]:
    """Return name in tables → what was given, each once; what does not exist is said before anything runs."""
    found: dict[str, str] = {}
    for given in dict.fromkeys(controllers):
        entrants.check(given, scenario)
        name = entrants.name_of(given)
        if name in found and (entrants.is_policy(given) or entrants.is_policy(found[name])):
            raise InputError(f'"{found[name]}" and "{given}" are both called "{name}": give one another name')
        found[name] = given
    if not found:
        raise InputError("there is no controller to compare")
    return found


def _nobody_listens(_: Progress) -> None:
    """Take progress where nobody asked for it."""


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Give the folder of a study, kept for one writer."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="signals-") as name:
            yield Path(name)
        return
    if out.exists() and not out.is_dir():
        raise RecordError(f'"{out}" is not a folder')
    if out.is_dir() and not _is_study(out):
        raise RecordError(f'"{out}" holds something that is not a comparison; choose another folder')
    with locked(out):
        yield out


def _is_study(folder: Path) -> bool:
    """Whether everything in a folder is a study's, perhaps one that was killed at any moment."""
    return not (folder / RUN_FILE).exists() and all(
        path.name.startswith(".")
        or (all(run.name.startswith("seed-") for run in path.iterdir()) if path.is_dir() else path.stem in _TABLES)
        for path in folder.iterdir()
    )


def _run_missing(scenario: Scenario, jobs: Sequence[_Job], options: RunOptions, tally: _Tally) -> None:
    """Run what is not there yet, each in a process of its own."""
    origins: dict[str, Mapping[str, object]] = {}
    missing = []
    for job in jobs:
        if _is_done(scenario, job, options, origins):
            _tell_done(job, "kept", tally)
        else:
            missing.append(job)
    payloads = [pickle.dumps((scenario, job.taken, job.seed, job.folder, options)) for job in missing]

    def hear(number: int, message: Message) -> None:
        _take(missing[number], message, tally)

    run_jobs(_WORKER, payloads, options.jobs or len(os.sched_getaffinity(0)), hear)


def _is_done(scenario: Scenario, job: _Job, options: RunOptions, origins: dict[str, Mapping[str, object]]) -> bool:
    """Whether the folder of a run holds it, whole, and made from what would be used now."""
    if not (job.folder / RUN_FILE).is_file() or not is_whole(job.folder):
        return False
    if job.controller not in origins:
        origins[job.controller] = origin_of(scenario, job.taken, 0, options)
    wanted = {**origins[job.controller], "seed": job.seed}
    return _comparable(read_run(job.folder).provenance) == _comparable(wanted)


def _comparable(origin: Mapping[str, object]) -> str:
    kept = {key: value for key, value in origin.items() if key not in _NOT_OF_THE_RESULT}
    return json.dumps(kept, sort_keys=True)


def _take(job: _Job, message: Message, tally: _Tally) -> None:
    """Understand what a worker says; wrong input stops the study, because every other run has it, too."""
    if "share" in message:
        tally.tell(Progress(job.controller, job.seed, float(str(message["share"])), "running"))
    elif "error" in message:
        kind, text = getattr(errors, str(message["error"]), SignalsError), str(message["text"])
        for wrong in (InputError, MissingDependencyError):
            if issubclass(kind, wrong):
                raise wrong(text)
        tally.failed[job] = text
    elif message["exit"] == 0:
        _tell_done(job, "finished", tally)
    else:
        note = tally.failed.setdefault(job, _death(int(str(message["exit"])), str(message["said"])))
        tally.tell(Progress(job.controller, job.seed, 0.0, "failed", note))


def _tell_done(job: _Job, state: str, tally: _Tally) -> None:
    tally.done.add(job)
    note = "; ".join(falls_of(read_run(job.folder)))
    tally.tell(Progress(job.controller, job.seed, 1.0, state, note))


def _death(code: int, said: str) -> str:
    how = f"its process was ended by signal {-code}" if code < 0 else f"its process ended with code {code}"
    return f"{how}: {said}" if said else how


def _written(scenario: Scenario, folder: Path, jobs: Sequence[_Job], tally: _Tally) -> ComparisonRecord | None:
    """Write the comparison of what there is; nothing where there is nothing."""
    runs = [read_run(job.folder) for job in jobs if job in tally.done]
    runs += [_failed_run(scenario, job, tally.failed[job]) for job in jobs if job in tally.failed]
    if not runs:
        return None
    order = [job.controller for job in jobs]
    runs.sort(key=lambda run: (order.index(run.controller), run.seed))
    settings = {**scenario.settings, "controllers": list(dict.fromkeys(order))}
    origin = {**runs[0].provenance, "seed": sorted({job.seed for job in jobs}), "settings": without_paths(settings)}
    record = comparison_of(runs, settings=settings, provenance=origin)
    write_comparison(folder, record)
    return record


def _failed_run(scenario: Scenario, job: _Job, note: str) -> RunRecord:
    partial = job.folder.with_name(f"{job.folder.name}.partial")
    if (partial / RUN_FILE).is_file():
        return read_run(partial)
    return RunRecord(scenario.name, job.controller, job.seed, finished=False, metrics={}, note=note)
