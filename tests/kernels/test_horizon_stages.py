from __future__ import annotations

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_stages import BUSY, FREE, HEAD_FREE, factors, leave
from signals.model.crossroads import crossroads
from signals.model.network import Network
from tests.control.test_horizon_site import permissive_crossroads


def made(network: Network) -> RollingHorizon:
    controller = RollingHorizon(network)
    seen = horizon_site.one_waiting_everywhere(network)
    arrivals = controller._arrivals(seen)
    leave(0, controller._site, arrivals, controller._interstages, controller._works[0])
    factors(0, controller._site, arrivals, controller._rules, controller._lists, controller._works[0])
    return controller


def test_a_switch_takes_the_intergreen_and_the_minimum_green() -> None:
    network = crossroads(pedestrians=False)
    work = made(network)._works[0]
    place = network.intersections[0]
    needed_ds = max(place.intergreen_ds[leaving][2] or 0 for leaving in (0, 4))
    assert work.start_s[0, 2, 2] == pytest.approx(needed_ds / 10)
    assert work.start_s[0, 2, 0] == -1.0  # loses its green
    assert work.land_s[0, 2] == np.ceil(needed_ds / 10 + place.groups[2].min_green_ds / 10)
    assert work.land_s[1, 1] == 1


def test_queues_are_served_where_all_their_movements_have_green() -> None:
    work = made(crossroads(pedestrians=False))._works[0]
    assert work.factors[0, 0].tolist() == [1.0] * 4
    assert work.factors[2, 0].tolist() == [0.0] * 4


def test_who_yields_is_slower_through_busy_traffic() -> None:
    network = permissive_crossroads()
    work = made(network)._works[0]
    left = 1
    assert work.factors[0, left, FREE] == work.factors[0, left, HEAD_FREE] == 1.0
    assert work.factors[0, left, BUSY] == pytest.approx(made(network).settings.sneak)


def test_a_lane_that_also_wants_a_red_movement_is_slower() -> None:
    network = crossroads(pedestrians=False)
    controller = RollingHorizon(network)
    seen = horizon_site.one_waiting_everywhere(network)
    site = controller._site
    group = site.link_group.copy()
    group[1] = 2  # the second movement of the first lane belongs to another direction's group
    controller._site = site._replace(link_group=group)
    factors(0, controller._site, controller._arrivals(seen), controller._rules, controller._lists, controller._works[0])
    assert controller._works[0].factors[0, 0, FREE] == pytest.approx(0.5**6)
    assert controller._works[0].factors[1, 0, FREE] == 0.0


def test_what_changes_take_is_found_anew_when_other_people_call() -> None:
    network = crossroads()
    controller = made(network)
    seen = horizon_site.one_waiting_everywhere(network)
    fresh = RollingHorizon(network)
    rng = np.random.default_rng(1)
    for _ in range(12):
        call = rng.random(len(seen.demand)) < 0.5
        arrivals = controller._arrivals(seen)._replace(call=call, walking=call & (rng.random(len(call)) < 0.5))
        fresh._interstages.known[:] = False
        for one in (controller, fresh):
            leave(0, one._site, arrivals, one._interstages, one._works[0])
        for name in ("start_s", "land_s", "stay_s", "change_s", "ready_s"):
            assert np.array_equal(getattr(controller._works[0], name), getattr(fresh._works[0], name))


def test_what_changes_take_is_kept_while_the_same_people_call() -> None:
    controller = made(crossroads())
    seen = horizon_site.one_waiting_everywhere(crossroads())
    controller._interstages.land_s[:] = 77
    leave(0, controller._site, controller._arrivals(seen), controller._interstages, controller._works[0])
    assert (controller._works[0].land_s == 77).all()
