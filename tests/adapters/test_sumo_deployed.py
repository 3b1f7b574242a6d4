"""What a street runs today passes our guard unchanged, second by second."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sumo.letters import Letters
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.raw_net import read_raw
from signals.model.intersections import Plan
from signals.model.network import Network
from signals.model.values import Aspect, ByteArray, Decision, Readings
from signals.safety.guard import Guard
from tests.adapters.sumo_tee import shipped

PLAIN = [
    "RESCO/cologne1/cologne1.net.xml",
    "RESCO/arterial4x4/arterial4x4.net.xml",
    "nets/double/network.net.xml",
    "RiLSA_example4/rilsa4.net.xml",
    "RiLSA1/rilsa1.net.xml",
    "hiking/hiking.net.xml",
]
"""Programs with ambers of 3 s and more that do not turn green again right after amber."""


def wanted(network: Network, time_ds: int) -> Decision:
    want = np.zeros(len(network.arrays.group_user), np.bool_)
    for intersection, first in zip(network.intersections, network.arrays.group_offset.tolist(), strict=False):
        want[[first + group for group in step_at(intersection.plans[0], time_ds)]] = True
    return Decision(want, np.full(len(network.intersections), -1, np.int32))


def step_at(plan: Plan, time_ds: int) -> tuple[int, ...]:
    left = (time_ds - plan.offset_ds) % plan.cycle_ds
    for step in plan.steps:
        left -= step.duration_ds
        if left < 0:
            return step.groups
    raise AssertionError("beyond the cycle")


def readings(time_s: float, aspect: ByteArray) -> Readings:
    nothing = np.zeros(0, np.float32)
    none = np.zeros(0, np.int32)
    call = np.zeros(len(aspect), np.bool_)
    return Readings(time_s, aspect, call, none, nothing, nothing, np.zeros(0, np.int64), none, nothing)


@pytest.mark.parametrize("part", PLAIN)
def test_a_deployed_plan_passes_the_guard_unchanged(part: str) -> None:
    net = shipped(part)
    if net is None:
        pytest.skip("eclipse-sumo or sumo-rl is not installed")
    network, raw = read_network(*net), read_raw(*net)
    letters, guard = Letters(network), Guard(network, tick_ds=10)
    aspect = np.full(len(network.arrays.group_user), Aspect.UNKNOWN, np.int8)
    everybody = np.ones(len(aspect), np.bool_)
    offset = network.arrays.group_offset
    cycle_s = max(intersection.plans[0].cycle_ds for intersection in network.intersections) // 10
    for time_s in range(3 * cycle_s):
        verdict = guard.permit(wanted(network, time_s * 10), readings(time_s, aspect), everybody)
        assert verdict.violations == ()
        aspect = verdict.command.aspect.copy()
        if time_s < cycle_s:
            continue
        for index, intersection in enumerate(network.intersections):
            program = raw.programs[intersection.id][-1]
            left = (time_s - program.offset_s) % sum(phase.duration_s for phase in program.phases)
            ends = np.cumsum([phase.duration_s for phase in program.phases])
            state = program.phases[int(np.searchsorted(ends, left, side="right"))].state
            mine = aspect[offset[index] : offset[index + 1]]
            shown = letters.aspects(index, letters.state(index, mine))
            assert shown.tolist() == letters.aspects(index, state).tolist(), f"{intersection.id} at {time_s} s"
