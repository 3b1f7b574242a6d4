from __future__ import annotations

import pytest

from signals.control.sotl import Sotl
from tests.control.baseline import drives_safely, serves_everybody
from tests.control.made import marked, shows
from tests.control.test_gathered_delay import NETWORK, seen

NORTH_SOUTH, EAST_WEST = (0, 4), (2, 6)


def test_it_serves_everybody_and_drives_safely() -> None:
    serves_everybody(Sotl)
    assert drives_safely("sotl") < 90.0


def changes_after(waiting: int, before_green: int = 0, distance_m: float = 15.0, **settings: float) -> int | None:
    """So many wait in the east, so many are before the green stop line of the north; when is it left?"""
    controller = Sotl(NETWORK, **settings)
    rows = [(2, k + 1, 0.0, 1.0) for k in range(waiting)] + [(0, k + 50, 1.0, 1.0) for k in range(before_green)]
    for t in range(90):
        snapshot = seen(float(t), rows)
        far = snapshot.arrival_distance_m.copy()
        far[:] = [distance_m if handle >= 50 else 20.0 for handle in snapshot.arrival_handle]
        if not set(marked(controller.decide(shows(snapshot._replace(arrival_distance_m=far), NORTH_SOUTH)).want)) <= {
            0,
            4,
        }:
            return t
    return None


@pytest.mark.parametrize(("waiting", "seconds"), [(1, 41), (2, 21)])
def test_kappa_adds_up_to_theta(waiting: int, seconds: int) -> None:
    """41 vehicles times seconds: one after 41 s, two after 20.5 s."""
    assert changes_after(waiting) == seconds


def test_phi_min_comes_first() -> None:
    assert changes_after(20) == 15
    assert changes_after(20, phi_min_s=30.0) == 30


def test_a_few_just_before_the_stop_line_are_let_through_a_platoon_is_cut() -> None:
    assert changes_after(2, before_green=2) is None
    assert changes_after(2, before_green=3) == 21
    assert changes_after(2, before_green=2, distance_m=26.0) == 21


def test_who_is_far_from_a_red_light_does_not_count() -> None:
    assert changes_after(2, rho_m=19.0) is None
