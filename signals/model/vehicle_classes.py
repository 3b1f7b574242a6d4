"""The class of a vehicle: what a sensor may know of it beyond where it is, and which is no identity."""

from __future__ import annotations

from enum import IntEnum

from signals.model.lanes import User

__all__ = ["VehicleClass", "usual_class"]


class VehicleClass(IntEnum):
    """What a vehicle is; emergency vehicles are motor vehicles here, as they call their signals past every controller.

    Loops cannot tell: whoever is only counted or inferred is unknown.
    """

    UNKNOWN = 0
    MOTOR = 1
    """Cars, vans, trucks, motorcycles: all that is none of the others."""
    BICYCLE = 2
    BUS = 3
    TRAM = 4
    """And whatever else runs on rails."""


_USUAL = {
    User.VEHICLE: VehicleClass.MOTOR,
    User.BICYCLE: VehicleClass.BICYCLE,
    User.TRANSIT: VehicleClass.BUS,
}


def usual_class(user: User, *, rail: bool = False) -> VehicleClass:
    """Return the class of the vehicles that look for the lanes of a user; of people on foot it is unknown.

    Parameters
    ----------
    user
        Whose lanes they are.
    rail
        Whether they run on rails; matters for public transport only.
    """
    if rail and user is User.TRANSIT:
        return VehicleClass.TRAM
    return _USUAL.get(user, VehicleClass.UNKNOWN)
