"""Lanes, and what may use them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Lane", "Point", "User"]

Point = tuple[float, float]
"""A place in the plane of the network, metres."""


class User(IntEnum):
    """Who a lane, a movement or a signal group is for."""

    VEHICLE = 0
    PEDESTRIAN = 1
    BICYCLE = 2
    TRANSIT = 3


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane, between junctions or inside one.

    Parameters
    ----------
    id
        Unique in the network.
    edge
        The road section it belongs to.
    length_m
        Length, > 0.
    speed_mps
        Speed limit, > 0.
    user
        Who it is mainly for; a lane open to cars is `User.VEHICLE`.
    internal
        Whether it lies inside a junction (a crossing and a walking area do, too).
    shape
        Its centre line; may be empty where no geometry is known.
    width_m
        Its width.
    """

    id: str
    edge: str
    length_m: float
    speed_mps: float
    user: User = User.VEHICLE
    internal: bool = False
    shape: tuple[Point, ...] = ()
    width_m: float = 3.2

    def __post_init__(self) -> None:
        if not (self.length_m > 0 and self.speed_mps > 0):
            raise ValueError(f'lane "{self.id}": length_m and speed_mps must be > 0')
