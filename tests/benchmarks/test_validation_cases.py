"""What a result depends on, and what it does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.validation.cases import Case, Result, key_of, read_result, result_path, write_result
from benchmarks.validation.code_hashes import check_code, code_files, roots_of
from benchmarks.validation.sites import CONTROLLERS, paired
from signals.errors import InputError
from signals.scenario import Scenario, load
from tests.adapters.sumo_pair import pair_inputs

pytestmark = pytest.mark.sumo

CASE = Case("cologne1", "sumo", "net", 1)


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    inputs = pair_inputs(tmp_path)
    return load(inputs.net, [inputs.routes[0].path], begin_s=0.0, end_s=60.0)


def test_the_key_changes_with_everything_that_matters(scenario: Scenario, tmp_path: Path) -> None:
    file = scenario.file
    cases = [CASE, CASE._replace(seed=2), CASE._replace(controller="greedy"), CASE._replace(world="half-step")]
    keys = [key_of(case, scenario) for case in cases]
    for part, change in (("time", {"end_s": 61.0}), ("time", {"step_s": 0.5}), ("timing", {"respect_plans": False})):
        changed = replace(file, **{part: replace(getattr(file, part), **change)})
        keys.append(key_of(CASE, replace(scenario, file=changed)))
    routes = tmp_path / "pair.rou.xml"
    routes.write_text(routes.read_text() + " ")
    keys.append(key_of(CASE, scenario))
    assert len(set(keys)) == len(keys)


def test_the_key_does_not_change_with_names_and_places(scenario: Scenario, tmp_path: Path) -> None:
    (elsewhere := tmp_path / "else").mkdir()
    net, routes = (
        shutil.copy(tmp_path / f"pair.{part}.xml", elsewhere / f"moved.{part}.xml") for part in ("net", "rou")
    )
    other = load(net, [routes], begin_s=0.0, end_s=60.0)
    assert key_of(CASE, other) == key_of(CASE, scenario)
    named = replace(scenario.file, scenario=replace(scenario.file.scenario, name="renamed"))
    assert key_of(CASE, replace(scenario, file=named)) == key_of(CASE, scenario)


@pytest.mark.parametrize("world", ["sumo", "half-step", "meso"])
def test_runs_in_sumo_do_not_depend_on_the_simulator(world: str) -> None:
    for controller in CONTROLLERS:
        names = {path.name: path.parent.name for path in code_files(roots_of(world, controller))}
        assert "sim" not in names.values()
        assert not {"traffic.py", "travel.py", "drivers.py", "scenario_worlds.py"} & names.keys()
        assert "prepare.py" in names
    sim = {path.parent.name + "/" + path.name for path in code_files(roots_of("sim", "net"))}
    assert {"sim/world.py", "kernels/traffic.py", "sumo/travel.py", "safety/guard.py"} <= sim


def test_a_controller_depends_on_its_own_code_only() -> None:
    names = {path.name for path in code_files(roots_of("sumo", "max_pressure"))}
    assert {"max_pressure.py", "interstage.py", "world.py"} <= names
    assert "greedy.py" not in names


def test_code_that_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    files = dict(code_files(roots_of("sumo", "net")))
    check_code(files)
    first = next(iter(files))
    with pytest.raises(InputError, match=f"{first.name} was changed after this comparison began"):
        check_code({**files, first: "0"})
    with pytest.raises(InputError, match=r"gone.py was changed"):
        check_code({tmp_path / "gone.py": "0"})


def test_the_listing_needs_no_scenario_to_be_loaded() -> None:
    """What is loaded by hand is the same as what is hashed."""
    command = "import sys, signals.record.metrics; print(sum(n.split('.')[0] == 'signals' for n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True)
    assert int(done.stdout) == len(code_files(("signals.record.metrics",)))


def test_results_are_one_line_and_come_back(tmp_path: Path) -> None:
    path = result_path(tmp_path, CASE, "k")
    assert read_result(path) is None
    result = Result(3.5, {"delay_s": 3.5, "stops": 1.0}, 2.25, "note")
    write_result(path, CASE, result)
    assert read_result(path) == result
    assert path.read_text().count("\n") == 1


def test_pairs_differ_in_their_world_only(scenario: Scenario, tmp_path: Path) -> None:
    routes = tmp_path / "recorded.rou.xml"
    routes.write_text("<routes/>")
    found = {world: paired(scenario, routes, world) for world in ("sumo", "sim", "half-step", "meso")}
    assert {world: one.file.scenario.world for world, one in found.items()} == {
        "sumo": "sumo", "sim": "sim", "half-step": "sumo", "meso": "sumo",
    }  # fmt: skip
    assert {world: one.file.time.step_s for world, one in found.items()} == {
        "sumo": 1.0, "sim": 1.0, "half-step": 0.5, "meso": 1.0,
    }  # fmt: skip
    assert {one.inputs for one in found.values()} == {((tmp_path / "pair.net.xml").resolve(), routes.resolve())}


def test_the_demo_can_be_paired_though_it_lies_in_a_package(tmp_path: Path) -> None:
    routes = tmp_path / "recorded.rou.xml"
    routes.write_text("<routes/>")
    scenario = load("braunschweig")
    inputs = paired(scenario, routes, "sumo").inputs
    assert routes.resolve() in inputs
    assert [path.name for path in inputs if path != routes.resolve()] == [
        path.name for path in scenario.inputs if "trips" not in path.name and path.suffix != ".toml"
    ]
