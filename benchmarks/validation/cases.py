"""One run of the comparison, what its result depends on, and where it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.validation.code_hashes import code_sha256, roots_of
from signals.record.files import sha256_of, write_whole
from signals.scenario import Scenario

__all__ = ["Case", "Recording", "Result", "Task", "key_of", "read_result", "result_path", "write_result"]

_FORMAT = 1
_DIGITS = 16


class Case(NamedTuple):
    """One run.

    Attributes
    ----------
    site, world, controller
        Names; see `benchmarks.validation.sites`.
    seed
        Of all chance in it.
    """

    site: str
    world: str
    controller: str
    seed: int


class Result(NamedTuple):
    """What came out of a run.

    Attributes
    ----------
    delay_s
        Mean delay of all scheduled vehicles, those included that never got in.
    metrics
        All that was measured.
    wall_s
        How long it took.
    note
        Where the controller was not followed for a while: why.
    failed
        Why there is no result; empty if there is one.
    """

    delay_s: float
    metrics: dict[str, float]
    wall_s: float
    note: str = ""
    failed: str = ""


class Recording(NamedTuple):
    """To record the routes of a scenario, with a seed, into a file."""

    scenario: Scenario
    seed: int
    out: Path


class Task(NamedTuple):
    """To do a run of a scenario and keep its result in a file, as long as the code is what it was."""

    scenario: Scenario
    case: Case
    out: Path
    code: Mapping[Path, str]


def key_of(case: Case, scenario: Scenario) -> str:
    """Hash everything that a result depends on: files, times, what was chosen, code, versions.

    Parameters
    ----------
    case
        The run.
    scenario
        Its scenario, paired and in its world.
    """
    file, timing = scenario.file, scenario.file.timing
    depends = {
        "format": _FORMAT,
        "case": case._asdict(),
        "inputs": [sha256_of(path) for path in scenario.inputs],
        "time": [file.time.begin_s, file.time.end_s, file.time.step_s, file.time.warmup_s],
        "sensing": [file.sensing.level, file.sensing.range_m],
        "timing": [timing.profile, timing.respect_plans, timing.stages],
        "code": code_sha256(roots_of(case.world, case.controller)),
        "versions": scenario.versions,
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:_DIGITS]


def result_path(cache: Path, case: Case, key: str) -> Path:
    """Return the file of a result."""
    return cache / "results" / case.site / f"{case.world}-{case.controller}-{case.seed}-{key}.json"


def read_result(path: Path) -> Result | None:
    """Return a result that is there."""
    if not path.is_file():
        return None
    row = json.loads(path.read_text())
    return Result(row["metrics"]["delay_s"], row["metrics"], row["wall_s"], row["note"])


def write_result(path: Path, case: Case, result: Result) -> None:
    """Keep a result: one line of JSON, whole or not at all."""
    row = {**case._asdict(), "metrics": result.metrics, "wall_s": round(result.wall_s, 2), "note": result.note}
    write_whole(path, (json.dumps(row) + "\n").encode())
