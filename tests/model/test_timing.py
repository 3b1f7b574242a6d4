from __future__ import annotations

from dataclasses import replace

import pytest

from signals.errors import UnknownNameError
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.timing import PROFILES, Path, intergreen_ds, ite_amber_s, profile

RILSA = profile("rilsa")
KMH = 1 / 3.6


def leaving(distance_m: float, **known: object) -> Path:
    """A path that crosses the one of `entering` so many metres after its stop line."""
    shape = ((0.0, -distance_m), (0.0, 30.0))
    return replace(Path(shape, 50 * KMH, length_m=distance_m + 30), **known)  # type: ignore[arg-type]


def entering(distance_m: float, user: User = User.VEHICLE) -> Path:
    return Path(((-distance_m, 0.0), (30.0, 0.0)), 50 * KMH, user)


@pytest.mark.parametrize(
    ("path", "entering_m", "expected_ds"),
    [
        (leaving(15), 10, 50),  # 3 + 21 / 10 - 10 / 11.11 = 4.20
        (leaving(6, user=User.PEDESTRIAN, turn=Turn.CROSSING, length_m=12.0), 5, 100),  # 12 / 1.2 - 0.45 = 9.55
        (leaving(15, user=User.BICYCLE), 10, 40),  # 1 + 15 / 4 - 0.90 = 3.85
        (leaving(18, turn=Turn.LEFT), 10, 50),  # 2 + 24 / 7 - 0.90 = 4.53
        (leaving(18, turn=Turn.RIGHT, speed_mps=3.0), 10, 60),  # 2 + 24 / 5 - 0.90 = 5.90
        (leaving(15, user=User.TRANSIT), 10, 60),  # 3 + 30 / 10 - 0.90 = 5.10
    ],
)
def test_rilsa_clearance(path: Path, entering_m: float, expected_ds: int) -> None:
    assert intergreen_ds(RILSA, path, entering(entering_m)) == expected_ds


def test_rilsa_rounds_up_but_not_what_is_whole() -> None:
    """3 + (4 + 6) / 10 - 0 = 4.0 exactly, for people who enter at the kerb."""
    assert intergreen_ds(RILSA, leaving(4), entering(5, User.PEDESTRIAN)) == 40
    assert intergreen_ds(RILSA, leaving(4.1), entering(5, User.PEDESTRIAN)) == 50


def test_it_is_never_less_than_amber() -> None:
    assert intergreen_ds(RILSA, leaving(0.5), entering(60)) == 30
    assert intergreen_ds(RILSA, leaving(0.5, speed_mps=70 * KMH), entering(60)) == 50
    walk = leaving(1, user=User.PEDESTRIAN, length_m=2.0)
    assert intergreen_ds(RILSA, walk, entering(60)) == 0  # 1.67 - 5.4 s: people have no amber


@pytest.mark.parametrize("name", PROFILES)
def test_paths_that_never_meet_have_none_which_is_not_0(name: str) -> None:
    assert intergreen_ds(profile(name), leaving(10), Path(((10.0, 0.0), (30.0, 0.0)), 14.0)) is None


@pytest.mark.parametrize(
    ("path", "entering_m", "expected_ds"),
    [
        (leaving(15), 10, 42),  # 3.0 + 21 / 10 - 0.9 = 4.2
        (leaving(2), 20, 30),  # 0.8 - 1.8 < 0 counts as 0
        (leaving(6, user=User.PEDESTRIAN, length_m=12.0), 5, 96),  # 10 - 0.45 = 9.55, tenths
    ],
)
def test_crow_adds_amber_to_a_difference_that_is_never_negative(
    path: Path, entering_m: float, expected_ds: int
) -> None:
    assert intergreen_ds(profile("crow"), path, entering(entering_m)) == expected_ds


def test_ite_numbers() -> None:
    assert ite_amber_s(50 * KMH) == pytest.approx(3.28, abs=0.005)
    assert ite_amber_s(50 * KMH, grade=-0.03) > ite_amber_s(50 * KMH)
    ite = profile("ite")
    assert ite.amber_ds(User.VEHICLE, 50 * KMH) == 33
    assert ite.amber_ds(User.BICYCLE, 5.0) == 30  # the floor
    assert intergreen_ds(ite, leaving(20), entering(10)) == 52  # 3.3 + 26 / 13.89 = 5.17


