from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.network import read_network
from signals.model.intersections import Intersection
from signals.model.timing import profile
from tests.adapters.sumo_tee import SAFE, Steps, program, tee, tee_text, write

NORTH, WEST, LEFT, WALK = range(4)


def read(folder: Path, steps: Steps = SAFE, *, respect_plans: bool = True, rules: str = "rilsa") -> Intersection:
    return read_network(tee(folder, program(steps)), respect_plans=respect_plans, profile=rules).intersections[0]


def test_the_profile_alone(tmp_path: Path) -> None:
    rules = profile("rilsa")
    intersection = read(tmp_path, respect_plans=False)
    north, walk = intersection.groups[NORTH], intersection.groups[WALK]
    assert (north.amber_ds, north.red_amber_ds, north.clearance_ds) == (30, rules.red_amber_before_green_ds, 0)
    assert (north.min_green_ds, north.max_green_ds, north.max_red_ds) == (50, 900, 1200)
    assert (walk.amber_ds, walk.red_amber_ds, walk.clearance_ds) == (0, 0, rules.pedestrian_clearance_ds(12.0))
    assert walk.min_green_ds == rules.min_green_ds(walk.user, 12.0)


def test_matrix_of_the_profile(tmp_path: Path) -> None:
    matrix = read(tmp_path, respect_plans=False).intergreen_ds
    assert [[cell is None for cell in row] for row in matrix] == [
        [True, False, False, False],
        [False, True, True, True],
        [False, True, True, True],
        [False, True, True, True],
    ]
    # The centre lines cross 21 m behind the stop line of the north.
    assert matrix[NORTH][WALK] == 60, "3 s + (21 + 6) m / 10 m/s, rounded up"
    assert matrix[WALK][NORTH] == 90, "12 m / 1.2 m/s - 21 m / 11.1 m/s, rounded up"


def test_a_deployed_plan_goes_before_the_profile(tmp_path: Path) -> None:
    steps = (
        ("20", "rGggG"), ("4", "rGggr"), ("4", "ryyyr"), ("1", "rrrrr"), ("1", "urrrr"), ("4", "Grrrr"),
        ("3", "yrrrr"), ("1", "rrrrr"),
    )  # fmt: skip
    intersection = read(tmp_path, steps)
    north, west, walk = (intersection.groups[index] for index in (NORTH, WEST, WALK))
    assert (north.amber_ds, west.amber_ds) == (30, 40)
    assert (north.red_amber_ds, west.red_amber_ds) == (10, 0)
    assert (north.min_green_ds, west.min_green_ds) == (40, 50)
    assert walk.clearance_ds == 100, "the profile asks less than the 10 s of the plan"
    assert intersection.intergreen_ds[NORTH][WALK] == 40, "as deployed, less than the 6 s of the profile"
    assert intersection.intergreen_ds[WEST][NORTH] == read(tmp_path, respect_plans=False).intergreen_ds[WEST][NORTH]


def test_a_short_clearance_for_people_is_taken_over(tmp_path: Path) -> None:
    steps = (("20", "rGggG"), ("3", "ryyyr"), ("15", "Grrrr"), ("3", "yrrrr"), ("2", "rrrrr"))
    intersection = read(tmp_path, steps)
    assert intersection.groups[WALK].clearance_ds == 30
    assert intersection.intergreen_ds[WALK][NORTH] == 30


def test_an_intergreen_is_never_less_than_amber(tmp_path: Path) -> None:
    network = read_network(tee(tmp_path, program((("20", "rGggG"), ("10", "Grrrr")))))
    intersection = network.intersections[0]
    assert [group.amber_ds for group in intersection.groups] == [30, 30, 30, 0]
    assert intersection.intergreen_ds[NORTH] == (None, 30, 30, 30)
    assert intersection.intergreen_ds[WALK][NORTH] == 0
    missing = next(finding for finding in network.findings if finding.code == "missing-amber")
    assert '"N.s", "W.sr", "E.l"' in missing.text


def test_a_short_amber_is_not_taken_over(tmp_path: Path) -> None:
    network = read_network(tee(tmp_path, program((("20", "rGggG"), ("2", "ryyyr"), ("10", "Grrrr"), ("3", "yrrrr")))))
    assert [group.amber_ds for group in network.intersections[0].groups] == [30, 30, 30, 0]
    short = next(finding for finding in network.findings if finding.code == "short-amber")
    assert "down to 2 s" in short.text


def test_long_greens_and_reds_widen_the_bounds(tmp_path: Path) -> None:
    steps = (("200", "rGggG"), *SAFE[1:])
    intersection = read(tmp_path, steps)
    assert intersection.groups[WEST].max_green_ds == 2000
    assert intersection.groups[NORTH].max_red_ds == 2000 + 30 + 20 + 30 + 20 + 100
    assert intersection.groups[NORTH].max_green_ds == 900


def test_no_bound_is_wider_than_an_hour(tmp_path: Path) -> None:
    intersection = read(tmp_path, (("20", "rGggG", 'maxDur="9999999"'), *SAFE[1:]))
    assert (intersection.groups[WEST].max_green_ds, intersection.groups[NORTH].max_red_ds) == (36000, 36000)


def test_a_way_without_a_believable_shape_is_measured_by_its_length(tmp_path: Path) -> None:
    path = write(tmp_path, "far.net.xml", tee_text().replace('shape="0,12 0,-12"', 'shape="0,12 0,-1e15"'))
    assert read_network(path, respect_plans=False).intersections[0].intergreen_ds[NORTH][WALK] == 60


def test_red_amber_is_never_long(tmp_path: Path) -> None:
    intersection = read(tmp_path, (*SAFE[:2], ("6", "urrrr"), *SAFE[3:]))
    assert intersection.groups[NORTH].red_amber_ds == 20


def test_paths_without_shapes_are_laid_end_to_end(tmp_path: Path) -> None:
    text = tee_text()
    for shape in ("0,12 0,-12", "-12,-2 12,-2", "12,2 4,2", "-12,-2 -4,-4 0,-12", "4,2 0,-4 0,-12", "-6,-9 6,-9"):
        text = text.replace(f'shape="{shape}"', "")
    network = read_network(write(tmp_path, "bare.net.xml", text), respect_plans=False)
    matrix = network.intersections[0].intergreen_ds
    # 3 s + (24 + 6) m / 10 m/s, nothing to approach
    assert matrix[NORTH][WALK] == 60
    assert matrix[NORTH][WEST] == 60
    assert matrix[WALK][NORTH] == 100


@pytest.mark.parametrize("rules", ["rilsa", "crow", "ite", "m7", "street"])
def test_every_profile_gives_a_whole_matrix(tmp_path: Path, rules: str) -> None:
    intersection = read(tmp_path, respect_plans=False, rules=rules)
    for i, row in enumerate(intersection.intergreen_ds):
        for cell in row:
            assert cell is None or cell >= intersection.groups[i].amber_ds
