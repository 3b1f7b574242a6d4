"""Fixed-time plans after Webster: cycle and splits from flows, for one intersection.

Source: F. V. Webster, Traffic Signal Settings, Road Research Technical Paper 39, 1958. The shortest cycle at which no
stage is used beyond 90 % is that of RiLSA and of the HCM's critical degree of saturation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np

from signals.control.stage_sequence import StageSequence, stage_sequence
from signals.model.intersections import Plan, PlanStep
from signals.model.network import Network
from signals.model.values import FloatArray

__all__ = ["Design", "Designer", "Settings", "splits", "webster_cycle_s"]

MOST_USED = 0.9
"""Where minimum greens bind, the cycle is made so long that no other stage is used beyond this share."""

LEAST_RATIO = 0.01
"""A stage without flow is counted with this flow ratio, so that it gets some green."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of a design.

    Parameters
    ----------
    saturation_veh_h
        Saturation flow of a lane.
    lost_s
        Time lost at each change beyond the intergreen, by starting up (HCM: 2 s).
    yielding_equivalent
        A vehicle that may have to yield counts like this many (HCM, permissive left turns: 1.4 and more).
    min_cycle_s, max_cycle_s
        Bounds of the cycle.
    """

    saturation_veh_h: float = 1800.0
    lost_s: float = 2.0
    yielding_equivalent: float = 1.5
    min_cycle_s: float = 30.0
    max_cycle_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Design:
    """A plan and how it came about.

    Parameters
    ----------
    plan
        One step a stage: the change to it and its green.
    stages
        The stages, indices within the intersection.
    green_s
        Effective green of each.
    lost_s
        Lost time of the cycle.
    ratio
        Sum of the critical flow ratios, Webster's Y; 1 and more cannot be served whatever the plan.
    clamped
        Whether the formulas asked for more than the longest cycle, or had no answer (Y near or beyond 1).
    """

    plan: Plan
    stages: tuple[int, ...]
    green_s: tuple[float, ...]
    lost_s: float
    ratio: float
    clamped: bool

    @property
    def cycle_s(self) -> float:
        """Length of the cycle."""
        return self.plan.cycle_ds / 10


def webster_cycle_s(lost_s: float, ratio: float) -> float:
    """Return Webster's optimum cycle ``(1.5 L + 5) / (1 - Y)``; infinite where Y >= 1.

    Parameters
    ----------
    lost_s
        Lost time of the cycle, L.
    ratio
        Sum of the critical flow ratios, Y.
    """
    return (1.5 * lost_s + 5.0) / (1.0 - ratio) if ratio < 1.0 else inf


def splits(
    ratios: Sequence[float], lost_s: float, least_s: Sequence[float], settings: Settings
) -> tuple[list[float], bool]:
    """Choose the effective greens: in proportion to the flow ratios, none less than its minimum.

    Parameters
    ----------
    ratios
        Critical flow ratio of each stage.
    lost_s
        Lost time of the cycle.
    least_s
        Shortest effective green of each stage.
    settings
        Bounds of the cycle.

    Returns
    -------
    tuple
        Effective green of each stage (s); whether the cycle was cut to the longest allowed one.
    """
    weights = [max(ratio, LEAST_RATIO) for ratio in ratios]
    wanted_s = webster_cycle_s(lost_s, sum(ratios))
    bound: set[int] = set()
    while True:
        bound_s = sum(least_s[k] for k in bound)
        free = sum(weights[k] for k in range(len(weights)) if k not in bound)
        if bound:
            shortest_s = (lost_s + bound_s) / (1.0 - free / MOST_USED) if free < MOST_USED else inf
            wanted_s = max(wanted_s, shortest_s)
        cycle_s = min(max(wanted_s, settings.min_cycle_s), settings.max_cycle_s)
        left_s = max(cycle_s - lost_s - bound_s, 0.0)
        greens = [least_s[k] if k in bound else left_s * weights[k] / free for k in range(len(weights))]
        short = {k for k in range(len(weights)) if k not in bound and greens[k] < least_s[k]}
        if not short:
            return greens, wanted_s > settings.max_cycle_s
        bound |= short


class Designer:
    """Designs plans for one intersection, for whatever flows.

    Parameters
    ----------
    network, intersection
        Which intersection of which network.
    settings
        Parameters of the design.
    """

    def __init__(self, network: Network, intersection: int, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._place = network.intersections[intersection]
        self._sequence = stage_sequence(network, intersection)
        self._weight = np.where(network.arrays.link_permissive, self.settings.yielding_equivalent, 1.0)
        self._needs = _needs(network, intersection, self._sequence)

    def design(self, link_flow_veh_h: FloatArray) -> Design:
        """Design a plan.

        Parameters
        ----------
        link_flow_veh_h
            float32 [nK] flow of every controlled movement of the network.
        """
        sequence, more_s = self._sequence, self.settings.lost_s if len(self._sequence.stages) > 1 else 0.0
        if not sequence.stages:
            plan = Plan("webster", (PlanStep(round(self.settings.min_cycle_s * 10), ()),))
            return Design(plan, (), (), 0.0, 0.0, clamped=False)
        ratios = self._ratios(link_flow_veh_h)
        lost = [change / 10 + more_s for change in sequence.lost_ds]
        least = [max(shortest / 10 - gone, 0.0) for shortest, gone in zip(sequence.shortest_ds, lost, strict=True)]
        greens, clamped = splits(ratios, sum(lost), least, self.settings)
        steps_s = [green + gone for green, gone in zip(greens, lost, strict=True)]
        whole_s = _whole(steps_s, [ceil(shortest / 10) for shortest in sequence.shortest_ds])
        plan = Plan(
            "webster",
            tuple(
                PlanStep(10 * seconds, self._place.stages[s].groups)
                for seconds, s in zip(whole_s, sequence.stages, strict=True)
            ),
        )
        green_s = tuple(seconds - gone for seconds, gone in zip(whole_s, lost, strict=True))
        return Design(plan, sequence.stages, green_s, sum(lost), sum(ratios), clamped=clamped)

    def _ratios(self, link_flow_veh_h: FloatArray) -> list[float]:
        """Return the critical flow ratio of each stage: first what only it can serve, then what is left of others."""
        ratios = [0.0] * len(self._sequence.stages)
        flow = link_flow_veh_h * self._weight
        for links, positions in self._needs:
            ratio = sum(float(flow[k]) for k in links) / self.settings.saturation_veh_h
            missing = ratio - sum(ratios[k] for k in positions)
            if missing > 0:
                for k in positions:
                    ratios[k] += missing / len(positions)
        return ratios


def _needs(
    network: Network, intersection: int, sequence: StageSequence
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """List what must be served: links of one lane, and the positions in the sequence where they can leave.

    The links of a lane that are green together need the sum of their flows there, and all links of a lane together
    need the sum of theirs wherever one of them is green.
    """
    arrays, positions = network.arrays, _positions(network, intersection, sequence)
    found = set()
    for a in range(int(arrays.approach_offset[intersection]), int(arrays.approach_offset[intersection + 1])):
        links = range(int(arrays.link_offset[a]), int(arrays.link_offset[a + 1]))
        for where in {positions[k] for k in links}:
            found.add((tuple(k for k in links if positions[k] == where), where))
        found.add((tuple(links), tuple(sorted({n for k in links for n in positions[k]}))))
    return sorted((need for need in found if need[1]), key=lambda need: (len(need[1]), need))


def _positions(network: Network, intersection: int, sequence: StageSequence) -> dict[int, tuple[int, ...]]:
    """Return where in the sequence each link is green."""
    place, arrays = network.intersections[intersection], network.arrays
    found = {}
    approaches = arrays.approach_offset[intersection : intersection + 2]
    for k in range(int(arrays.link_offset[approaches[0]]), int(arrays.link_offset[approaches[1]])):
        group = int(arrays.link_group[k] - arrays.group_offset[intersection])
        found[k] = tuple(n for n, s in enumerate(sequence.stages) if group in place.stages[s].groups)
    return found


def _whole(steps_s: Sequence[float], least_s: Sequence[int]) -> list[int]:
    """Round steps to whole seconds so that they add up to the cycle rounded up, none below its minimum."""
    whole = [max(floor(step + 1e-9), least) for step, least in zip(steps_s, least_s, strict=True)]
    rest = ceil(sum(steps_s) - 1e-9) - sum(whole)
    neediest = sorted(range(len(whole)), key=lambda k: (whole[k] - steps_s[k], k))
    for k in neediest[: max(rest, 0)]:
        whole[k] += 1
    return whole
