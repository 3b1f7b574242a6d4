from __future__ import annotations

from dataclasses import replace
from typing import Any

from signals.control.nema_actuated import NemaActuated
from signals.control.ring_barrier import ring_plan
from signals.model.crossroads import crossroads
from tests.control.baseline import drives_safely, serves_everybody
from tests.control.made import demanded, marked, quiet, shows

NETWORK = replace(crossroads(), intersections=tuple(
    replace(place, groups=tuple(replace(group, max_red_ds=3600) for group in place.groups))
    for place in crossroads().intersections
))  # fmt: skip
FIRST, SECOND = ring_plan(NETWORK, 0).sides[0]
THROUGH = (FIRST[-1], SECOND[-1])


def test_it_serves_everybody_and_drives_safely() -> None:
    serves_everybody(NemaActuated)
    assert drives_safely("nema_actuated") < 60.0


def gaps(
    controller: NemaActuated, green: tuple[int, ...], demand: tuple[int, ...], time_s: float, near: tuple[int, ...]
) -> Any:
    """Some groups are green, some are asked for, and at some a vehicle has just passed."""
    snapshot = demanded(shows(quiet(NETWORK, time_s), green), demand)
    gap = snapshot.gap_s.copy()
    arrays = NETWORK.arrays
    for approach in range(8):
        if set(arrays.link_group[arrays.link_offset[approach] : arrays.link_offset[approach + 1]].tolist()) & set(near):
            gap[approach] = 0.0
    return marked(controller.decide(snapshot._replace(gap_s=gap)).want)


def test_both_rings_cross_the_barrier_together() -> None:
    """One ring is still used: the other waits for it, then both go."""
    controller = NemaActuated(NETWORK)
    across = ring_plan(NETWORK, 0).sides[1][0][-1]
    assert set(gaps(controller, THROUGH, (across,), 10.0, (THROUGH[0],))) == set(THROUGH)
    assert across in gaps(controller, THROUGH, (across,), 11.0, ())


def test_a_ring_that_has_gapped_out_waits_even_if_somebody_comes() -> None:
    across = ring_plan(NETWORK, 0).sides[1][0][-1]
    for simultaneous in (False, True):
        controller = NemaActuated(NETWORK, simultaneous=simultaneous)
        gaps(controller, THROUGH, (across,), 10.0, (THROUGH[0],))
        assert (across in gaps(controller, THROUGH, (across,), 11.0, (THROUGH[1],))) != simultaneous


def test_a_ring_max_outs() -> None:
    controller = NemaActuated(NETWORK, max_green_s=20.0)
    across = ring_plan(NETWORK, 0).sides[1][0][-1]
    seen = [across in gaps(controller, THROUGH, (across,), float(t), THROUGH) for t in range(25)]
    assert seen.index(True) == 20


def test_turns_lead_and_are_skipped_without_a_call() -> None:
    controller = NemaActuated(NETWORK)
    side = ring_plan(NETWORK, 0).sides[1]
    left, straight, mate = side[0][0], side[0][-1], side[1][-1]
    assert {left} <= set(gaps(controller, THROUGH, (left, straight), 10.0, ()))
    other = NemaActuated(NETWORK)
    assert {straight, mate} & set(gaps(other, THROUGH, (straight,), 10.0, ())) == {straight, mate}


def test_nobody_waits_nobody_moves() -> None:
    controller = NemaActuated(NETWORK)
    assert all(set(THROUGH) <= set(gaps(controller, THROUGH, (), float(t), ())) for t in range(50))


def test_where_there_are_no_stages_nobody_is_wanted() -> None:
    network = replace(NETWORK, intersections=(replace(NETWORK.intersections[0], stages=()),))
    everybody = range(len(network.arrays.group_user))
    assert not NemaActuated(network).decide(demanded(quiet(network, 10.0), everybody)).want.any()
