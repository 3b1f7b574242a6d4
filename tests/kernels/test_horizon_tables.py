from __future__ import annotations

import numpy as np

from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_stages import FREE
from signals.kernels.horizon_tables import ARRIVED, COST, FLOWING, MOMENT, QUEUES, SERVED, STEPPED, WEIGHT
from signals.kernels.horizon_values import Work
from signals.model.crossroads import crossroads
from signals.model.network import Network
from tests.control.test_horizon_site import permissive_crossroads
from tests.kernels.test_rolling_horizon import snapshot, waiting


def searched(network: Network) -> tuple[Work, RollingHorizon]:
    rows: list[list[tuple[float, float, float]]] = [[(50.0, 13.0, 1.0), *waiting(2)] for _ in range(8)]
    controller = RollingHorizon(network)
    controller.decide(snapshot(network, rows))
    return controller._works[0], controller


def served(work: Work, stage: int) -> tuple[list[int], list[int], list[int]]:
    first, second, last = (int(work.tally[stage, column]) for column in (FLOWING, SERVED, QUEUES))
    queues = work.served[stage].tolist()
    return queues[:first], queues[first:second], queues[second:last]


def test_queues_are_listed_by_how_a_stage_serves_them() -> None:
    work, _ = searched(permissive_crossroads())
    assert served(work, 0) == ([0, 4], [1, 5], [2, 3, 6, 7])
    assert served(work, 1) == ([1, 5], [], [0, 2, 3, 4, 6, 7])
    assert work.tally[:3, STEPPED].tolist() == [1, 0, 1]
    assert work.moves[0].tolist() == [True, True, False, False, True, True, False, False]


def test_a_stage_is_better_for_those_whom_it_serves_and_the_other_does_not() -> None:
    work, _ = searched(crossroads(pedestrians=False))
    count = int(work.better_count[0, 2])
    assert work.better[0, 2, :count].tolist() == [
        q for q in range(8) if work.factors[2, q, FREE] > work.factors[0, q, FREE]
    ]
    assert work.better_count[1, 1] == 0


def test_what_has_come_by_a_second_is_what_the_lists_say() -> None:
    work, controller = searched(crossroads(pedestrians=False))
    lists = controller._lists
    for second in (0, 3, 60):
        for q in range(8):
            here = lists.arrivals[q, : lists.total[q]]
            come = here[here[:, 0] <= second].astype(np.float64)
            assert work.come[second, q, ARRIVED] == len(come)
            found = work.come[second, q, [WEIGHT, COST, MOMENT]]
            assert np.allclose(found, [come[:, 1].sum(), come[:, 2].sum(), (come[:, 2] * come[:, 0]).sum()], rtol=1e-5)
