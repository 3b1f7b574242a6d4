"""Who a lane is for, by the vehicle classes that SUMO lets onto it."""

from __future__ import annotations

from signals.model.lanes import User

__all__ = ["user_of"]

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
_TRANSIT = frozenset(
    {"bus", "coach", "tram", "rail_urban", "rail", "rail_electric", "rail_fast", "subway", "cable_car"}
)
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
