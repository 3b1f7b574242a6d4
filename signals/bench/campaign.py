"""All runs of a suite: what is missing is run, what is there and still right is kept, nothing is run twice."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import NamedTuple

from signals import entrants, errors
from signals.bench.cases import Case, Ground
from signals.bench.drawing import DRAWN_FILE
from signals.bench.engines import LOCAL, run_payloads
from signals.bench.lineup import NOBODY, Chosen, Lineup
from signals.bench.origins import code_sha256, entrant_sha256, fingerprint, scene_sha256, versions
from signals.bench.results import Result, from_data, read_result, write_result
from signals.bench.stage import Stage
from signals.bench.suites import Suite
from signals.bench.task import Task
from signals.bench.tiers import tier
from signals.errors import InputError, MissingDependencyError, RecordError, SignalsError
from signals.jobs import Message
from signals.record.files import write_whole
from signals.record.provenance import without_paths
from signals.scenario import Scenario
from signals.study import Progress

__all__ = ["PLAN_FILE", "Campaign", "Entrant", "How", "check_folder", "entered", "run_suite", "world_of"]

PLAN_FILE = "plan.json"
"""What is run: written before the first run begins."""


class Entrant(NamedTuple):
    """Who takes part.

    Attributes
    ----------
    name
        What it is called in tables.
    chosen
        Who it is, with its settings.
    sha256
        What it is, hashed before the first run.
    """

    name: str
    chosen: Chosen
    sha256: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A suite that was run.

    Parameters
    ----------
    suite
        The suite.
    entrants
        Who took part.
    stages
        The maps.
    results
        One per run, in the order of the suite; of a run that failed, why.
    """

    suite: Suite
    entrants: tuple[Entrant, ...]
    stages: Mapping[str, Stage]
    results: tuple[Result, ...]

    @property
    def world(self) -> str:
        """``sumo`` where any map runs in it, else ``sim``."""
        return world_of(self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a suite is run.

    Parameters
    ----------
    jobs
        How many runs at the same time; 0 = as many as there are processors.
    engine
        Where (`signals.bench.engines`).
    """

    jobs: int = 0
    engine: str = LOCAL


@dataclass(slots=True)
class _Tally:
    """What became of the runs, and who is told."""

    folder: Path
    tasks: Sequence[Task]
    tell: Callable[[Progress], None]
    results: dict[Case, Result] = field(default_factory=dict)
    failed: dict[Case, str] = field(default_factory=dict)

    def hear(self, number: int, message: Message) -> None:
        """Understand what a worker says; wrong input stops everything, because every other run has it, too."""
        task = self.tasks[number]
        case = task.case
        if "share" in message:
            self.tell(Progress(str(case), case.seed, float(str(message["share"])), "running"))
        elif "result" in message:
            self.results[case] = from_data(message["result"], str(case))
            write_result(self.folder, self.results[case])
        elif "error" in message:
            kind, text = getattr(errors, str(message["error"]), SignalsError), str(message["text"])
            if issubclass(kind, InputError | MissingDependencyError):
                raise kind(text) if kind is not errors.UnknownNameError else InputError(text)
            self.failed[case] = text
        elif case in self.results:
            self.tell(_ended(self.results[case], "finished"))
        else:
            note = self.failed.setdefault(case, f"its process ended with {message['exit']}: {message['said']}")
            self.results[case] = Result(case, task.entrant_sha256, task.fingerprint, note=note)
            self.tell(_ended(self.results[case], "failed"))


def run_suite(
    suite: Suite,
    folder: Path,
    *,
    lineup: Lineup = NOBODY,
    how: How | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Campaign:
    """Run what is missing of a suite.

    Parameters
    ----------
    suite
        What is run.
    folder
        Where results are kept, one file a run; the caller keeps it for itself (`signals.record.files.locked`).
    lineup
        Controllers of the suite that have settings (`signals.bench.lineup`).
    how
        How many at the same time, and where.
    on_progress
        Told about every run.

    Raises
    ------
    InputError, MissingDependencyError
        When a map, a controller or an engine is not there or does not fit; before the first run wherever possible.
    RecordError
        When the folder holds something else, or cannot be written.
    KeyboardInterrupt
        After all runs have been stopped; what was finished is kept.
    """
    check_folder(folder)
    _sweep(folder)
    stages = {name: Stage(name, suite, folder / "demand" / f"{suite.rules}-{name}") for name in suite.maps}
    found = entered(suite.controllers, [stage.plain for stage in stages.values()], lineup)
    write_whole(folder / PLAN_FILE, _plan(suite, found, world_of(stages)))
    tell = on_progress or _nobody_listens
    tally = _Tally(folder, [], tell)
    missing: list[Task] = []
    order: list[Case] = []
    for task in _tasks(suite, stages, found):
        order.append(task.case)
        kept = _kept(folder, task)
        if kept is None:
            missing.append(task)
        else:
            tally.results[task.case] = kept
            tell(_ended(kept, "kept"))
    tally.tasks = missing
    payloads = [pickle.dumps(task) for task in missing]
    chosen = how or How()
    run_payloads(chosen.engine, payloads, chosen.jobs or len(os.sched_getaffinity(0)), tally.hear)
    return Campaign(suite, found, stages, tuple(tally.results[case] for case in order))


def entered(
    controllers: Sequence[str], scenarios: Sequence[Scenario] = (), lineup: Lineup = NOBODY
) -> tuple[Entrant, ...]:
    """Check who takes part, and hash what they are.

    Parameters
    ----------
    controllers
        Names of the line-up, or whoever `signals.entrants` knows.
    scenarios
        The maps that they have to fit.
    lineup
        Controllers with settings.

    Raises
    ------
    InputError
        When one does not exist, does not fit a map, or is called like another.
    """
    found: dict[str, Entrant] = {}
    for text in controllers:
        chosen = lineup.get(text) or Chosen(controller=text)
        for scenario in scenarios:
            entrants.check(chosen.controller, scenario)
        name = text if text in lineup else entrants.name_of(text)
        if name in found:
            raise InputError(f'two controllers are called "{name}" (one is "{text}"): give one another name')
        found[name] = Entrant(name, chosen, entrant_sha256(chosen.controller, chosen.origin()))
    return tuple(found.values())


def world_of(stages: Mapping[str, Stage]) -> str:
    """Return ``sumo`` where any map runs in it, else ``sim``."""
    return "sumo" if any(stage.plain.file.scenario.world == "sumo" for stage in stages.values()) else "sim"


def check_folder(folder: Path) -> None:
    """Refuse a folder with something in it that is no suite's. Raises `RecordError`."""
    if folder.is_dir() and not any((folder / name).exists() for name in (PLAN_FILE, DRAWN_FILE)):
        foreign = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        if foreign:
            raise RecordError(
                f'"{folder}" holds something that is not a benchmark ("{foreign[0]}"); choose another folder'
            )


def _sweep(folder: Path) -> None:
    """Remove what a killed campaign left half-written; nobody else writes here."""
    for path in (folder / "runs").rglob(".*.part"):
        path.unlink(missing_ok=True)


def _nobody_listens(_: Progress) -> None:
    """Take progress where nobody asked for it."""


def _tasks(suite: Suite, stages: Mapping[str, Stage], entered: Sequence[Entrant]) -> Iterator[Task]:
    """Yield all runs, seed by seed, so that what is there first is a whole table of few seeds."""
    combined = product(suite.seeds, suite.maps, suite.tiers, suite.demands)
    for seed, name, level, demand in combined:
        scenario = stages[name].scenario(tier(level), demand, seed)
        scene = scene_sha256(scenario)
        for entrant in entered:
            case = Case(Ground(suite.rules, name, level, demand), entrant.name, seed)
            mark = fingerprint(case, scene, entrant.sha256)
            chosen = entrant.chosen
            yield Task(case, chosen.controller, chosen.on(name), scenario, entrant.sha256, mark)


def _kept(folder: Path, task: Task) -> Result | None:
    """Return the result of a run that is there, whole, and made from what would be used now."""
    path = task.case.path(folder)
    if not path.is_file():
        return None
    try:
        found = read_result(path)
    except RecordError:  # damaged: run it again
        return None
    return found if found.fingerprint == task.fingerprint and found.case == task.case else None


def _plan(suite: Suite, entered: Sequence[Entrant], world: str) -> bytes:
    plan = {
        "schema": "signals-bench-plan/1",
        "suite": asdict(suite),
        "entrants": [{"name": entrant.name, "sha256": entrant.sha256} for entrant in entered],
        "code_sha256": code_sha256(world, *(tier(name).sensing for name in suite.tiers)),
        "versions": dict(versions(world)),
    }
    return f"{json.dumps(without_paths(plan), indent=1)}\n".encode()


def _ended(result: Result, state: str) -> Progress:
    notes = [result.note, *result.falls]
    if result.violations:
        notes.append(f"void: the monitor saw {result.violations} violations")
    return Progress(str(result.case), result.case.seed, 1.0, state, "; ".join(note for note in notes if note))