def test_benchmark_rules_know_no_clearance_but_for_people() -> None:
    rules = profile("m7")
    assert intergreen_ds(rules, leaving(30), entering(0.5)) == 30
    assert rules.min_green_ds(User.VEHICLE) == 70
    walk = leaving(6, user=User.PEDESTRIAN, length_m=12.0)
    assert intergreen_ds(rules, walk, entering(10)) == 100


@pytest.mark.parametrize(("name", "amber_ds", "green_ds"), [("resco", 30, 70), ("resco5", 20, 30)])
def test_the_rules_of_resco_have_amber_and_a_minimum_and_nothing_else(name: str, amber_ds: int, green_ds: int) -> None:
    rules = profile(name)
    assert {rules.amber_ds(User.VEHICLE, kmh * KMH) for kmh in (30, 50, 100)} == {amber_ds}
    assert rules.min_green_ds(User.VEHICLE) == green_ds
    assert intergreen_ds(rules, leaving(30), entering(0.5)) == amber_ds


@pytest.mark.parametrize(
    ("speed_mps", "expected_ds"),
    [(30 * KMH, 30), (50 * KMH, 30), (13.89, 30), (60 * KMH, 40), (16.67, 40), (70 * KMH, 50), (100 * KMH, 50)],
)
def test_amber_by_speed_limit(speed_mps: float, expected_ds: int) -> None:
    assert RILSA.amber_ds(User.VEHICLE, speed_mps) == RILSA.amber_ds(User.TRANSIT, speed_mps) == expected_ds


def test_amber_of_others() -> None:
    assert RILSA.amber_ds(User.BICYCLE, 10.0) == 20
    assert [profile(name).amber_ds(User.PEDESTRIAN, 1.4) for name in PROFILES] == [0] * len(PROFILES)


def test_red_amber_is_german_and_not_for_people() -> None:
    shown = {name: [profile(name).red_amber_ds(user) for user in User] for name in PROFILES}
    assert shown == {name: [10, 0, 10, 10] if name == "rilsa" else [0] * 4 for name in PROFILES}


def test_people_reach_the_middle_in_their_green() -> None:
    assert RILSA.min_green_ds(User.PEDESTRIAN, 24.0) == 100
    assert RILSA.min_green_ds(User.PEDESTRIAN, 5.0) == 50
    assert profile("ite").min_green_ds(User.PEDESTRIAN, 5.0) == 70
    assert RILSA.min_green_ds(User.VEHICLE) == RILSA.min_green_ds(User.BICYCLE) == 50


@pytest.mark.parametrize(("length_m", "expected_ds"), [(7.0, 59), (10.5, 88), (14.0, 117), (0.0, 0), (12.0, 100)])
def test_pedestrian_clearance(length_m: float, expected_ds: int) -> None:
    assert RILSA.pedestrian_clearance_ds(length_m) == expected_ds
    assert replace(RILSA, walking_mps=1.0).pedestrian_clearance_ds(length_m) == round(length_m * 10)


def test_profiles_say_who_must_confirm_them() -> None:
    for name in PROFILES:
        rules = profile(name)
        assert rules.name == name
        assert rules.sources
        assert rules.confirm
        bounds = (36_000, 36_000) if name.startswith("resco") else (900, 1200)
        assert (rules.max_green_ds, rules.max_red_ds) == bounds


def test_an_unknown_profile_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match='unknown timing profile "risla"; did you mean "rilsa"'):
        profile("risla")


def test_the_street_of_the_benchmark_has_all_red_and_takes_nothing_off() -> None:
    rules = profile("street")
    assert rules.min_green_ds(User.VEHICLE) == 70
    assert [rules.amber_ds(User.VEHICLE, kmh * KMH) for kmh in (50, 60, 70)] == [30, 40, 50]
    assert intergreen_ds(rules, leaving(15), entering(10)) == 50  # 3 + 21 / 13.89 = 4.5
    assert intergreen_ds(rules, leaving(15), entering(60)) == 50
    walk = leaving(6, user=User.PEDESTRIAN, turn=Turn.CROSSING, length_m=12.0)
    assert intergreen_ds(rules, walk, entering(10)) == 100
