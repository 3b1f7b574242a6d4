"""Fixed-time plans from counted flows, offline: `signals.control.webster` with names and numbers checked."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from signals.control.fixed_time import link_flows
from signals.control.webster import Design, Designer, Settings
from signals.errors import InputError
from signals.model.network import Network

__all__ = ["webster_plan"]


def webster_plan(
    network: Network, intersection: int, flow_veh_h: Mapping[str, float], settings: Settings | None = None
) -> Design:
    """Design a plan for one intersection after Webster (1958).

    Parameters
    ----------
    network
        The network.
    intersection
        Index of the intersection.
    flow_veh_h
        Flow of each movement in vehicles per hour, by movement id; what is not named has none.
    settings
        Saturation flow, lost time and bounds of the cycle.

    Returns
    -------
    Design
        The plan, its greens, the sum of critical flow ratios, and whether the cycle had to be clamped.

    Raises
    ------
    UnknownNameError
        When no signal controls a movement of that id.
    InputError
        When a flow is negative or not finite, or the bounds of the cycle exclude each other.
    """
    for name, flow in flow_veh_h.items():
        if not (isfinite(flow) and flow >= 0):
            raise InputError(f'flow of movement "{name}": expected a number >= 0 (veh/h), got {flow!r}')
    chosen = settings or Settings()
    if not 0 < chosen.min_cycle_s <= chosen.max_cycle_s or chosen.saturation_veh_h <= 0 or chosen.lost_s < 0:
        raise InputError("expected 0 < min_cycle_s <= max_cycle_s, saturation_veh_h > 0 and lost_s >= 0")
    return Designer(network, intersection, chosen).design(link_flows(network, flow_veh_h))
