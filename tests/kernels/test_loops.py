from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_habits import FASTEST
from signals.kernels.loop_values import SPACE_M
from tests.kernels.loop_street import GREEN, RED, Approach, Street

STOP, POST = 0, 1
NAN = float("nan")


def queue_of(street: Street, vehicles: int) -> None:
    """Let vehicles come to a red light, three seconds apart, and stand there."""
    street.aspect[:] = RED
    for second in range(3 * vehicles + 12):
        post = (1, 0.7) if second % 3 == 0 and second < 3 * vehicles else (0, 0.0)
        street.tick({POST: post, STOP: (0, 0.0) if second < 6 else (int(second == 6), 1.0)})


def test_a_vehicle_drives_from_the_loop_and_waits_at_the_line() -> None:
    street = Street([Approach()])
    street.tick({POST: (1, 0.5)})
    assert street.out.demand[0]
    places = [float(street.out.arrival_distance_m[0])]
    for _ in range(8):
        street.tick()
        places.append(float(street.out.arrival_distance_m[0]))
    assert places[:3] == pytest.approx([45.0, 35.0, 25.0], abs=1.0)
    assert (np.diff(places) < 0.0).all()
    street.tick({STOP: (1, 0.8)})
    for _ in range(5):
        street.tick({STOP: (0, 1.0)})
    assert street.out.queue_veh[0] == street.out.count_veh[0] == 1.0
    assert street.out.wait_s[0] == pytest.approx(5.0, abs=2.0)
    assert street.out.gap_s[0] == 0.0
    assert street.out.arrival_handle[0] > 0


def test_a_queue_is_counted_out_one_by_one_and_keeps_its_names() -> None:
    street = Street([Approach()])
    queue_of(street, 4)
    assert street.out.queue_veh[0] == pytest.approx(4.0)
    assert street.out.lane_free_m[0] == pytest.approx(100.0 - 4 * SPACE_M, abs=1.5)
    names = street.out.arrival_handle[:4].tolist()
    assert len(set(names)) == 4
    street.aspect[:] = GREEN
    left = []
    for reading in ((0, 1.0), (0, 0.3), (1, 0.6), (0, 0.2), (1, 0.6), (0, 0.1), (1, 0.5), (0, 0.0)):
        street.tick({STOP: reading})
        left.append(street.tracks.handle[0, : street.tracks.number[0]].tolist())
    heads = [[name for name in those if name in names] for those in left]
    assert heads == [names, names[1:], names[2:], names[2:], names[3:], names[3:], [], []]


def test_the_stop_line_corrects_what_was_missed_and_what_never_came() -> None:
    street = Street([Approach()])
    street.tick({STOP: (1, 1.0)})
    assert street.out.queue_veh[0] == 1.0  # nobody was counted in
    street = Street([Approach()])
    street.aspect[:] = GREEN
    street.tick({POST: (1, 0.5)})
    counts = []
    for _ in range(12):
        street.tick()
        counts.append(float(street.out.count_veh[0]))
    assert counts[0] == 1.0
    assert counts[-1] == 0.0


def test_a_lost_report_is_forgotten_a_dead_loop_is_replaced() -> None:
    street = Street([Approach()])
    queue_of(street, 3)
    before = float(street.out.queue_veh[0])
    street.tick({STOP: (-1, NAN), POST: (-1, NAN)})
    assert street.out.queue_veh[0] == before
    street.tick({STOP: (0, 1.0)})
    assert street.out.queue_veh[0] == before


def test_without_a_stop_line_loop_vehicles_leave_at_saturation_flow() -> None:
    street = Street([Approach(stop=False)])
    for _ in range(4):
        for reading in ((1, 0.7), (0, 0.0), (0, 0.0)):
            street.tick({0: reading})
    for _ in range(8):
        street.tick()
    assert street.out.queue_veh[0] == pytest.approx(4.0, abs=0.3)
    street.aspect[:] = GREEN
    counts = []
    for _ in range(14):
        street.tick()
        counts.append(float(street.out.count_veh[0]))
    assert counts[1] > 2.0
    assert counts[-1] < 0.3


