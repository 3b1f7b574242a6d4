from __future__ import annotations

import numpy as np

from signals.kernels.walkers import calls, walk
from signals.model.crossroads import crossroads
from signals.model.travel import Travel, Walk
from signals.model.values import Aspect
from tests.kernels.driven import Drive


def test_people_wait_for_green_and_block_who_yields() -> None:
    network = crossroads()
    crossing = next(n for n, m in enumerate(network.movements) if m.id == "north_walk>north_cross")
    group = drive_group = 8
    drive = Drive(
        Travel(
            walks=(Walk((crossing,), (14.0,), 7.0),),
            walk_depart_s=np.array([0.0, 30.0]),
            walk=np.zeros(2, np.int32),
            walk_speed_mps=np.full(2, 1.4, np.float32),
        )
    )
    group_of = np.full(len(network.movements), -1, np.int32)
    group_of[crossing] = group
    call = np.zeros(len(drive.aspect), np.bool_)
    heard = []
    for second in range(60):
        drive.aspect[drive_group] = Aspect.GREEN if second >= 25 else Aspect.RED
        drive.on(1)
        walk(drive.now_s, tuple(drive.traffic.roads), tuple(drive.traffic.state), tuple(drive.traffic.people))
        calls(drive.now_s, group_of, tuple(drive.traffic.people), call)
        heard.append(bool(call[group]))
    people = drive.traffic.people
    assert heard.index(True) == 10  # 14 m at 1.4 m/s: at the kerb at 10 s, which the tick that ends at 11 s reports
    assert not any(heard[25:])
    np.testing.assert_allclose(people.waited_s, [15.0, 0.0], atol=1e-6)
    over_s = network.movements[crossing].length_m / 1.4
    np.testing.assert_allclose(people.ready_s, [25.0 + over_s + 5.0, 40.0 + over_s + 5.0], atol=1e-5)
    assert people.leg.tolist() == [-2, -2]
    assert abs(drive.traffic.state.move[crossing, 0] - (40.0 + over_s)) < 1e-5
