"""The arrays of the full estimator: how they begin, and how they grow when more is seen than there is room for."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from signals.kernels.sensing import Beliefs, Memory, Places, Seen
from signals.model.network import Network
from signals.model.values import Aspect, Readings
from signals.sensing.places import first_shares

__all__ = ["first_beliefs", "first_memory", "first_seen", "for_arrivals", "for_handles", "for_vehicles", "silence"]

FIRST_VEHICLES = 256
FIRST_ARRIVALS = 1024
FIRST_HANDLES = 4096
MOST_HANDLES = 2**20
"""Vehicles remembered at most; whoever comes after takes the place of the one that came so many handles earlier."""
TRAIL_LANES = 16

Number = TypeVar("Number", bound=np.generic)


def first_seen() -> Seen:
    """Return room for a tick of vehicles."""
    return _seen(FIRST_VEHICLES)


def first_memory(network: Network, places: Places) -> Memory:
    """Return a memory of nothing: every share is its prior."""
    approaches = len(network.arrays.approach_lane)
    return Memory(
        counter=np.zeros(4, np.int64),
        row_weight=places.row_prior.copy(),
        row_count=np.zeros(len(places.row_prior), np.float32),
        lane_count=np.zeros(len(network.lanes), np.float32),
        link_count=np.zeros(len(places.link_prior), np.float32),
        link_share=first_shares(network),
        present_s=np.full(approaches, -np.inf),
        slot=np.empty(FIRST_VEHICLES, np.int64),
        previous=np.empty(FIRST_VEHICLES, np.int64),
        cursor=np.zeros(approaches, np.int32),
        handle=np.full(FIRST_HANDLES, -1, np.int64),
        tick=np.zeros(FIRST_HANDLES, np.int64),
        lane=np.full(FIRST_HANDLES, -1, np.int32),
        since_s=np.full(FIRST_HANDLES, np.nan),
        trail=np.zeros((FIRST_HANDLES, TRAIL_LANES), np.int32),
        trail_length=np.zeros(FIRST_HANDLES, np.int32),
    )


def first_beliefs(network: Network) -> Beliefs:
    """Return the columns of a snapshot, NaN for lanes that are not watched."""
    approaches, lanes = len(network.arrays.approach_lane), len(network.lanes)
    none = np.empty(0, np.float32)
    beliefs = Beliefs(
        demand=np.zeros(approaches, np.bool_),
        queue_veh=np.zeros(approaches, np.float32),
        count_veh=np.zeros(approaches, np.float32),
        wait_s=np.zeros(approaches, np.float32),
        gap_s=np.zeros(approaches, np.float32),
        lane_veh=np.full(lanes, np.nan, np.float32),
        lane_free_m=np.full(lanes, np.nan, np.float32),
        arrival_offset=np.zeros(approaches + 1, np.int32),
        arrival_distance_m=none,
        arrival_speed_mps=none,
        arrival_weight=none,
        arrival_handle=np.empty(0, np.int64),
        arrival_vehicle=np.empty(0, np.int32),
    )
    return for_arrivals(beliefs, FIRST_ARRIVALS)


def for_arrivals(beliefs: Beliefs, room: int) -> Beliefs:
    """Return the same with room for so many arrivals; what they held is lost."""
    return beliefs._replace(
        arrival_distance_m=np.empty(room, np.float32),
        arrival_speed_mps=np.empty(room, np.float32),
        arrival_weight=np.empty(room, np.float32),
        arrival_handle=np.empty(room, np.int64),
        arrival_vehicle=np.empty(room, np.int32),
    )


def for_vehicles(memory: Memory, room: int) -> tuple[Seen, Memory]:
    """Return room for so many vehicles a tick; nothing is forgotten."""
    previous = np.empty(room, np.int64)
    previous[: len(memory.previous)] = memory.previous
    return _seen(room), memory._replace(slot=np.empty(room, np.int64), previous=previous)


def for_handles(memory: Memory, top: int) -> Memory:
    """Return the same memory, or a larger one as soon as the highest handle fills half of it."""
    room = len(memory.handle)
    if 2 * top < room or room >= MOST_HANDLES:
        return memory
    room = min(MOST_HANDLES, 1 << (4 * top - 1).bit_length())
    return memory._replace(
        handle=_longer(memory.handle, room, -1),
        tick=_longer(memory.tick, room, 0),
        lane=_longer(memory.lane, room, -1),
        since_s=_longer(memory.since_s, room, np.nan),
        trail=_longer(memory.trail, room, 0),
        trail_length=_longer(memory.trail_length, room, 0),
    )


def _seen(room: int) -> Seen:
    return Seen(
        np.empty(room, np.int32), np.empty(room, np.float32), np.empty(room, np.float32), np.empty(room, np.int64)
    )


def _longer(column: npt.NDArray[Number], room: int, fill: float) -> npt.NDArray[Number]:
    longer = np.full((room, *column.shape[1:]), fill, column.dtype)
    longer[: len(column)] = column
    return longer


def silence(groups: int) -> Readings:
    """Return readings in which nothing is seen and no signal is read back; enough to run every kernel once."""
    whole, part = np.empty(0, np.int32), np.empty(0, np.float32)
    unknown, nobody = np.full(groups, Aspect.UNKNOWN, np.int8), np.zeros(groups, np.bool_)
    return Readings(0.0, unknown, nobody, whole, part, part, np.empty(0, np.int64), whole, part)
