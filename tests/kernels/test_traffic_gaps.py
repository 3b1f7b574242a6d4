"""Who gives way: one movement that yields, one with priority, and the second at which it may go."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.layout import Traffic, traffic
from signals.kernels.traffic import must_yield, over_s
from signals.kernels.traffic_state import AMBER, GO, RED
from signals.model.lanes import Lane
from signals.model.movements import Movement
from signals.model.network import Network
from signals.model.travel import Travel

MINOR, MAJOR = 0, 1


def junction(*, merges: bool = False) -> Traffic:
    """A minor and a major street of 100 m; one vehicle on each, standing at its stop line."""
    streets = ("minor", "major", "out", "off")
    lanes = tuple(Lane(f"{edge}_0", edge, length_m=100.0, speed_mps=13.89) for edge in streets)
    yields = Movement("minor>out", 0, 2, (), 15.0, 13.89, yields_to=(MAJOR,), foes=(MAJOR,))
    first = Movement("major>", 1, 2 if merges else 3, (), 15.0, 13.89, foes=(MINOR,))
    network = Network("gap", lanes, (yields, first), ())
    two = np.array([0, 1], np.int32)
    routes = ((0, 2), (1, 2 if merges else 3))
    travel = Travel(
        routes=routes, depart_s=np.zeros(2), kind=np.zeros(2, np.int32), route=two, speed_factor=np.ones(2, np.float32)
    )
    return traffic(network, travel, 0.0)


def refused(made: Traffic, *, at_s: float = 50.0, speed_mps: float = 0.0) -> bool:
    return must_yield(MINOR, 0, at_s, 15.0, speed_mps, made.roads, made.state)


def coming(made: Traffic, at_s: float, *, since_s: float = 0.0) -> Traffic:
    """The one with priority will be at its stop line at a time."""
    roads, state = made.roads, made.state
    lane = roads.move_row[MAJOR, 0]
    state.ring[roads.lane_ring[lane, 0]] = 1
    state.lane_count[lane, 0] = 1
    state.wake[lane], state.trip[1, 0], state.trip_row[1, 1] = at_s, since_s or at_s, MAJOR
    return made


def shortest_gap_s(made: Traffic, speed_mps: float = 0.0) -> float:
    """How soon the other may come."""
    return next(gap / 10 for gap in range(200) if not refused(coming(made, 50.0 + gap / 10), speed_mps=speed_mps))


def test_nobody_comes() -> None:
    assert not refused(junction())


def test_the_time_on_a_crossing_is_its_way_at_the_mean_speed() -> None:
    assert over_s(15.0, 7.5, 2.6, 100.0, 2.6) == pytest.approx(22.5 / (0.5 * (2.6 + np.sqrt(2.6**2 + 78.0))))
    assert over_s(15.0, 7.5, 6.5, 5.0, 2.6) == pytest.approx(22.5 / 5.0)


def test_who_stands_needs_a_longer_gap_than_who_rolls() -> None:
    assert shortest_gap_s(junction()) == pytest.approx(0.1 + over_s(15.0, 7.5, 2.6, 13.89, 2.6), abs=0.1)
    assert shortest_gap_s(junction(), 13.89) == pytest.approx(0.1 + over_s(15.0, 7.5, 6.5, 13.89, 2.6), abs=0.1)


def test_who_joins_a_lane_needs_more() -> None:
    made = junction(merges=True)
    made.roads.move[MINOR, 2] = 6.5
    plain = junction()
    plain.roads.move[MINOR, 2] = 6.5
    catching_up_s = 0.7 * (13.89 - 6.5) ** 2 / (2 * 1.95 * 13.89)
    assert shortest_gap_s(made) - shortest_gap_s(plain) == pytest.approx(1.2 + catching_up_s, abs=0.11)


def test_the_crossing_must_be_clear_and_a_lane_that_one_joins_a_second_longer() -> None:
    for merges, behind_s in ((False, 0.0), (True, 1.0)):
        made = junction(merges=merges)
        made.state.move[MAJOR, 2] = 50.0
        assert refused(made, at_s=50.0 + behind_s - 0.01)
        assert not refused(made, at_s=50.0 + behind_s)


@pytest.mark.parametrize(("shown", "counts"), [(RED, False), (GO, True), (AMBER, True)])
def test_only_who_may_drive_counts(shown: int, counts: bool) -> None:
    made = coming(junction(), 50.5)
    made.state.lit[MAJOR] = shown
    assert refused(made) == counts


def test_who_is_kept_by_a_full_lane_or_drives_elsewhere_does_not_count() -> None:
    made = coming(junction(), 50.5)
    made.state.lane_count[made.roads.move_row[MAJOR, 0], 4] = 1
    assert not refused(made)
    made = coming(junction(), 50.5)
    made.state.trip_row[1, 1] = MINOR
    assert not refused(made)


def test_patience_ends_after_a_minute_and_a_half() -> None:
    for arrived_s, expected in ((50.0 - 89.0, True), (50.0 - 91.0, False)):
        made = coming(junction(), 50.5, since_s=40.0)
        made.state.trip[0, 0] = arrived_s
        assert refused(made) == expected
    made = coming(junction(), 50.5, since_s=50.5)
    made.state.trip[0, 0] = 50.0 - 91.0
    assert refused(made), "who drives is waited for, however long that takes"


def test_a_crossing_is_closed_while_somebody_is_on_it() -> None:
    made = junction()
    made.roads.move_row[MAJOR, 5] = 1
    made.state.move[MAJOR, 0] = 52.0
    assert refused(made, at_s=51.9)
    assert not refused(made, at_s=52.0)
