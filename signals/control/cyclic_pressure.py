"""Cyclic max pressure: every stage in turn, a fixed cycle, greens by pressure.

Source: T. Le, P. Kovács, N. Walton, H. L. Vu, L. L. H. Andrew and S. S. P. Hoogendoorn, Decentralized signal control
for urban road networks, Transportation Research Part C 58, 2015 (arXiv 1310.0491): at the beginning of each cycle the
green that there is goes to the stages in proportion to ``exp(eta * pressure)``, so that none is left out, drivers see
the order that they know, and any demand that some fixed splits can serve is served. Pressures are those of
`signals.control.max_pressure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from signals.control.max_pressure import Pressure
from signals.control.running_stages import RunningStages, tenths
from signals.control.stage_sequence import stage_sequence
from signals.control.stage_sums import DoubleArray
from signals.control.wishes import NO_STAGE
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["CyclicPressure", "shares"]


class CyclicPressure:
    """Cyclic max pressure, every intersection by itself.

    The order is the intersection's own: as few of its stages as serve everybody (`signals.control.stage_sequence`).
    What is not known (NaN) counts as nothing.

    Parameters
    ----------
    network
        The network.
    cycle_s
        Length of the cycle; longer where the minimum greens need it. Of 60 and 90 s the latter did better in one run
        of cologne1 (seed 1).
    eta
        How sharply greens follow pressure, per vehicle: at 0.2 a stage with 3.5 vehicles more gets twice the green.
        Of 0.1 and 0.2 the latter did better in the same run.
    pedestrian_weight
        Pressure of a called pedestrian group, in vehicles.
    """

    def __init__(
        self, network: Network, *, cycle_s: float = 90.0, eta: float = 0.2, pedestrian_weight: float = 1.0
    ) -> None:
        count = len(network.intersections)
        self._pressure = Pressure(network, pedestrian_weight)
        self._cycle_ds, self._eta = tenths(cycle_s), eta
        self._sequences = [stage_sequence(network, i) for i in range(count)]
        first = [sequence.stages[0] if sequence.stages else NO_STAGE for sequence in self._sequences]
        self._running = RunningStages(network, np.array(first, np.int32))
        self._first_stage = network.arrays.stage_offset
        self._total: DoubleArray = np.zeros(int(self._first_stage[-1]))
        self._ticks = np.zeros(count, np.int64)
        self._position = [0] * count
        self._steps_ds: list[list[int]] = [[] for _ in range(count)]
        self._until_ds = np.zeros(count, np.int64)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Go on to the next stage where the time of one is over."""
        running, now_ds = self._running, tenths(snapshot.time_s)
        running.watch(snapshot)
        self._total += self._pressure.of_stages(snapshot)
        self._ticks += 1
        due = running.mature & (now_ds >= self._until_ds)
        for i in np.flatnonzero(due):
            if self._is_over(int(i)):
                self._begin(int(i))
            self._go_on(int(i), now_ds, snapshot)
        return running.decide(snapshot)

    def _is_over(self, i: int) -> bool:
        """Whether a cycle begins with the next stage."""
        return not self._steps_ds[i] or self._position[i] == len(self._steps_ds[i]) - 1

    def _begin(self, i: int) -> None:
        """Divide the cycle that comes by the mean pressures of the one that is over."""
        mine = slice(self._first_stage[i], self._first_stage[i + 1])
        self._steps_ds[i] = self._split(i, self._total[mine] / self._ticks[i])
        self._total[mine] = 0.0
        self._ticks[i] = 0

    def _go_on(self, i: int, now_ds: int, snapshot: Snapshot) -> None:
        stages = self._sequences[i].stages
        self._position[i] = position = (self._position[i] + 1) % len(stages)
        self._until_ds[i] = now_ds + self._steps_ds[i][position]
        if len(stages) > 1:
            self._running.ask(i, stages[position], snapshot)

    def _split(self, i: int, pressure: DoubleArray) -> list[int]:
        """Return the time of each stage in the coming cycle, its change included."""
        sequence = self._sequences[i]
        least_ds = [
            max(shortest - lost, 0) for shortest, lost in zip(sequence.shortest_ds, sequence.lost_ds, strict=True)
        ]
        green_ds = max(self._cycle_ds - sum(sequence.lost_ds), 0)
        weights = [self._eta * float(pressure[stage]) for stage in sequence.stages]
        return [
            round(green + lost)
            for green, lost in zip(shares(green_ds, weights, least_ds), sequence.lost_ds, strict=True)
        ]


def shares(total: float, weights: Sequence[float], least: Sequence[float]) -> list[float]:
    """Share something in proportion to the exponentials of weights, none getting less than its least.

    Parameters
    ----------
    total
        What there is; more is given where the least shares are more.
    weights
        The weights.
    least
        The least share of each.
    """
    top = max(weights)
    strength = [exp(weight - top) for weight in weights]
    # Whoever falls short of the least gets just that; in this order those who do are known one after the other.
    order = sorted(range(len(weights)), key=lambda k: -least[k] / max(strength[k], 1e-300))
    left, rest, found = total, sum(strength), list(least)
    for k in order:
        fair = left * strength[k] / rest if rest > 0 else 0.0
        found[k] = max(fair, least[k])
        left, rest = max(left - found[k], 0.0), rest - strength[k]
    return found
