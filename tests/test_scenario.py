from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import signals
from signals.errors import FileError, InputError, NetworkError, ScenarioError, SiteCardError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.values import Command
from signals.scenario import load, read_network_file, write_network_file
from signals.scenario_worlds import Opening
from signals.sensing.connected_world import ConnectedWorld
from signals.sensing.full import FullEstimator
from signals.sensing.loops import LoopEstimator
from signals.site_cards import write_site_cards
from signals.testing import two_crossroads

FLOWS = """
[[sim.flows]]
route = ["north_in_0>south_out_0"]
rate_veh_h = 300
"""


@pytest.fixture
def own_network(tmp_path: Path) -> Path:
    write_network_file(tmp_path / "network.toml", two_crossroads())
    (tmp_path / "scenario.toml").write_text(
        'format = 1\n[scenario]\nname = "pair"\nworld = "sim"\n[time]\nend_s = 60\n[sim]\nnetwork = "network.toml"\n'
        + FLOWS
    )
    return tmp_path


def test_the_crossroads_need_no_file() -> None:
    scenario = load("crossroads")
    assert (scenario.name, scenario.title) == ("crossroads", "A crossroads made by rule")
    assert scenario.network == crossroads()
    assert scenario.network is scenario.network
    assert [path.name for path in scenario.inputs] == ["scenario.toml", "centre.toml"]
    assert scenario.versions == {}
    assert isinstance(scenario.estimator(), FullEstimator)


def test_changes_are_as_strict_as_the_file() -> None:
    scenario = load("crossroads", sensing="detectors", begin_s=0, end_s=90, warmup_s=10, range_m=100, stages="derived")
    assert scenario.file.sensing.level == "detectors"
    assert (scenario.file.time.end_s, scenario.file.time.warmup_s) == (90.0, 10.0)
    assert scenario.file.timing.stages == "derived"
    with pytest.raises(UnknownNameError, match=r'value of sensing.level in "options": "ful"; did you mean "full"'):
        load("crossroads", sensing="ful")
    with pytest.raises(ScenarioError, match=r"time.end_s must be more than 0"):
        load("crossroads", end_s=-1)
    with pytest.raises(UnknownNameError, match=r'unknown change of a scenario "sensign"; did you mean "sensing"'):
        load("crossroads", sensign="full")  # type: ignore[call-arg]
    with pytest.raises(ScenarioError, match=r"the world sumo needs a section \[sumo\]"):
        load("crossroads", world="sumo")


def test_a_network_in_toml_comes_back_as_it_was(tmp_path: Path) -> None:
    for network in (crossroads(), two_crossroads()):
        write_network_file(tmp_path / "network.toml", network)
        assert read_network_file(tmp_path / "network.toml") == network


def test_a_scenario_can_bring_its_network(own_network: Path) -> None:
    scenario = load(own_network)
    assert len(scenario.network.intersections) == 2
    assert [path.name for path in scenario.inputs] == ["scenario.toml", "network.toml"]
    record = signals.run(scenario, controller="net")
    assert record.metrics["scheduled_veh"] > 0


def test_a_network_in_toml_that_is_broken_is_one_sentence(own_network: Path) -> None:
    path = own_network / "network.toml"
    path.write_text(path.read_text().replace("signals-network/1", "signals-network/9"))
    with pytest.raises(InputError, match=r"network.toml"):
        load(own_network).network  # noqa: B018
    path.unlink()
    with pytest.raises(FileError, match=r"network.toml"):
        load(own_network).inputs  # noqa: B018


def test_some_intersections_can_be_left_alone(own_network: Path) -> None:
    scenario = load(own_network, intersections=("b:centre",))
    assert [place.id for place in scenario.network.intersections] == ["b:centre"]
    with pytest.raises(UnknownNameError, match='unknown intersection "b:center"; did you mean "b:centre"'):
        load(own_network, intersections=("b:center",)).network  # noqa: B018
    part, whole = (signals.run(one, controller="net") for one in (scenario, load(own_network)))
    # The other one runs the same plan by itself.
    assert part.metrics["delay_s"] == pytest.approx(whole.metrics["delay_s"], rel=0.1)
    assert part.violations == whole.violations == 0


def with_cards(folder: Path) -> Path:
    """Give a scenario the key, and the cards of its network."""
    path = folder / "scenario.toml"
    path.write_text(path.read_text() + '[safety]\nsite_cards = "cards"\n')
    write_site_cards(folder / "cards", two_crossroads())
    return folder


def test_a_run_starts_where_the_cards_fit(own_network: Path) -> None:
    scenario = load(with_cards(own_network))
    scenario.check_site_cards()
    assert scenario.card_findings(scenario.network) == ()
    record = signals.run(scenario, controller="net")
    inputs = record.provenance["inputs"]
    assert isinstance(inputs, list)
    assert [row["name"] for row in inputs] == ["scenario.toml", "network.toml", "b-centre-b4e42204.toml", "centre.toml"]


