from __future__ import annotations

import os
import signal
import time
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.control.bound_delay import DelayMeter
from benchmarks.control.bound_forks import (
    FIRST_LOOK_TICKS,
    Branches,
    Future,
    LostBranchError,
    WatchedScenario,
    part_with_files,
)
from signals.bench.disturbed import DisturbedScenario
from signals.scenario import load
from signals.trial import run
from tests.adapters.sumo_pair import pair_inputs

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


def meter_of(spent_s: float) -> Any:
    return SimpleNamespace(spent_s=spent_s, owed_s=0.5)


def play(branches: Branches, ticks: int, step_s: float = 1.0) -> None:
    """Play on in a child, which never comes back if it is long enough."""
    for tick in range(ticks):
        branches.decided(np.array([tick, 7], np.int32))
        branches.ticked(meter_of(branches.ticks * step_s))
    os._exit(9)


def test_a_child_tells_what_came_of_it_and_nothing_changes_here() -> None:
    branches = Branches()
    branches.ticked(meter_of(0.0))
    future = branches.branch(3)
    if future is None:
        play(branches, 99)
        return
    assert (branches.child, branches.ticks) == (False, 1)
    assert future.cost_s.tolist() == [1.5, 2.5, 3.5]
    assert future.stages.tolist() == [[0, 7], [1, 7], [2, 7]]
    assert future.since(2).cost_s.tolist() == [3.5]


def test_a_child_whose_world_ends_tells_what_there_was() -> None:
    branches = Branches()
    future = branches.branch(50)
    if future is None:
        branches.ticked(meter_of(4.0))
        branches.end(well=True)
    assert isinstance(future, Future)
    assert future.cost_s.tolist() == [4.5]


def test_a_child_that_is_too_dear_gives_up_but_not_at_once() -> None:
    branches = Branches()
    future = branches.branch(60, np.full(60, 5.0))
    if future is None:
        play(branches, 99)
        return
    assert len(future.cost_s) == FIRST_LOOK_TICKS


def test_a_child_that_ran_beyond_what_it_is_compared_with_goes_on() -> None:
    branches = Branches()
    future = branches.branch(60, np.full(FIRST_LOOK_TICKS - 1, 5.0))
    if future is None:
        play(branches, 99)
        return
    assert len(future.cost_s) == 60


def test_a_child_that_is_lost_is_told() -> None:
    branches = Branches()
    with pytest.raises(LostBranchError, match="tick 0"):
        lose(branches)


def lose(branches: Branches) -> None:
    if branches.branch(3) is None:
        branches.end(well=False)


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.control.bound_forks.PATIENCE_S", 0.2)
    branches = Branches()
    with pytest.raises(LostBranchError, match=f"status {signal.SIGKILL}"):
        hang(branches)


def hang(branches: Branches) -> None:
    if branches.branch(3) is None:
        time.sleep(60.0)
        os._exit(9)


def test_the_parent_does_not_end() -> None:
    Branches().end(well=False)


def test_reading_and_writing_in_a_child_leaves_the_files_of_its_parent_alone(tmp_path: Path) -> None:
    (tmp_path / "read").write_text("abcdef")
    with (
        (tmp_path / "read").open("rb", buffering=0) as source,
        (tmp_path / "written").open("wb", buffering=0) as target,
    ):
        assert source.read(2) == b"ab"
        target.write(b"mine")
        branches = Branches()
        future = branches.branch(1)
        if future is None:
            same_place = source.read(2) == b"cd"
            target.write(b"not mine")
            branches.ticked(meter_of(float(same_place)))
        assert future is not None
        assert future.cost_s.tolist() == [1.5]
        assert source.read(2) == b"cd"
        target.write(b" too")
    assert (tmp_path / "written").read_text() == "mine too"


def test_parting_twice_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "read").write_text("abc")
    with (tmp_path / "read").open("rb", buffering=0) as source:
        child = os.fork()
        if child == 0:
            part_with_files()
            part_with_files()
            os._exit(0 if source.read() == b"abc" else 1)
        assert os.waitpid(child, 0)[1] == 0


class _Listening(Branches):
    """Keeps what was metered."""

    def ticked(self, meter: DelayMeter) -> None:
        super().ticked(meter)
        self.spent_s = meter.spent_s


@pytest.mark.sumo
def test_what_is_metered_is_what_the_run_says(tmp_path: Path) -> None:
    inputs = pair_inputs(tmp_path)
    found = load(inputs.net, [inputs.routes[0].path], begin_s=0.0, end_s=300.0)
    plain = DisturbedScenario(found.file, found.folder)
    branches = _Listening()
    watched = WatchedScenario(**{row.name: getattr(plain, row.name) for row in fields(plain)}, branches=branches)
    record = run(watched, "net", seed=3)
    assert branches.ticks == 300
    standing_people_s = branches.spent_s - record.metrics["delay_s"] * record.metrics["scheduled_veh"]
    assert 0.0 <= standing_people_s < 2 * 60.0  # two people cross
    assert run(plain, "net", seed=3).metrics["delay_s"] == pytest.approx(record.metrics["delay_s"])
