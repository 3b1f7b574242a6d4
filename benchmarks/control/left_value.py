"""What those cost who are left at the end of a plan, and whether the optimiser's rule tells.

    python -m benchmarks.control.left_value [--junctions 50] [--first 5000] [--tries 28]

Random junctions (`benchmarks.control.random_junctions`) run under the optimiser in the built-in simulator. At some
decisions the run is split: a copy takes another stage, the optimiser plays on in both for 180 s, and the same vehicles
come to both. What the copy costs more from 20, 40 or 60 s on is set beside what is left there then: vehicles that stand
at a red and at a green, the time that each queue takes to clear, and what the optimiser's own rule makes of them.
Linear functions are fitted to four fifths of the junctions and judged on the others, five times. The same seeds give
the same figures.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.control.random_junctions import drawn
from signals.adapters.sim.world import SimWorld
from signals.control.rolling_horizon import RollingHorizon
from signals.model.network import Network
from signals.model.values import IntArray, Readings, Snapshot
from signals.safety.guard import Guard
from signals.sensing.full import FullEstimator

__all__ = ["Pair", "explained", "main", "pairs"]

Doubles = npt.NDArray[np.float64]

AT_S: Final = (20, 40, 60)
SPANS_S: Final = (60, 120)
PLAYED_S: Final = AT_S[-1] + SPANS_S[-1] + 1
WARM_UP_S, END_S = 300, 1800
CHANGING, STAYING = 0.9, 0.03
"""How often a decision is tried out: one to change, one to stay."""
RULE, RED, GREEN, CLEAR, BEHIND = range(5)
"""Columns of what is left; `RULE` is what the optimiser's own rule adds up to, s."""
FITS: Final = {
    "the rule, scaled": (RULE,),
    "at a red": (RED,),
    "at a red, at a green": (RED, GREEN),
    "and own queue": (RED, GREEN, CLEAR),
    "and longest green queue": (RED, GREEN, CLEAR, BEHIND),
}
FOLDS: Final = 5


class Pair(NamedTuple):
    """A decision and another one instead: what was left after each of `AT_S`, [3, 5], and the cost of every second."""

    left: Doubles
    other_left: Doubles
    cost_s: Doubles
    other_cost_s: Doubles


class _Split(RollingHorizon):
    """The optimiser, which at some decisions goes on in a copy of the process with another stage."""

    def __init__(self, network: Network, seed: int, tries: int) -> None:
        self._rng, self._tries, self._stages = np.random.default_rng(seed), tries, len(network.intersections[0].stages)
        self.told: list[tuple[int, Any]] = []
        self.born_s, self.pipe = -1, -1
        super().__init__(network)

    def _search(self, snapshot: Snapshot) -> None:
        running = int(self._choice.stage[0])
        super()._search(snapshot)
        wanted, now_s = int(self._choice.stage[0]), int(snapshot.time_s)
        in_time = WARM_UP_S <= now_s < END_S - PLAYED_S - 1 and len(self.told) < self._tries
        if self.born_s >= 0 or not in_time or not self._choice.planned[0]:
            return
        if self._rng.random() >= (CHANGING if wanted != running else STAYING):
            return
        other = (wanted + int(self._rng.integers(1, self._stages))) % self._stages
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self.born_s, self.pipe = now_s, writing
            self._choice.stage[0] = other
            return
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            self.told.append((now_s, pickle.loads(pipe.read())))  # noqa: S301  from our own child
        os.waitpid(child, 0)

    def left(self, snapshot: Snapshot, stage: int, network: Network) -> Doubles:
        """Return what is left now while a stage runs, as in `FITS`."""
        arrays, offset = network.arrays, snapshot.arrival_offset
        slow = snapshot.arrival_speed_mps < 0.5 * np.repeat(self._streets.limit_mps, np.diff(offset))
        total = np.concatenate([[0.0], np.cumsum(snapshot.arrival_weight * slow)])[offset]
        stands = np.diff(total) + self._memory.hidden_veh
        share, first = snapshot.link_share, arrays.link_offset[:-1]
        green = np.add.reduceat(arrays.stage_green[stage][arrays.link_group] * share, first)
        green = green / np.maximum(np.add.reduceat(share, first), 1e-6)
        clear_s = stands * self.settings.headway_s / np.maximum(self._learned.vigour[:, 0], 0.3)
        red_veh, own_s = stands @ (1.0 - green), 0.5 * stands @ clear_s
        change_s, usual_s = self._interstages.change_s[0], self._usual.wait_s[0]
        more_s = max(self.settings.red_queue_share * change_s, self.settings.left_wait_share * usual_s)
        return np.array(
            [own_s + more_s * red_veh, red_veh, stands @ green, own_s, red_veh * float((clear_s * green).max())]
        )


