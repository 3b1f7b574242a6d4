from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.schedule import check_demand, schedule
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import Demand, Flow
from signals.model.lanes import User
from tests.adapters.streets import town


def test_arrivals_are_poisson_in_time_order_and_within_the_flow() -> None:
    demand = Demand((Flow((0,), 3600.0, 100.0, 400.0), Flow((1,), 1800.0), Flow((2,), 0.0)))
    counts = []
    for seed in range(40):
        drawn = schedule(demand, 600.0, seed)
        assert (np.diff(drawn.vehicle_s) >= 0).all()
        first = drawn.vehicle_s[drawn.vehicle_flow == 0]
        assert (first >= 100.0).all()
        assert (first < 400.0).all()
        assert (drawn.vehicle_s < 600.0).all()
        counts.append([(drawn.vehicle_flow == flow).sum() for flow in range(3)])
    mean, variance = np.mean(counts, axis=0), np.var(counts, axis=0)
    assert mean == pytest.approx([300.0, 300.0, 0.0], abs=4 * np.sqrt(300 / 40))
    assert 0.5 < variance[0] / 300.0 < 1.7


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    one, two, other = (schedule(crossroads_demand(), 3600.0, seed) for seed in (7, 7, 8))
    assert one.vehicle_s.tobytes() == two.vehicle_s.tobytes()
    assert one.vehicle_flow.tobytes() == two.vehicle_flow.tobytes()
    assert one.vehicle_s.tobytes() != other.vehicle_s.tobytes()


def test_changing_one_flow_leaves_the_others_alone() -> None:
    before = schedule(Demand((Flow((0,), 500.0), Flow((1,), 500.0))), 3600.0, 3)
    after = schedule(Demand((Flow((0,), 900.0), Flow((1,), 500.0))), 3600.0, 3)
    times = [drawn.vehicle_s[drawn.vehicle_flow == 1] for drawn in (before, after)]
    assert times[0].tobytes() == times[1].tobytes()


def test_people_on_foot_are_kept_apart() -> None:
    drawn = schedule(Demand((Flow((12,), 500.0, user=User.PEDESTRIAN), Flow((0,), 500.0))), 3600.0, 1)
    assert set(drawn.person_flow) == {0}
    assert set(drawn.vehicle_flow) == {1}
    nobody = schedule(Demand(), 3600.0, 1)
    assert len(nobody.vehicle_s) == len(nobody.person_s) == 0


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        (Flow((99,), 1.0), "does not exist"),
        (Flow((-1,), 1.0), "does not exist"),
        (Flow((5,), 1.0), "a vehicle needs no crossing"),
        (Flow((0, 5), 1.0, user=User.PEDESTRIAN), "a pedestrian needs exactly one crossing"),
        (Flow((0,), 1.0, user=User.PEDESTRIAN), "a pedestrian needs exactly one crossing"),
        (Flow((0, 4), 1.0), '"minor>exit" does not start on the edge where "west>tiny" ends'),
    ],
)
def test_impossible_routes_are_refused(flow: Flow, sentence: str) -> None:
    with pytest.raises(ScenarioError, match="flow 1: .*" + sentence):
        check_demand(town(), Demand((Flow((0, 3), 1.0), flow)))


def test_possible_routes_pass() -> None:
    check_demand(town(), Demand((Flow((0, 3, 6, 1), 1.0), Flow((5,), 1.0, user=User.PEDESTRIAN))))
    check_demand(crossroads(), crossroads_demand())
