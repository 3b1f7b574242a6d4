"""One run in a process of its own; `benchmarks.validation.campaign` starts it with ``python -m``."""

from __future__ import annotations

import pickle
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import signals
from benchmarks.validation.cases import Case, Recording, Result, Task, write_result
from benchmarks.validation.code_hashes import check_code
from signals import scenario_worlds
from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.prepare import prepare
from signals.adapters.sumo.process import SumoProcess
from signals.adapters.sumo.results import Account, read_outcome
from signals.errors import SignalsError, WorldError
from signals.jobs import message_pipe
from signals.record.metrics import summarise
from signals.scenario import Scenario
from signals.trial import falls_of

__all__ = ["MODULE", "main", "measure"]

MODULE = "benchmarks.validation.one_run"
_MESO = ("--mesosim", "true", "--meso-junction-control", "true")
_MESO_TIMEOUT_S = 600.0


def main() -> int:
    """Do what the standard input says, pickled by our own process; tell in one line what went wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    task: Recording | Task = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own process
    with message_pipe() as tell:
        try:
            if isinstance(task, Recording):
                _record(task)
            else:
                check_code(task.code)
                write_result(task.out, task.case, measure(task.scenario, task.case))
        except SignalsError as error:
            tell({"error": f"{type(error).__name__}: {error}"})
            return 1
    return 0


def measure(scenario: Scenario, case: Case) -> Result:
    """Do a run. Raises `SignalsError` where it fails."""
    begin_s = time.perf_counter()
    if case.world == "meso":
        return Result(*_meso(scenario, case.seed), time.perf_counter() - begin_s)
    record = signals.run(scenario, case.controller, seed=case.seed)
    wall_s = time.perf_counter() - begin_s
    metrics = {**record.metrics, "violations": float(record.violations)}
    return Result(metrics["delay_s"], metrics, wall_s, "; ".join(falls_of(record)))


def _record(task: Recording) -> None:
    scenario = task.scenario
    task.out.parent.mkdir(parents=True, exist_ok=True)
    scenario_worlds.record_routes(scenario.file, scenario.folder, scenario.network, task.out, task.seed)


def _meso(scenario: Scenario, seed: int) -> tuple[float, dict[str, float]]:
    """Run SUMO's mesoscopic model by itself, with the network's own programs."""
    inputs = scenario_worlds.sumo_inputs(scenario.file, scenario.folder)
    options = SumoOptions(seed=seed, step_s=scenario.file.time.step_s, record_states=False)
    installation = find_sumo()
    with TemporaryDirectory(prefix="signals-meso-") as name:
        folder = Path(name).resolve()
        prepared = prepare(scenario.network, inputs, folder, options)
        command: list[str | Path] = [installation.binary, *prepared.arguments, *_MESO]
        with SumoProcess(command, folder, installation.environment()) as process:
            if not process.wait(_MESO_TIMEOUT_S) or process.exit_code:
                said = process.console.read_text("utf-8", errors="replace").strip().splitlines()
                raise WorldError(f"SUMO meso ended with code {process.exit_code}: {said[0] if said else 'no word'}")
        trips, incidents = read_outcome(folder, Account(inputs.end_s, vclass=prepared.vclass))
    metrics = summarise(trips, incidents, begin_s=inputs.begin_s, end_s=inputs.end_s)
    return metrics["delay_s"], metrics


if __name__ == "__main__":
    sys.exit(main())
