from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

from signals.control.resco_lanes import StageLanes, find_lanes, read_lanes
from signals.errors import FileError
from signals.model.crossroads import crossroads
from signals.model.intersections import Stage
from signals.model.movements import Turn
from signals.model.network import Network
from signals.testing import networks, two_crossroads
from tests.control.test_downstream import chained

NETWORK = crossroads(pedestrians=False)


def lanes_of(found: StageLanes, network: Network, stage: int) -> dict[str, int]:
    """Lane → how often it counts for a stage."""
    counted = Counter(approach for s, approach in found.served.tolist() if s == stage)
    return {network.lanes[network.arrays.approach_lane[a]].id: times for a, times in counted.items()}


def with_stages(*stages: tuple[int, ...]) -> Network:
    (place,) = NETWORK.intersections
    made = tuple(Stage(str(number), groups) for number, groups in enumerate(stages))
    return replace(NETWORK, intersections=(replace(place, stages=made, plans=()),))


def lane(approach: int) -> str:
    return NETWORK.lanes[NETWORK.arrays.approach_lane[approach]].id


def test_straight_on_counts_and_the_right_turn_beside_it_does_not() -> None:
    found = find_lanes(NETWORK)
    assert lanes_of(found, NETWORK, 0) == {lane(0): 1, lane(4): 1}
    assert lanes_of(found, NETWORK, 1) == {lane(1): 1, lane(5): 1}


def test_who_has_to_yield_in_a_stage_does_not_count_in_it() -> None:
    network = with_stages((0, 4), (0, 1))
    assert lanes_of(find_lanes(network), network, 1) == {lane(0): 1, lane(1): 1}
    movements = tuple(
        replace(movement, yields_to=tuple(k for k, other in enumerate(NETWORK.movements) if other.link == 0))
        if movement.link in NETWORK.intersections[0].groups[1].links
        else movement
        for movement in NETWORK.movements
    )
    (place,) = network.intersections
    groups = tuple(
        replace(group, permissive_links=group.links) if number == 1 else group
        for number, group in enumerate(place.groups)
    )
    yielding = replace(network, movements=movements, intersections=(replace(place, groups=groups),))
    assert lanes_of(find_lanes(yielding), yielding, 1) == {lane(0): 1}


def without_straight_on(network: Network) -> Network:
    """The same, but who went straight on turns right."""
    turned = (replace(m, turn=Turn.RIGHT) if m.turn is Turn.STRAIGHT else m for m in network.movements)
    return replace(network, movements=tuple(turned))


def test_the_left_turn_of_one_road_alone_brings_its_right_turn() -> None:
    network = without_straight_on(with_stages((0, 1), (1, 5), (0,)))
    found = find_lanes(network)
    assert lanes_of(found, network, 0) == {lane(0): 1, lane(1): 1}
    assert lanes_of(found, network, 1) == {lane(1): 1, lane(5): 1}
    assert lanes_of(found, network, 2) == {lane(0): 1}


def test_lanes_beyond_are_those_before_the_next_signal() -> None:
    assert not len(find_lanes(NETWORK).beyond)
    for network in networks():
        found = find_lanes(network)
        assert found.served[:, 0].max() < network.arrays.stage_offset[-1]
    network = chained()  # who goes straight on to the south arrives at the northern stop lines again
    found = find_lanes(network)
    straight = {int(stage) for stage, approach in found.served if approach == 0}
    assert straight
    assert {(int(stage), int(approach)) for stage, approach in found.beyond} >= {
        (s, a) for s in straight for a in (0, 1)
    }


def table(network: Network, **otherwise: Any) -> dict[str, Any]:
    """A table of RESCO's form: a direction each for the lanes to the south and north, and two stages."""
    empty = {f"{a}-{b}": [] for a in "SWNE" for b in "SWNE"}
    sets = {**empty, "S-S": [lane(0), "unknown"], "N-N": [lane(4)], "S-E": [lane(1)], "N-W": [lane(5)]}
    places = {
        place.id: {"lane_sets": sets, "downstream": {"N": None, "E": None, "S": None, "W": None}}
        for place in network.intersections
    }
    return {network.name: {"phase_pairs": [[1, 7], [2, 8]], "valid_acts": None, **places, **otherwise}}


def written(folder: Path, found: object) -> Path:
    path = folder / "signal_config.py"
    path.write_text(f"raise SystemExit  # never run\nsignal_configs = {pformat(found)}\n")
    return path


def test_the_table_is_read_and_never_run(tmp_path: Path) -> None:
    found = read_lanes(written(tmp_path, table(NETWORK)), NETWORK)
    assert found.served.tolist() == [[0, 0], [0, 4], [1, 1], [1, 5]]
    assert not len(found.beyond)


def with_short_last_lane() -> Network:
    """The lane of the first approach is a metre long, and has a lane before it."""
    lanes, last = NETWORK.lanes, NETWORK.arrays.approach_lane[0]
    short = replace(lanes[last], length_m=1.0)
    before = replace(lanes[last], id="before", edge="before")
    way = replace(
        NETWORK.movements[0], id="before>", from_lane=len(lanes), to_lane=int(last), link=-1, yields_to=(), foes=()
    )
    return replace(
        NETWORK,
        lanes=(*lanes[:last], short, *lanes[last + 1 :], before),
        movements=(*NETWORK.movements, way),
        detectors=(),
    )


def test_the_lane_before_a_short_last_one_stands_for_it(tmp_path: Path) -> None:
    (place,) = NETWORK.intersections
    found = table(NETWORK)
    found["crossroads"][place.id]["lane_sets"]["S-S"] = ["before"]
    path = written(tmp_path, found)
    assert read_lanes(path, with_short_last_lane()).served.tolist() == [[0, 0], [0, 4], [1, 1], [1, 5]]
    assert read_lanes(path, NETWORK).served.tolist() == [[0, 4], [1, 1], [1, 5]]


def test_a_signal_may_have_its_own_choice_of_pairs(tmp_path: Path) -> None:
    network = with_stages((0, 4), (1, 5))
    found = table(network, valid_acts={network.intersections[0].id: {1: 0, 0: 1}})
    served = read_lanes(written(tmp_path, found), network).served.tolist()
    assert sorted(served) == [[0, 1], [0, 5], [1, 0], [1, 4]]


def test_where_a_stage_is_missing_the_others_are_known_by_their_lanes(tmp_path: Path) -> None:
    network = with_stages((1, 5))
    assert read_lanes(written(tmp_path, table(network)), network).served.tolist() == [[0, 1], [0, 5]]


def test_downstream_are_the_lanes_that_go_on_the_same_way(tmp_path: Path) -> None:
    network = two_crossroads()
    one, two = (place.id for place in network.intersections)
    found = table(network)
    found[network.name][one] = {**found[network.name][one], "downstream": {"N": None, "E": None, "S": two, "W": None}}
    beyond = read_lanes(written(tmp_path, found), network).beyond
    assert beyond.tolist() == [[0, 0], [0, 1]]  # S-S leads to the directions that come from the north there


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("signal_configs = {}\n", 'says nothing about the network "crossroads"'),
        ("other = {}\n", "has no table signal_configs"),
        ("signal_configs = []\n", "has no table signal_configs"),
        ("signal_configs = dict()\n", "cannot read"),
        ("signal_configs = (\n", "cannot read"),
        ("signal_configs = {'crossroads': {'valid_acts': None}}\n", "no table of RESCO"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "signal_config.py"
    path.write_text(text)
    with pytest.raises(FileError, match=said):
        read_lanes(path, NETWORK)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.py"):
        read_lanes(tmp_path / "nowhere.py", NETWORK)
