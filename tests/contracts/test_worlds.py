"""Every world that comes with the package keeps its contract."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from signals.scenario import load
from signals.scenario_worlds import Opening
from signals.testing import check_world


@pytest.mark.parametrize("sensing", ["full", "detectors"])
def test_the_built_in_simulator(tmp_path: Path, sensing: str) -> None:
    scenario = load("crossroads", sensing=sensing)
    check_world(lambda: scenario.open_world(Opening(seed=3, folder=tmp_path)))


@pytest.mark.sumo
@pytest.mark.parametrize("traci", [False, True], ids=["libsumo", "traci"])
@pytest.mark.parametrize("sensing", ["full", "detectors"])
def test_sumo(tmp_path: Path, sensing: str, traci: bool) -> None:
    scenario = load("braunschweig", sensing=sensing, end_s=54000 + 150)
    number = itertools.count()
    check_world(
        lambda: scenario.open_world(Opening(seed=3, folder=tmp_path / f"{next(number)}", traci=traci)), ticks=120
    )
