from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import signals
from signals.adapters.sim.world import SimWorld
from signals.errors import FileError, InputError, MissingDependencyError, ScenarioError, UnknownNameError
from signals.model.closures import Closure
from signals.model.crossroads import crossroads
from signals.model.demand import Demand, Flow, Source, TurnShare
from signals.model.lanes import User
from signals.model.travel import VehicleKind
from signals.scenario import load
from signals.scenario_file import ClosurePart, TimePart
from signals.scenario_sim import FlowPart, KindPart, SimPart, SourcePart, TurnPart
from signals.scenario_worlds import Opening, _demand, open_world, paths_of, read_network, tick_ds

PLUGIN = """
format = 1
[scenario]
name = "elsewhere"
world = "{world}"
[time]
end_s = 30
[sim]
pedestrians = false
[world]
speed = 3
"""
ADAPTER = """
from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads_demand

CALLED = {}

class Elsewhere(SimWorld):
    def __init__(self, network, *, seed, folder, tick_ds, begin_s, end_s, speed):
        CALLED.update(seed=seed, folder=folder, tick_ds=tick_ds, begin_s=begin_s, speed=speed)
        super().__init__(network, crossroads_demand(), seed=seed, tick_ds=tick_ds, end_s=end_s)

def nothing(network, **settings):
    return network
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "an_adapter_of_mine.py").write_text(ADAPTER)
    (tmp_path / "scenario.toml").write_text(PLUGIN.format(world="an_adapter_of_mine:Elsewhere"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_somebody_elses_world_is_a_world(plugin: Path) -> None:
    record = signals.run(plugin, controller="actuated", seed=4)
    assert record.finished
    assert record.metrics["scheduled_veh"] > 0
    import an_adapter_of_mine  # noqa: PLC0415

    called = an_adapter_of_mine.CALLED
    assert (called["seed"], called["tick_ds"], called["begin_s"], called["speed"]) == (4, 10, 0.0, 3)


def test_somebody_elses_world_must_be_one(plugin: Path) -> None:
    (plugin / "scenario.toml").write_text(PLUGIN.format(world="an_adapter_of_mine:nothing"))
    with pytest.raises(InputError, match="makes no world: Network lacks a part of the protocol World"):
        signals.run(plugin, controller="net")
    (plugin / "scenario.toml").write_text(PLUGIN.format(world="elsewhere"))
    with pytest.raises(UnknownNameError, match='unknown adapter "elsewhere"'):
        signals.run(plugin, controller="net")
    (plugin / "scenario.toml").write_text(PLUGIN.format(world="an_adapter_of_mine:Elsewhere").replace("speed", "sped"))
    with pytest.raises(InputError, match="sped"):
        signals.run(plugin, controller="net")


def test_the_built_in_simulator_is_opened_as_the_scenario_says(tmp_path: Path) -> None:
    scenario = load("crossroads", end_s=42.0, sensing="detectors")
    world = scenario.open_world(Opening(seed=1, folder=tmp_path))
    assert isinstance(world, SimWorld)
    with world:
        assert len(world.read().vehicle_lane) == 0
        assert world.progress == 0
    assert read_network(scenario.file, scenario.folder) == crossroads()
    assert paths_of(scenario.file, scenario.folder) == ()


def test_the_built_in_simulator_has_no_windows(tmp_path: Path) -> None:
    scenario = load("crossroads")
    with pytest.raises(InputError, match="only sumo can be watched"):
        open_world(scenario.file, scenario.folder, scenario.network, Opening(seed=1, folder=tmp_path, gui=True))


@pytest.mark.parametrize(("step_s", "found_ds"), [(1.0, 10), (0.1, 1), (0.5, 5)])
def test_a_tick_is_a_number_of_tenths(step_s: float, found_ds: int) -> None:
    assert tick_ds(TimePart(step_s=step_s)) == found_ds


SUMO = """
format = 1
[scenario]
name = "x"
[sumo]
package = "{package}"
net = "{net}"
"""


@pytest.mark.parametrize(
    ("package", "net", "error", "sentence"),
    [
        ("no-such-package-here", "a.net.xml", MissingDependencyError, "pip install no-such-package-here"),
        ("rich", "none.net.xml", FileError, 'has no file "none.net.xml"'),
        ("rich", "../numpy/__init__.py", FileError, "leads out of the package"),
        ("", "none.net.xml", FileError, "there is no file"),
        ("", "\\u0000", FileError, "there is no file"),
    ],
)
def test_files_that_are_not_there(tmp_path: Path, package: str, net: str, error: type, sentence: str) -> None:
    (tmp_path / "scenario.toml").write_text(SUMO.format(package=package, net=net))
    with pytest.raises(error, match=sentence):
        load(tmp_path).inputs  # noqa: B018


@pytest.mark.sumo
def test_sumo_is_opened_as_the_scenario_says(tmp_path: Path) -> None:
    scenario = load("braunschweig", end_s=54020.0, range_m=120.0)
    world = scenario.open_world(Opening(seed=7, folder=tmp_path, traci=True))
    options = world.options  # type: ignore[attr-defined]
    assert (options.seed, options.range_m, options.traci, options.sensing) == (7, 120.0, True, "full")
    record = signals.run(scenario, controller="net")
    assert record.finished
    assert not [finding for finding in record.findings if "/" in finding.text and finding.code == "input"]


def test_lanes_are_closed_where_the_world_can_do_it(tmp_path: Path) -> None:
    closures = ClosurePart(lane="a", begin_s=60.0, end_s=90.0), ClosurePart(lane="b")
    here, opening = load("crossroads"), Opening(seed=1, folder=tmp_path)
    with pytest.raises(UnknownNameError, match='unknown lane in a closure "a"'):
        open_world(replace(here.file, closures=closures), here.folder, here.network, opening)
    elsewhere = replace(here.file.scenario, world="tests.stub_controllers:Interrupts")
    with pytest.raises(ScenarioError, match="cannot close lanes"):
        open_world(replace(here.file, scenario=elsewhere, closures=closures), here.folder, here.network, opening)
    there = load("braunschweig")
    world = open_world(replace(there.file, closures=closures), there.folder, there.network, opening)
    assert world.options.closures == (  # type: ignore[attr-defined]
        Closure(lane="a", begin_s=60.0, end_s=90.0),
        Closure(lane="b", begin_s=54000.0),
    )


TIME = TimePart(begin_s=60.0, end_s=900.0)


def test_sim_demand_is_taken_from_the_scenario() -> None:
    network = crossroads()
    sim = SimPart(
        flows=(
            FlowPart(route=("north_in_0>south_out_0",), rate_veh_h=10.0, begin_s=0.0, end_s=90.0),
            FlowPart(route=("east_walk>east_cross",), rate_veh_h=20.0),
            FlowPart(route=("north_in_0>south_out_0",), rate_veh_h=5.0, kind="cargo"),
        ),
        sources=(SourcePart(edge="east_in", rate_veh_h=30.0, kind="cargo"),),
        turns=(TurnPart(from_edge="east_in", to_edge="west_out", share=3.0),),
        kinds=(KindPart(id="cargo", user="bicycle", length_m=2.5),),
    )
    crossing = next(n for n, move in enumerate(network.movements) if move.id == "east_walk>east_cross")
    index = network.edge_index
    assert _demand(sim, network, TIME) == Demand(
        (
            Flow((0,), 10.0, 0.0, 90.0),
            Flow((crossing,), 20.0, 60.0, 900.0, User.PEDESTRIAN),
            Flow((0,), 5.0, 60.0, 900.0, User.BICYCLE, "cargo"),
        ),
        (Source(index["east_in"], 30.0, 60.0, 900.0, "cargo"),),
        (TurnShare(index["east_in"], index["west_out"], 3.0),),
        (VehicleKind(id="cargo", user=User.BICYCLE, length_m=2.5),),
    )


@pytest.mark.parametrize(
    ("sim", "sentence"),
    [
        (
            SimPart(sources=(SourcePart(edge="esat_in", rate_veh_h=1.0),)),
            r'edge in sim\.sources\.edge "esat_in"; did you',
        ),
        (
            SimPart(
                sources=(SourcePart(edge="east_in", rate_veh_h=1.0),),
                turns=(TurnPart(from_edge="east_in", to_edge="away", share=1.0),),
            ),
            r'edge in sim\.turns\.to_edge "away"',
        ),
        (SimPart(sources=(SourcePart(edge="east_in", rate_veh_h=1.0, kind="tank"),)), 'kind of vehicle "tank"'),
    ],
)
def test_names_that_nothing_has_are_named(sim: SimPart, sentence: str) -> None:
    with pytest.raises(UnknownNameError, match=sentence):
        _demand(sim, crossroads(), TIME)
