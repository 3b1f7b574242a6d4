from __future__ import annotations

from pathlib import Path

import pytest

from signals.bench.stage import Stage
from signals.bench.suites import cut, suite
from signals.bench.tiers import tier
from signals.bench.travellers import COPY_MARK
from tests.bench.made import small_suite


@pytest.fixture(scope="module")
def braunschweig(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage("braunschweig", cut(suite("full"), maps=["braunschweig"]), tmp_path_factory.mktemp("demand"))


def test_an_hour_is_scored_after_the_warm_up(braunschweig: Stage) -> None:
    assert braunschweig.time.warmup_s == 600
    assert braunschweig.scored_s == (54_600, 58_200)
    found = braunschweig.scenario(tier("A"), 1.0, 1)
    assert found.name == "braunschweig"
    assert found.file.time == braunschweig.time
    assert (found.file.timing.profile, found.file.timing.respect_plans) == ("street", True)
    texts = [Path(part.file).read_text() for part in found.file.demand]
    assert any(COPY_MARK in text for text in texts)
    assert all(path.is_file() for path in found.inputs)


def test_demand_and_shock_are_shares(braunschweig: Stage) -> None:
    calm, broken = (braunschweig.scenario(tier(name), 1.2, 1).file.demand for name in "AC")
    assert {part.scale for part in calm} == {1.2}
    assert [part.scale for part in broken] == [1.2, 1.2, 1.2, 1.8, 1.8, 1.8]
    assert [part.file for part in calm] == [part.file for part in broken]


def test_tiers_see_and_break_different_things(braunschweig: Stage) -> None:
    exact, loops, broken = (braunschweig.scenario(tier(name), 1.0, 3) for name in "ABC")
    assert [found.file.sensing.level for found in (exact, loops, broken)] == ["full", "detectors", "detectors"]
    assert exact.faults is loops.faults is None
    assert (broken.faults, broken.fault_seed) == (tier("C").faults, 3)
    assert not broken.file.closures  # everybody in it begins on a lane of their own


def test_a_lane_is_closed_where_there_is_one(tmp_path: Path) -> None:
    stage = Stage("flemish_junction", cut(suite("full"), maps=["flemish_junction"]), tmp_path)
    (closure,) = stage.scenario(tier("C"), 1.0, 1).file.closures
    begin_s, end_s = stage.scored_s
    assert closure.begin_s == pytest.approx((begin_s + end_s) / 2)
    assert closure.end_s == pytest.approx(begin_s + (end_s - begin_s) * 2 / 3)
    assert not stage.scenario(tier("B"), 1.0, 1).file.closures


def test_earlier_work_scores_the_hour_of_the_map(tmp_path: Path) -> None:
    stage = Stage("cologne1", suite("m7"), tmp_path)
    assert stage.scored_s == (25_200, 28_800)
    found = stage.scenario(tier("A"), 1.0, 1)
    assert [Path(part.file).name for part in found.file.demand] == ["cologne1.rou.xml"]
    assert (found.file.timing.profile, found.file.timing.respect_plans) == ("m7", False)
    assert not list(tmp_path.iterdir())


def test_the_built_in_world_draws_its_own(tmp_path: Path) -> None:
    stage = Stage("crossroads", small_suite(), tmp_path)
    found = stage.scenario(tier("C"), 0.5, 1)
    assert found.file.sim is not None
    assert found.file.sim.veh_h == 200
    assert stage.scored_s == (30, 90)
    assert not list(tmp_path.iterdir())


def test_what_stands_beside_resco_runs_under_its_rules(tmp_path: Path) -> None:
    for name, profile in (("cologne1", "resco"), ("arterial4x4", "resco5")):
        found = Stage(name, suite("legacy"), tmp_path).scenario(tier("A"), 1.0, 1)
        assert (found.file.timing.profile, found.legacy) == (profile, True)
    assert not Stage("cologne1", suite("m7"), tmp_path).scenario(tier("A"), 1.0, 1).legacy
