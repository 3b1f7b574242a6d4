"""The two synthetic scenarios: what is in them, that nothing in them is doubtful, and that one can drive there."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

import signals
from signals.checks.kinds import check_file
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.site_cards import check_site_cards

pytestmark = pytest.mark.sumo

TOWNS = ("flemish_junction", "small_town")
CONTROLLERS = ("net", "actuated", "max_pressure", "rolling_horizon")
ROOT = Path(__file__).parents[2] / "scenarios"
BEGIN_S = 26_100.0


@pytest.fixture(scope="module", params=TOWNS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def network(name: str) -> Network:
    return signals.load(name).network


def turns_of(network: Network, place: Intersection, group: int) -> set[Turn]:
    return {network.movements[movement].turn for movement in place.groups[group].movements}


def is_motor_left(network: Network, place: Intersection, group: int) -> bool:
    return place.groups[group].user is User.VEHICLE and turns_of(network, place, group) == {Turn.LEFT}


def test_nothing_is_doubtful(name: str, network: Network) -> None:
    assert network.findings == ()
    report = check_file(ROOT / name / f"{name}.net.xml")
    assert report.breaches == ()
    assert report.checked


def test_it_says_that_it_is_synthetic(name: str) -> None:
    assert "(synthetic)" in signals.load(name).file.scenario.title
    assert (ROOT / name / "SOURCE.md").read_text().startswith(f"# {name}\n\nSynthetic: ")


def test_the_site_cards_are_those_of_the_network(name: str, network: Network) -> None:
    check_site_cards(ROOT / name / "site_cards", network)


def test_an_hour_is_scored_after_a_quarter_of_an_hour(name: str) -> None:
    time = signals.load(name).file.time
    assert (time.begin_s, time.end_s - time.begin_s - time.warmup_s, time.warmup_s) == (BEGIN_S, 3600.0, 900.0)


def test_amber_and_crossings_are_as_in_flanders(network: Network) -> None:
    for place in network.intersections:
        for group in place.groups:
            assert group.red_amber_ds == 0
            assert group.amber_ds == {User.VEHICLE: 30, User.BICYCLE: 20, User.PEDESTRIAN: 0}[group.user]
            if group.user is User.PEDESTRIAN:
                length_m = max(network.movements[movement].length_m for movement in group.movements)
                assert group.min_green_ds >= 50
                assert group.clearance_ds * 1.2 >= 10 * length_m - 2


def test_every_lane_at_a_signal_has_two_loops(network: Network) -> None:
    loops: dict[int, list[float]] = {}
    for detector in network.detectors:
        before_m = network.lanes[detector.lane].length_m - detector.position_m
        loops.setdefault(detector.lane, []).append(before_m)
    for lane in set(network.arrays.approach_lane.tolist()):
        stop_m, ahead_m = sorted(loops[lane])
        assert stop_m < 5.0
        assert ahead_m > 30.0


def test_nobody_crosses_a_left_turn_of_the_flemish_junction() -> None:
    network = signals.load("flemish_junction").network
    (place,) = network.intersections
    lefts = [group for group in range(len(place.groups)) if is_motor_left(network, place, group)]
    assert len(lefts) == 4
    for left in lefts:
        assert place.groups[left].permissive_links == ()
        (stage,) = [stage for stage in place.stages if left in stage.groups]
        assert all(other in lefts for other in stage.groups)
    cyclists = [group for group in place.groups if group.user is User.BICYCLE]
    assert len(cyclists) == 4
    assert all(
        not (set(one.links) & set(two.links))
        for one, two in combinations([group for group in place.groups if group in cyclists], 2)
    )


def test_the_six_signals_of_the_town_are_of_different_kinds() -> None:
    network = signals.load("small_town").network
    places = {place.id: place for place in network.intersections}
    assert {name: len(place.stages) for name, place in places.items()} == {
        "A": 4,
        "B": 3,
        "C": 4,
        "D": 4,
        "T": 2,
        "F": 2,
    }
    cycles_s = {name: place.plans[0].cycle_ds // 10 for name, place in places.items()}
    assert {cycles_s[name] for name in "ABCD"} == {90}
    assert len({places[name].plans[0].offset_ds for name in "ABCD"}) == 4
    on_foot = [group for group in places["F"].groups if group.user is User.PEDESTRIAN]
    assert len(on_foot) == 1
    for name in "ABCD":
        place = places[name]
        main = [
            g for g in range(len(place.groups)) if is_motor_left(network, place, g) and place.groups[g].id[0] in "EW"
        ]
        assert len(main) == 2
        assert all(place.groups[group].permissive_links == () for group in main)


@pytest.mark.parametrize("world", ["sumo", "sim"])
def test_the_first_minutes_with_every_controller(name: str, world: str, tmp_path: Path) -> None:
    scenario = signals.load(name, world=world, end_s=BEGIN_S + 1140.0)
    for controller in CONTROLLERS:
        run = signals.run(scenario, controller=controller, seed=1, out=tmp_path / controller)
        assert run.violations == 0
        assert run.metrics["collisions"] == run.metrics["teleports"] == 0
        assert run.metrics["finished_veh"] > 0
        assert run.metrics["person_scheduled"] > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("controller", CONTROLLERS)
def test_the_whole_hour(name: str, controller: str, tmp_path: Path) -> None:
    run = signals.run(signals.load(name), controller=controller, seed=1, out=tmp_path / "run")
    assert run.violations == 0
    assert run.metrics["collisions"] == run.metrics["teleports"] == 0
    if controller in ("net", "rolling_horizon"):
        assert run.metrics["gridlock"] == 0
    assert run.metrics["transit_finished"] > 6
