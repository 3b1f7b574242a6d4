"""One run of the bound, or of a controller beside it, as a worker does it; and where its result is kept."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.control.bound_diagnosis import Choice, Move
from benchmarks.control.bound_foresight import Foresight, Search
from benchmarks.control.bound_forks import Branches, LostBranchError, WatchedScenario
from signals import plugins
from signals.bench.code_closure import closure_sha256
from signals.bench.disturbed import DisturbedScenario
from signals.errors import WorldError
from signals.model.network import Network
from signals.record.files import sha256_of, write_whole
from signals.record.run_record import RunRecord
from signals.trial import falls_of, run

__all__ = [
    "BOUND", "Case", "Result", "Task", "is_bound", "key_of", "pass_name", "read_choices", "read_result", "result_path",
]  # fmt: skip

BOUND = "bound"
"""Who knows the future, in the first pass; in pass n, ``bound-n``. Everybody else is the name of a controller."""

_FORMAT = 1
_DIGITS = 16
_RUN = ("signals.trial", "signals.sensing.full", "signals.adapters.sumo.world", "signals.adapters.sumo.network")
_MIND = "signals.control.rolling_horizon"


class Case(NamedTuple):
    """A run.

    Attributes
    ----------
    rules, site
        Names of the rule set and the map.
    who
        `BOUND`, or the name of a controller.
    seed
        Of all chance in it.
    """

    rules: str
    site: str
    who: str
    seed: int


class Result(NamedTuple):
    """What came out of a run.

    Attributes
    ----------
    metrics
        All that was measured (`signals.record.metrics`).
    violations
        Of the rules, as the monitor saw them.
    """

    metrics: Mapping[str, float]
    violations: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told (see `signals.worker.Work`).

    Parameters
    ----------
    case
        Which run.
    scenario
        Its scenario.
    search
        How the future is searched.
    path
        The file of its result; for the bound, what was tried out and the plan are written beside it.
    before
        The file of the result of the pass before; `None` in the first one.
    """

    case: Case
    scenario: DisturbedScenario
    search: Search
    path: Path
    before: Path | None = None

    def run(self, on_tick: Callable[[float], None]) -> None:
        """Run it and keep what came of it. Raises as `signals.trial.run`, and `WorldError` where it does not count."""
        if not is_bound(self.case.who):
            self._keep(run(self.scenario, self.case.who, seed=self.case.seed, on_tick=on_tick))
            return
        branches, minds = Branches(), list[Foresight]()
        script = None if self.before is None else _read_plan(self.before)
        watched = {field.name: getattr(self.scenario, field.name) for field in fields(self.scenario)}

        def maker(network: Network) -> Foresight:
            minds.append(Foresight(network, branches, self.search, script))
            gc.freeze()  # what is never touched again need not be copied for every branch
            return minds[-1]

        def tell(share: float) -> None:
            if not branches.child:
                on_tick(share)

        try:
            record = run(WatchedScenario(**watched, branches=branches), maker, seed=self.case.seed, on_tick=tell)
        except LostBranchError as error:
            raise WorldError(str(error)) from error
        if minds[0].surprises:
            raise WorldError(f"the run does not count: {minds[0].surprises} times the world was not what was foreseen")
        write_whole(_choices_path(self.path), (json.dumps(minds[0].choices) + "\n").encode())
        write_whole(_plan_path(self.path), _plan_text(branches).encode())
        self._keep(record)

    def _keep(self, record: RunRecord) -> None:
        if falls := falls_of(record):
            raise WorldError(f"the run does not count: {falls[0]}")
        row = {**self.case._asdict(), "metrics": record.metrics, "violations": record.violations}
        write_whole(self.path, (json.dumps(row) + "\n").encode())


def pass_name(number: int) -> str:
    """Return who plays in a pass, 1 for the first."""
    return BOUND if number == 1 else f"{BOUND}-{number}"


def is_bound(who: str) -> bool:
    """Whether somebody knows the future."""
    return who.partition("-")[0] == BOUND


def key_of(case: Case, scenario: DisturbedScenario, search: Search) -> str:
    """Hash everything that a result depends on: files, settings, code, versions."""
    depends = {
        "format": _FORMAT,
        "case": case._asdict(),
        "inputs": [sha256_of(path) for path in scenario.inputs],
        "settings": scenario.settings,
        "search": asdict(search) if is_bound(case.who) else None,
        "code": _code_sha256(case.who),
        "versions": scenario.versions,
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True, default=str).encode()).hexdigest()[:_DIGITS]


@cache
def _code_sha256(who: str) -> str:
    """Hash the code of a run."""
    if not is_bound(who):
        return closure_sha256((*_RUN, plugins.spec("controllers", who).partition(":")[0]))
    own = sorted(Path(__file__).parent.glob("bound_*.py"))
    return " ".join((closure_sha256((*_RUN, _MIND)), *map(sha256_of, own)))


def result_path(folder: Path, case: Case, key: str) -> Path:
    """Return the file of a result."""
    return folder / "runs" / case.rules / case.site / f"{case.who}-{case.seed}-{key}.json"


def read_result(path: Path) -> Result | None:
    """Return a result, if it is there."""
    if not path.is_file():
        return None
    row = json.loads(path.read_text())
    return Result(row["metrics"], row["violations"])


def read_choices(path: Path) -> list[Choice]:
    """Return what was tried out in a run of the bound, beside whose result it lies."""
    rows = json.loads(_choices_path(path).read_text())
    return [_choice(row) for row in rows]


def _choice(row: list[object]) -> Choice:
    found = Choice(*row)  # type: ignore[arg-type]
    return found._replace(
        waiting_veh=tuple(found.waiting_veh),
        moves=tuple(Move(*move) for move in found.moves),
        costs_s=tuple(found.costs_s),
    )


def _plan_text(branches: Branches) -> str:
    """Return a plan as JSON: a row for every change of any stage, with its tick and the stages of all."""
    stages = np.array(branches.stages)
    changed = np.flatnonzero(np.r_[True, (stages[1:] != stages[:-1]).any(axis=1)])
    rows = [[int(tick), *map(int, stages[tick])] for tick in changed]
    return json.dumps({"ticks": len(stages), "changes": rows}) + "\n"


def _read_plan(path: Path) -> npt.NDArray[np.int16]:
    """Return the plan that lies beside a result, int16 [n, nI]."""
    told = json.loads(_plan_path(path).read_text())
    rows = np.array(told["changes"], np.int64)
    return np.repeat(rows[:, 1:], np.diff(np.r_[rows[:, 0], told["ticks"]]), axis=0).astype(np.int16)


def _plan_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.plan.json")


def _choices_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.choices.json")