def test_without_any_loop_somebody_waits_at_every_red() -> None:
    for street, failed in (
        (Street([Approach(stop=False, posts=())]), {}),
        (Street([Approach()]), {STOP: (-1, 0.0), POST: (0, NAN)}),
    ):
        for _ in range(20):
            street.tick(failed)
        assert street.out.demand[0]
        assert street.out.queue_veh[0] >= 1.0
        assert street.out.wait_s[0] >= 14.0
        street.aspect[:] = GREEN
        for _ in range(12):
            street.tick(failed)
        assert street.out.queue_veh[0] < 0.5


def test_the_usual_traffic_queues_where_upstream_loops_have_failed() -> None:
    """The stop line has counted one vehicle in ten seconds for long; in a red of a minute six will have come."""
    street = Street([Approach()])
    street.aspect[:] = GREEN
    for second in range(600):
        street.tick({STOP: (int(second % 10 == 0), 0.4 if second % 10 == 0 else 0.0), POST: (-1, NAN)})
    street.aspect[:] = RED
    for second in range(60):
        street.tick({STOP: (int(second == 5), 0.0 if second < 5 else 1.0), POST: (-1, NAN)})
    assert street.out.queue_veh[0] == pytest.approx(6.0, abs=1.5)


def test_usual_traffic_demands_nothing_before_it_stands() -> None:
    street = Street([Approach()])
    street.counters.rate_veh_s[0] = 0.2
    for _ in range(5):
        street.tick()
    assert street.out.arrival_offset[1] > 0
    assert not street.out.demand[0]
    assert street.out.count_veh[0] == 0.0


def test_a_neighbour_tells_who_comes() -> None:
    street = Street([Approach(onward=((0, 1, 150.0, 0.9),)), Approach()])
    street.aspect[0] = GREEN
    street.tick({0: (1, 0.5)})
    assert street.out.count_veh[1] == pytest.approx(0.9)
    assert street.out.arrival_distance_m[street.out.arrival_offset[1]] == pytest.approx(145.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_ever_out_of_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    street = Street([
        Approach(posts=((150.0, 1.0), (50.0, 1.0)), onward=((0, 1, 180.0, 0.6), (1, 2, 90.0, 0.7)), links=2),
        Approach(posts=((60.0, 0.5), (60.0, 0.3)), onward=((0, 0, 220.0, 0.9),)), Approach(stop=False),
        Approach(posts=()),
    ])  # fmt: skip
    readings = [(0, 0.0), (0, 0.0), (1, 0.5), (2, 0.9), (0, 1.0), (-1, NAN), (0, 2.0), (2**30, 1.0)]
    for _ in range(1500):
        if rng.random() < 0.1:
            street.aspect[rng.integers(len(street.aspect))] = rng.choice([RED, GREEN])
        chosen = {loop: readings[int(rng.integers(len(readings)))] for loop in range(street.loops)}
        street.tick(chosen, float(rng.choice([0.5, 1.0, 1.0, 5.0])))
        out = street.out
        for a in range(4):
            rows = slice(out.arrival_offset[a], out.arrival_offset[a + 1])
            assert (np.diff(out.arrival_distance_m[rows]) >= 0.0).all()
            assert ((out.arrival_weight[rows] > 0.0) & (out.arrival_weight[rows] <= 1.0)).all()
            assert ((out.arrival_speed_mps[rows] >= 0.0) & (out.arrival_speed_mps[rows] <= FASTEST * 10.0)).all()
            assert (out.arrival_handle[rows] > 0).all()
            assert 0.0 <= out.lane_free_m[a] <= 100.0
        assert np.isfinite([out.queue_veh, out.count_veh, out.wait_s, out.gap_s]).all()
        assert (street.turns.share > 0.0).all()
