"""Who a lane is for, by the vehicle classes that SUMO lets onto it, and what a vehicle of such a class is."""

from __future__ import annotations

from signals.model.lanes import User
from signals.model.vehicle_classes import VehicleClass, usual_class

__all__ = ["class_of", "user_of"]

# Classes in none of the sets (emergency, taxi, scooter, …) may use a lane without making it theirs.
_MOTOR = frozenset(
    {
        "private",
        "army",
        "vip",
        "passenger",
        "hov",
        "delivery",
        "truck",
        "trailer",
        "motorcycle",
        "evehicle",
        "custom1",
        "custom2",
    }
)
_RAIL = frozenset({"tram", "rail_urban", "rail", "rail_electric", "rail_fast", "subway", "cable_car"})
_TRANSIT = _RAIL | {"bus", "coach"}
_RANKED = (
    (User.VEHICLE, _MOTOR),
    (User.TRANSIT, _TRANSIT),
    (User.BICYCLE, frozenset({"bicycle"})),
    (User.PEDESTRIAN, frozenset({"pedestrian"})),
)


def user_of(allow: str, disallow: str) -> User:
    """Return who a lane is mainly for: motor traffic if any of it may use it, else transit, bicycles, people on foot.

    Parameters
    ----------
    allow, disallow
        The attributes of the lane; without either, everybody may use it.
    """
    if allow and allow != "all":
        allowed = frozenset(allow.split())
        return next((user for user, classes in _RANKED if allowed & classes), User.VEHICLE)
    denied = frozenset(disallow.split())
    return next((user for user, classes in _RANKED if not denied >= classes), User.VEHICLE)


def class_of(vclass: str) -> VehicleClass:
    """Return what a vehicle of one of SUMO's classes is."""
    return usual_class(user_of(vclass, ""), rail=vclass in _RAIL)
