"""What intersections release, and what their neighbours may expect of it.

A neighbour expects three kinds of vehicles that it does not see yet: those that have crossed a stop line upstream and
are under way, those that the plan upstream is about to release, and those that come from where nobody controls, at
their mean rate. Everything is vehicles per whole second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Outflows", "Ways", "depart", "expect"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

RING_S = 256
NEAR = 4
MARGIN_M = 4.0
ACCELERATION_MPS2 = 2.6
MEAN_S = 300.0


class Ways(NamedTuple):
    """Where the links of the controlled approaches lead, without passing another controlled stop line.

    Attributes
    ----------
    offset
        int32 [nK + 1] the ways of each link.
    approach
        int32 [n] the approach that is reached.
    time_s
        float32 [n] from stop line to stop line, at the speed limits.
    probability
        float32 [n] share of those on the link who go there.
    link_offset
        int32 [nA + 1] links of each approach.
    sight_s
        float32 [nA] how long before the stop line a vehicle is seen.
    """

    offset: Ints
    approach: Ints
    time_s: Floats
    probability: Floats
    link_offset: Ints
    sight_s: Floats


class Outflows(NamedTuple):
    """What is kept from second to second.

    Attributes
    ----------
    near
        int64 [nA, NEAR] who was about to cross each stop line, 0 = nobody.
    left_veh
        float32 [nA] vehicles that crossed the stop line since the last call.
    under_way
        float32 [nA, RING_S] vehicles that have crossed a stop line upstream, by the whole second in which they reach
        this one, modulo `RING_S`.
    planned
        float32 [nA, H] vehicles that the plan of the intersection releases, in seconds from `planned_s`.
    planned_s
        float64 [nI] when the plan was made.
    told_veh_s
        float32 [nA] mean of what neighbours announced.
    inflow
        float32 [nA, H] out: vehicles that are expected and not seen yet, in seconds from now.
    last
        int64 [1] the whole second up to which `under_way` was cleared.
    """

    near: Longs
    left_veh: Floats
    under_way: Floats
    planned: Floats
    planned_s: npt.NDArray[np.float64]
    told_veh_s: Floats
    inflow: Floats
    last: Longs


@kernel
def _announce(a: int, time_s: float, weight: np.float32, ways: Ways, share: Floats, flows: Outflows) -> None:
    """Tell whoever is downstream that a vehicle has crossed the stop line of an approach."""
    total = np.float32(0.0)
    for k in range(ways.link_offset[a], ways.link_offset[a + 1]):
        total += share[k]
    if total <= 0:
        return
    for k in range(ways.link_offset[a], ways.link_offset[a + 1]):
        for row in range(ways.offset[k], ways.offset[k + 1]):
            if ways.time_s[row] < RING_S - 64:
                second = int(time_s + ways.time_s[row]) % RING_S
                part = weight * share[k] / total * ways.probability[row]
                flows.under_way[ways.approach[row], second] += part


@kernel
def depart(
    time_s: float, tick_s: float, offset: Ints, distance_m: Floats, speed_mps: Floats, weight: Floats, handle: Longs,
    share: Floats, ways: Ways, flows: Outflows,
) -> None:  # fmt: skip
    """Find who has crossed a stop line since the last tick, and announce them.

    Parameters
    ----------
    time_s, tick_s
        Now, and how long ago the last call was.
    offset, distance_m, speed_mps, weight, handle
        The arrivals of each approach as in `Snapshot`, the nearest first.
    share
        float32 [nK] turn shares.
    ways, flows
        Where they go; in and out.
    """
    now = int(time_s)
    for second in range(max(flows.last[0] + 1, now - RING_S), now + 1):
        for a in range(len(flows.under_way)):
            flows.under_way[a, (second - 1) % RING_S] = 0.0  # the past makes room for what lies far ahead
    flows.last[0] = now
    for a in range(len(offset) - 1):
        flows.left_veh[a] = 0.0
        for place in range(NEAR):
            gone = flows.near[a, place]
            flows.near[a, place] = 0
            if gone == 0:
                continue
            for n in range(offset[a], min(offset[a] + 3 * NEAR, offset[a + 1])):
                if handle[n] + 1 == gone:
                    gone = 0
            if gone != 0:
                flows.left_veh[a] += np.float32(1.0)
                _announce(a, time_s - 0.5 * tick_s, np.float32(1.0), ways, share, flows)
        place = 0
        for n in range(offset[a], offset[a + 1]):
            reach_m = speed_mps[n] * tick_s + 0.5 * ACCELERATION_MPS2 * tick_s * tick_s + MARGIN_M
            if place < NEAR and weight[n] > 0.5 and distance_m[n] < reach_m:
                flows.near[a, place] = handle[n] + 1
                place += 1


@kernel
def _release(a: int, ahead_s: int, ways: Ways, share: Floats, flows: Outflows) -> None:
    """Tell whoever is downstream what the plan of an intersection releases on an approach."""
    horizon = flows.planned.shape[1]
    total = np.float32(0.0)
    for k in range(ways.link_offset[a], ways.link_offset[a + 1]):
        total += share[k]
    for k in range(ways.link_offset[a], ways.link_offset[a + 1]):
        for row in range(ways.offset[k], ways.offset[k + 1]):
            part = share[k] / max(total, np.float32(1e-6)) * ways.probability[row]
            if part < 0.02:
                continue
            to, later = ways.approach[row], int(ways.time_s[row] + np.float32(0.5))
            for second in range(max(ahead_s, 0), horizon):
                come = second - ahead_s + later
                if come >= horizon:
                    break
                flows.inflow[to, come] += flows.planned[a, second] * part


@kernel
def expect(
    time_s: float, tick_s: float, approach_offset: Ints, rate_veh_s: Floats, share: Floats, heard: int, ways: Ways,
    flows: Outflows,
) -> None:  # fmt: skip
    """Say what each approach may expect beyond what it sees.

    Parameters
    ----------
    time_s, tick_s
        Now, and how long ago the last call was.
    approach_offset
        int32 [nI + 1] approaches of each intersection.
    rate_veh_s
        float32 [nA] mean arrivals of any origin.
    share
        float32 [nK] turn shares.
    heard
        1 if neighbours are heard, 0 if not.
    ways, flows
        Where vehicles go; in and out.
    """
    now, horizon = int(time_s), flows.inflow.shape[1]
    for a in range(len(flows.inflow)):
        sight = int(ways.sight_s[a])
        told = flows.under_way[a, (now + sight) % RING_S]
        flows.told_veh_s[a] += (told - flows.told_veh_s[a]) * np.float32(tick_s / MEAN_S)
        others = max(rate_veh_s[a] - flows.told_veh_s[a], np.float32(0.0)) if heard else rate_veh_s[a]
        for second in range(horizon):
            if second < sight:
                flows.inflow[a, second] = 0.0
            else:
                flows.inflow[a, second] = others
                if heard:
                    flows.inflow[a, second] += flows.under_way[a, (now + second) % RING_S]
    if not heard:
        return
    for i in range(len(approach_offset) - 1):
        ahead = int(time_s - flows.planned_s[i] + 0.5)
        for a in range(approach_offset[i], approach_offset[i + 1]):
            _release(a, ahead, ways, share, flows)