def pairs(seed: int, tries: int) -> list[Pair]:
    """Run a random junction for half an hour and return what was tried out.

    Parameters
    ----------
    seed
        Of the junction, its traffic and what is tried.
    tries
        How many decisions are tried out, at most.
    """
    network, demand = drawn(seed)
    world = SimWorld(network, demand, seed=seed, end_s=END_S)
    estimator, guard, controller = FullEstimator(network), Guard(network), _Split(network, seed, tries)
    matters = np.array(["_out" not in lane.id for lane in network.lanes])
    left: list[Doubles] = []
    cost_s: list[float] = []
    with world:
        while not world.finished:
            readings = world.read()
            snapshot = estimator.update(readings)
            decision = controller.decide(snapshot)
            cost_s.append(_lost_s(readings, network, matters))
            left.append(controller.left(snapshot, int(decision.stage[0]), network))
            world.write(guard.permit(decision, readings, snapshot.demand).command)
            if controller.born_s >= 0 and len(cost_s) >= controller.born_s + PLAYED_S:
                _tell(controller, left, cost_s)
    return [
        Pair(_then(left, now_s), other, np.array(cost_s[now_s : now_s + PLAYED_S]), other_cost_s)
        for now_s, (other, other_cost_s) in controller.told
    ]


def _lost_s(readings: Readings, network: Network, matters: npt.NDArray[np.bool_]) -> float:
    """Return what all who are on their way to the junction or in it lose in a second."""
    lanes: IntArray = readings.vehicle_lane
    speed = np.minimum(readings.vehicle_speed_mps / network.arrays.lane_speed_mps[lanes], 1.0)
    return float(((1.0 - speed) * matters[lanes]).sum())


def _then(left: list[Doubles], now_s: int) -> Doubles:
    return np.array([left[now_s + at_s] for at_s in AT_S])


def _tell(controller: _Split, left: list[Doubles], cost_s: list[float]) -> None:
    """Tell the parent what came of it, and end."""
    with os.fdopen(controller.pipe, "wb") as pipe:
        pipe.write(pickle.dumps((_then(left, controller.born_s), np.array(cost_s[controller.born_s :]))))
    os._exit(0)


def explained(found: Sequence[Sequence[Pair]], at: int, span_s: int, columns: Sequence[int]) -> tuple[float, Doubles]:
    """Fit what a decision costs more by what it leaves more, every junction with the same weight.

    Parameters
    ----------
    found
        The pairs of each junction.
    at
        Which of `AT_S`.
    span_s
        The cost of so many seconds from there on.
    columns
        Of what is left.

    Returns
    -------
    float
        The share of variance that is explained where nothing was fitted.
    Doubles
        [columns] the coefficients, fitted to all junctions.
    """
    begin = AT_S[at] + 1
    more, left, junction = [], [], []
    for number, tried in enumerate(pair for pair in found if pair):
        cost = np.array([(one.other_cost_s - one.cost_s)[begin : begin + span_s].sum() for one in tried])
        scale = max(float(cost.std()), 5.0)
        more.append(cost / scale)
        left.append(np.array([(one.other_left - one.left)[at, list(columns)] for one in tried]) / scale)
        junction.append(np.full(len(tried), number))
    y, x, which = np.concatenate(more), np.concatenate(left), np.concatenate(junction)
    rest = np.zeros(len(y))
    for fold in range(FOLDS):
        out = which % FOLDS == fold
        rest[out] = y[out] - x[out] @ _fitted(x[~out], y[~out])
    return 1.0 - float(rest @ rest / (y @ y)), _fitted(x, y)


def _fitted(x: Doubles, y: Doubles) -> Doubles:
    """Return the coefficients of least squares."""
    return np.linalg.lstsq(x, y, rcond=None)[0].astype(np.float64)


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--junctions", type=int, default=50)
    parser.add_argument("--first", type=int, default=5000, help="seed of the first junction")
    parser.add_argument("--tries", type=int, default=28, help="of each junction")
    asked = parser.parse_args(words)
    found = [pairs(seed, asked.tries) for seed in range(asked.first, asked.first + asked.junctions)]
    print(f"{len(found)} junctions, {sum(map(len, found))} decisions\n")
    print("| what is told by | from, s | cost of, s | explained elsewhere | a vehicle at a red, at a green, ... |")
    print("|---|---|---|---|---|")
    for at, at_s in enumerate(AT_S):
        for span_s in SPANS_S:
            for name, columns in FITS.items():
                share, weights = explained(found, at, span_s, columns)
                print(f"| {name} | {at_s} | {span_s} | {share:.2f} | {', '.join(f'{one:.2f}' for one in weights)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