def test_a_run_does_not_start_where_the_cards_do_not_fit(own_network: Path, tmp_path: Path) -> None:
    path = with_cards(own_network) / "network.toml"
    path.write_text(path.read_text().replace("clearance_ds = 80", "clearance_ds = 70", 1))
    with pytest.raises(SiteCardError, match="clearance_ds is 80 on the card, 70 in the network"):
        signals.run(load(own_network), controller="net", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert [finding.code for finding in load(own_network).card_findings(load(own_network).network)] == ["site-card"]
    write_site_cards(tmp_path / "others", load(own_network).network)
    load(own_network, site_cards=str(tmp_path / "others")).check_site_cards()
    load(own_network, site_cards="").check_site_cards()


def test_a_part_of_a_network_needs_a_part_of_the_cards(own_network: Path) -> None:
    with_cards(own_network)
    load(own_network, intersections=("b:centre",)).check_site_cards()
    (own_network / "cards/centre.toml").unlink()
    load(own_network, intersections=("b:centre",)).check_site_cards()
    with pytest.raises(SiteCardError, match='site card "centre": there is none'):
        load(own_network).check_site_cards()


def test_cards_that_are_not_there(own_network: Path) -> None:
    with pytest.raises(FileError, match="there are no site cards"):
        load(own_network, site_cards="none").inputs  # noqa: B018
    assert load(own_network).card_findings(two_crossroads()) == ()


def test_another_process_reads_the_network_itself() -> None:
    scenario = load("crossroads")
    scenario.network.arrays  # noqa: B018
    again = pickle.loads(pickle.dumps(scenario))  # noqa: S301
    assert "network" not in again.__dict__
    assert again == scenario
    assert again.network == scenario.network


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("north_in_0>south_out_0", "north_in_0>sotuh_out_0", 'did you mean "north_in_0>south_out_0"'),
        (FLOWS, "", "needs flows"),
        ("end_s = 60", "end_s = 60\nstep_s = 0.25", "step_s must be a multiple of 0.1 s"),
    ],
)
def test_parts_that_do_not_fit_are_named(own_network: Path, old: str, new: str, sentence: str) -> None:
    path = own_network / "scenario.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=sentence):
        signals.run(load(own_network), controller="net")


@pytest.mark.sumo
def test_braunschweig_is_the_default_and_points_into_a_package() -> None:
    scenario = load()
    assert scenario.name == "braunschweig"
    assert [path.name for path in scenario.inputs][:2] == ["scenario.toml", "fokr_bs.net.xml.gz"]
    (place,) = scenario.network.intersections
    assert (place.id, place.plans[0].id, place.plans[0].cycle_ds) == ("38", "DLR_UT_v1-0-0", 850)
    assert sum(group.user.name == "PEDESTRIAN" for group in place.groups) == 8
    assert list(scenario.versions) == ["sumo"]


def test_connected_vehicles_are_seen_beside_loops_or_alone(tmp_path: Path) -> None:
    for level, detectors in (("detectors", 16), ("connected", 0)):
        scenario = load("crossroads", sensing=level, connected_share=0.4, begin_s=0, end_s=60, warmup_s=0)
        assert len(scenario.network.detectors) == detectors
        estimator = scenario.estimator()
        assert isinstance(estimator, LoopEstimator)
        world = scenario.open_world(Opening(seed=3, folder=tmp_path))
        assert isinstance(world, ConnectedWorld)
        command = Command(0.0, np.zeros(len(scenario.network.arrays.group_user), np.int8), np.ones(1, np.bool_))
        seen = 0
        with world:
            while not world.finished:
                readings = world.read()
                seen += len(readings.vehicle_lane)
                assert len(readings.detector_count) == detectors
                estimator.update(readings)
                world.write(command)
        assert seen > 0
        assert 0.0 < estimator.penetration < 1.0
    with pytest.raises(ScenarioError, match="connected_share"):
        load("crossroads", sensing="full", connected_share=0.4)


@pytest.mark.sumo
def test_loops_are_laid_where_there_are_none() -> None:
    scenario = load(sensing="detectors")
    assert scenario.network.detectors
    assert not load().network.detectors


def test_a_network_without_signals(tmp_path: Path) -> None:
    (tmp_path / "town.net.xml").write_text(
        '<net version="1.20"><location netOffset="0,0" convBoundary="0,0,1,1" origBoundary="0,0,1,1" projParameter="!"/>'
        '<edge id="a" from="x" to="y"><lane id="a_0" index="0" speed="13.9" length="100" shape="0,0 100,0"/></edge>'
        '<junction id="x" type="dead_end" x="0" y="0" incLanes="" intLanes="" shape="0,0"/>'
        '<junction id="y" type="dead_end" x="100" y="0" incLanes="a_0" intLanes="" shape="100,0"/></net>'
    )
    (tmp_path / "town.rou.xml").write_text("<routes/>")
    with pytest.raises((ScenarioError, NetworkError), match="no signal"):
        load(tmp_path / "town.net.xml").network  # noqa: B018
