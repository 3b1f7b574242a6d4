from __future__ import annotations

from signals.control.actuated import maxima_ds
from signals.control.delay_based import DelayBased
from signals.testing import check_controller
from tests.control.baseline import drives_safely
from tests.control.made import demanded, marked, shows
from tests.control.test_gathered_delay import NETWORK, seen

NORTH_SOUTH = (0, 4)


def test_it_keeps_the_contract_and_drives_safely() -> None:
    check_controller(DelayBased)
    assert drives_safely("delay_based") < 60.0


def left_after(lost: float, distance_m: float = 30.0, **settings: float) -> int | None:
    """One comes to the green north and has stood for a while; somebody waits in the east. When is the north left?"""
    controller = DelayBased(NETWORK, **settings)
    for t in range(60):
        snapshot = seen(float(t), [(0, 7, 0.0 if t < lost + 1 else 1.0, 1.0)])
        far = snapshot.arrival_distance_m.copy()
        far[:] = distance_m
        snapshot = demanded(shows(snapshot._replace(arrival_distance_m=far), NORTH_SOUTH), (2,) if t >= 6 else ())
        if 0 not in marked(controller.decide(snapshot).want):
            return t - 6
    return None


def test_who_lost_time_extends_until_the_maximum() -> None:
    longest_s = int(maxima_ds(NETWORK, 400, 1.5)[0]) / 10
    left = left_after(lost=5)
    assert left is not None
    assert longest_s - 4 <= left <= longest_s  # less the way of one who is 30 m away


def test_who_lost_nothing_does_not_extend() -> None:
    assert left_after(lost=0) == 0


def test_the_least_loss_is_a_setting() -> None:
    assert left_after(lost=3, min_time_loss_s=5.0) == 0


def test_who_is_out_of_range_does_not_extend() -> None:
    assert left_after(lost=5, distance_m=101.0) == 0


def test_who_cannot_arrive_before_the_maximum_does_not_extend() -> None:
    near, far = left_after(lost=5, distance_m=10.0), left_after(lost=5, distance_m=90.0)
    assert near is not None
    assert far is not None
    assert far < near
