"""A world of which only the connected vehicles say where they are; what happens in it is true."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.errors import InputError
from signals.model.outer_world import OuterWorld
from signals.model.roles import World
from signals.model.values import BoolArray, HandleArray, Readings

__all__ = ["ConnectedWorld", "connected"]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def connected(handle: HandleArray, share: float, seed: int) -> BoolArray:
    """Say which vehicles are connected: the same ones in every tick, and again with the same seed.

    Nothing is kept of any of them. The numbers are those of SplitMix64 (Steele, Lea and Flood, 2014).

    Parameters
    ----------
    handle
        int64 [nV] the vehicles.
    share
        How many are connected, 0 to 1.
    seed
        Of all chance.

    Returns
    -------
    BoolArray
        bool [nV].
    """
    mixed = _mixed(handle.astype(np.uint64) + _mixed(np.array([seed], np.uint64)))
    return np.asarray((mixed >> np.uint64(11)) < np.uint64(round(share * 2.0**53)))


def _mixed(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return numbers in which every bit depends on every bit of what is given; they wrap around by intention."""
    value = value + _STEP
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


class ConnectedWorld(OuterWorld):
    """Another world, of which no more is seen than what its loops and its connected vehicles report.

    Parameters
    ----------
    world
        The world, which reports all vehicles within range; entered and left with this one.
    share
        The penetration rate: how many vehicles are connected, 0 to 1.
    seed
        Of which ones they are.

    Attributes
    ----------
    network, tick_ds
        The world's.

    Raises
    ------
    InputError
        When the share is not between 0 and 1.
    """

    def __init__(self, world: World, share: float, seed: int) -> None:
        if not 0.0 <= share <= 1.0:
            raise InputError(f"the share of connected vehicles must be between 0 and 1, got {share}")
        super().__init__(world)
        self._share, self._seed = share, seed

    def read(self) -> Readings:
        """Report what loops and connected vehicles do. Raises `WorldError`."""
        readings = super().read()
        seen = connected(readings.vehicle_handle, self._share, self._seed)
        return readings._replace(
            vehicle_lane=readings.vehicle_lane[seen],
            vehicle_position_m=readings.vehicle_position_m[seen],
            vehicle_speed_mps=readings.vehicle_speed_mps[seen],
            vehicle_handle=readings.vehicle_handle[seen],
            vehicle_class=None if readings.vehicle_class is None else readings.vehicle_class[seen],
        )
