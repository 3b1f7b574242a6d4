from __future__ import annotations

from pathlib import Path

import numpy as np

from signals.bench.disturbed import DisturbedScenario
from signals.model.values import Readings
from signals.scenario import load
from signals.scenario_worlds import Opening
from signals.sensing.faults import Faults


def seen(faults: Faults | None, folder: Path, seed: int = 1) -> Readings:
    plain = load("crossroads", sensing="detectors")
    scenario = DisturbedScenario(plain.file, plain.folder, None, (), faults=faults, fault_seed=seed)
    with scenario.open_world(Opening(seed=1, folder=folder)) as world:
        return world.read()


def test_what_is_broken_is_seen_so(tmp_path: Path) -> None:
    assert (seen(None, tmp_path).detector_count >= 0).all()
    broken = seen(Faults(dead=0.5), tmp_path)
    assert (broken.detector_count < 0).sum() == len(broken.detector_count) // 2
    again, other = seen(Faults(dead=0.5), tmp_path), seen(Faults(dead=0.5), tmp_path, seed=2)
    assert np.array_equal(again.detector_count, broken.detector_count)
    assert not np.array_equal(other.detector_count, broken.detector_count)


def test_faults_are_settings() -> None:
    plain = load("crossroads")
    whole = DisturbedScenario(plain.file, plain.folder)
    broken = DisturbedScenario(plain.file, plain.folder, faults=Faults(lost=0.1), fault_seed=4)
    assert whole.settings == {**plain.settings, "faults": None, "legacy": False}
    assert broken.settings["faults"] == {**whole_faults(), "lost": 0.1, "seed": 4}


def whole_faults() -> dict[str, float]:
    faults = Faults()
    return {name: getattr(faults, name) for name in Faults.__slots__}
