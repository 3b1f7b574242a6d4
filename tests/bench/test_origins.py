from __future__ import annotations

from pathlib import Path

import pytest

from signals.bench.cases import Case
from signals.bench.code_closure import closure
from signals.bench.origins import code_sha256, entrant_sha256, fingerprint, scene_sha256, versions
from signals.bench.stage import Stage
from signals.bench.tiers import tier
from signals.errors import InputError
from signals.scenario import Scenario
from tests.bench.made import GROUND, small_suite

CASE = Case(GROUND, "net", 1)


def marked(scenario: Scenario, case: Case = CASE, entrant: str = "a") -> str:
    return fingerprint(case, scene_sha256(scenario), entrant)


def test_whatever_matters_changes_the_fingerprint(tmp_path: Path) -> None:
    stage = Stage("crossroads", small_suite(), tmp_path)
    scenario = stage.scenario(tier("A"), 1.0, 1)
    first = marked(scenario)
    assert first == marked(stage.scenario(tier("A"), 1.0, 1))
    longer = Stage("crossroads", small_suite(scored_s=61.0), tmp_path).scenario(tier("A"), 1.0, 1)
    others = {
        marked(scenario, CASE._replace(seed=2)),
        marked(scenario, entrant="b"),
        marked(stage.scenario(tier("C"), 1.0, 1)),
        marked(stage.scenario(tier("C"), 1.0, 2)),
        marked(stage.scenario(tier("A"), 1.2, 1)),
        marked(longer),
    }
    assert len(others | {first}) == 7


def test_it_does_not_depend_on_where_files_lie(tmp_path: Path) -> None:
    suite = small_suite(maps=("braunschweig",))
    marks = set()
    for name in ("one", "two"):
        stage = Stage("braunschweig", suite, tmp_path / name)
        marks.add(scene_sha256(stage.scenario(tier("A"), 1.0, 1)))
    assert len(marks) == 1


def test_an_edited_input_is_another_one(tmp_path: Path) -> None:
    stage = Stage("braunschweig", small_suite(maps=("braunschweig",)), tmp_path)
    scenario = stage.scenario(tier("A"), 1.0, 1)
    first = scene_sha256(scenario)
    path = Path(scenario.file.demand[0].file)
    path.write_text(path.read_text().replace("</routes>", "<!-- more --></routes>"))
    assert scene_sha256(scenario) != first


def test_controllers_are_hashed_with_what_they_are_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len({entrant_sha256(name) for name in ("net", "greedy", "tests.stub_controllers:Nothing")}) == 3
    assert entrant_sha256("net") == entrant_sha256("net")
    with pytest.raises(InputError, match="nett"):
        entrant_sha256("nett")


def test_a_policy_and_a_stranger_are_hashed_with_what_they_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert entrant_sha256("policy=tests.policies_of_mine:Busiest") != entrant_sha256("net")
    path = tmp_path / "stranger_of_origins.py"
    path.write_text("from signals.control.greedy import Greedy as Mine\n")
    first = entrant_sha256("stranger_of_origins:Mine")
    path.write_text("from signals.control.net_plan import NetPlan as Mine\n")
    assert entrant_sha256("stranger_of_origins:Mine") != first


def test_what_takes_no_part_does_not_count() -> None:
    names = {"/".join(path.parts[-2:]) for path in closure(("signals.bench.task", "signals.worker"))}
    assert {"signals/loop.py", "bench/sums.py", "safety/guard.py", "sumo/world.py", "record/metrics.py"} <= names
    assert not {"report/page.py", "bench/board.py", "control/rolling_horizon.py", "bench/stage.py"} & names
    assert "control/rolling_horizon.py" in {
        "/".join(path.parts[-2:]) for path in closure(("signals.control.rolling_horizon",))
    }
    assert code_sha256("sumo") != code_sha256("sim")


def test_versions_name_the_simulator_where_it_takes_part() -> None:
    assert "sumo" in versions("sumo")
    assert "sumo" not in versions("sim")


def test_loops_do_not_count_where_everything_is_seen(tmp_path: Path) -> None:
    assert code_sha256("sumo", "full") != code_sha256("sumo", "detectors")
    assert code_sha256("sumo", "full") != code_sha256("sumo", "connected") == code_sha256("sumo", "detectors")
    assert code_sha256("sumo", "full", "detectors") == code_sha256("sumo", "detectors")
    stage = Stage("crossroads", small_suite(), tmp_path)
    assert stage.scenario(tier("A"), 1.0, 1).estimator().__class__.__module__ == "signals.sensing.full"
