"""A policy by hand, with an observation of its own: green for the stage that most vehicles wait for or come to.

    signals compare braunschweig --controllers fixed_time,net --policy benchmarks.learning.busiest_stage:BusiestStage

It needs to know nothing of the junction, so it works at every one. The guard keeps minimum greens and intergreens; that
a stage is kept for 15 s is the policy's own business.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box

from signals.env.view import View
from signals.model.network import Network

__all__ = ["BusiestStage", "VehiclesOfStages"]


class VehiclesOfStages:
    """How many vehicles are on the approaches that each stage serves: float32 [S], in vehicles.

    Those of an approach count for a stage by the share of its movements that are green in it.
    """

    def space(self, network: Network, intersection: int) -> Box:
        """Return ``Box(0, inf, (S,))``."""
        return Box(0.0, np.inf, (len(network.intersections[intersection].stages),), np.float32)

    def observe(self, view: View) -> Any:
        """Return a new row; what is not known counts as nobody."""
        arrays, links, groups = view.network.arrays, view.links, view.groups
        approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))[links]
        vehicles = np.nan_to_num(view.snapshot.count_veh[approach] * view.snapshot.link_share[links])
        of_group = np.bincount(arrays.link_group[links] - groups.start, vehicles, groups.stop - groups.start)
        stages = view.network.intersections[view.intersection].stages
        return np.array([of_group[list(stage.groups)].sum() for stage in stages], np.float32)


class BusiestStage:
    """Takes the open stage with most vehicles; of two alike the first."""

    name = "busiest_stage"
    observation = VehiclesOfStages()
    decision_s = 15.0

    def __call__(self, observation: Any, mask: Any) -> int:
        """Return a stage."""
        return int(np.argmax(np.where(mask, observation, -1.0)))
