"""What an agent sees: numbers made of what is believed of its intersection, never of the world itself.

An observation of one's own is any object with the two methods of `Observation`. Whether the numbers come from every
vehicle or from loops only is the scenario's business (its level of sensing); shapes, units and bounds are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box

from signals.env.many import Many
from signals.env.view import View
from signals.errors import InputError
from signals.kernels.junction_state import see_junctions
from signals.model.network import Network
from signals.model.values import Aspect, FloatArray

__all__ = ["JunctionState", "Observation"]


class Observation(Protocol):
    """Turns what is believed into what an agent sees. One object serves all intersections, so it keeps nothing."""

    def space(self, network: Network, intersection: int) -> Space[Any]:
        """Say what `observe` returns for an intersection."""
        ...

    def observe(self, view: View) -> Any:
        """Return a new element of the space; arrays of the view must not be handed on without a copy."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JunctionState:
    """Queues, waits, the stage that runs and who demands what, each a share of a given most, clipped to 0 to 1.

    The observation of an intersection with A approaches, S stages and G signal groups is float32 [3 A + S + 1 + G]:

    ==========  ==================================================================  ===============
    rows        what                                                                divided by
    ==========  ==================================================================  ===============
    A           vehicles standing on each approach                                  `most_veh`
    A           vehicles on each approach within range, moving or not               `most_veh`
    A           time for which the longest-waiting vehicle there has stood          `most_wait_s`
    S           1 at the stage that was asked for last                              1
    1           time for which all groups of that stage that are green have been    `most_green_s`
                so, 0 while none is
    G           1 where somebody waits for or approaches the signal group           1
    ==========  ==================================================================  ===============

    Approaches, stages and groups stand in the order of the network's arrays. What is not known (NaN) is 0.

    Parameters
    ----------
    most_veh
        Vehicles at which an approach counts as full; 25 stand in 200 m.
    most_wait_s, most_green_s
        Times that count as the longest.

    Raises
    ------
    InputError
        When one of them is not positive.
    """

    most_veh: float = 25.0
    most_wait_s: float = 120.0
    most_green_s: float = 60.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise InputError(f"JunctionState: {name} must be > 0, got {getattr(self, name)}")

    def space(self, network: Network, intersection: int) -> Box:
        """Return the box of 0 to 1 of the intersection's size."""
        place, offset = network.intersections[intersection], network.arrays.approach_offset
        approaches = int(offset[intersection + 1] - offset[intersection])
        return Box(0.0, 1.0, (3 * approaches + len(place.stages) + 1 + len(place.groups),), np.float32)

    def observe(self, view: View) -> FloatArray:
        """Return float32 [3 A + S + 1 + G] of 0 to 1."""
        snapshot, rows, groups = view.snapshot, view.approaches, view.groups
        stages = view.network.intersections[view.intersection].stages
        running = np.zeros(len(stages), np.float32)
        running[view.stage] = 1.0
        seen = np.concatenate(
            [
                snapshot.queue_veh[rows] / np.float32(self.most_veh),
                snapshot.count_veh[rows] / np.float32(self.most_veh),
                snapshot.wait_s[rows] / np.float32(self.most_wait_s),
                running,
                [_green_s(view) / self.most_green_s],
                snapshot.demand[groups],
            ],
            dtype=np.float32,
        )
        clipped: FloatArray = np.clip(np.nan_to_num(seen, posinf=1.0), 0.0, 1.0)
        return clipped

    def observe_many(self, many: Many, stages: int) -> FloatArray:
        """Return float32 [R, 3 A + S + 1 + G], a row for each replica."""
        replicas, approaches = many.queue_veh.shape
        seen = np.empty((replicas, 3 * approaches + stages + 1 + many.aspect.shape[1]), np.float32)
        see_junctions(
            float(self.most_veh), float(self.most_wait_s), float(self.most_green_s), many.queue_veh, many.count_veh,
            many.wait_s, many.stage, many.in_stage, many.aspect, many.age_ds, many.demand, seen,
        )  # fmt: skip
        return seen


def _green_s(view: View) -> float:
    """Return for how long the groups of the running stage have been green together."""
    stage = view.network.intersections[view.intersection].stages[view.stage]
    rows = view.groups.start + np.array(stage.groups, np.int64)
    green = view.snapshot.aspect[rows] == Aspect.GREEN
    return float(view.snapshot.age_ds[rows][green].min()) / 10.0 if green.any() else 0.0
