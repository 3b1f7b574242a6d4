"""Names of signal groups: where they come from and where they go, short enough for a table.

``N.sr`` is traffic from the north, straight on and right; ``E.l.bike`` bicycles from the east that turn left; ``S.ped``
the crossing of the southern arm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import atan2, dist, pi

from signals.adapters.sumo.groups import Draft
from signals.adapters.sumo.ways import Ways
from signals.model.lanes import Point, User

__all__ = ["names_of"]

_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_TURNS = "lsrt"
_KIND = {User.VEHICLE: "", User.BICYCLE: ".bike", User.TRANSIT: ".transit", User.PEDESTRIAN: ""}
_LOOK_BACK_M = 20.0
"""How far back an approach is looked at: its last metres may bend."""


def names_of(drafts: Sequence[Draft], ways: Ways, centres: Mapping[str, Point]) -> list[str]:
    """Name the groups of one signal; each name is unique.

    Parameters
    ----------
    drafts
        The groups.
    ways
        Lanes and movements.
    centres
        Where each junction lies.
    """
    names = []
    taken: Counter[str] = Counter()
    for draft in drafts:
        name = _name(draft, ways, centres)
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name}-{taken[name]}")
    return names


def _name(draft: Draft, ways: Ways, centres: Mapping[str, Point]) -> str:
    arms = {arm for movement in draft.movements if (arm := _arm(movement, ways, centres))}
    if not arms:
        return f"g{draft.links[0]}"
    arm = "+".join(sorted(arms, key=_COMPASS.index)) if len(arms) <= 2 else "all"
    if draft.user is User.PEDESTRIAN:
        return f"{arm}.ped"
    used = {ways.movements[movement].turn.value for movement in draft.movements}
    return f"{arm}.{''.join(turn for turn in _TURNS if turn in used)}{_KIND[draft.user]}"


def _arm(movement: int, ways: Ways, centres: Mapping[str, Point]) -> str:
    """Return the compass point that a movement comes from; of a crossing, on which side of the junction it is."""
    way = ways.movements[movement]
    if way.user is User.PEDESTRIAN:
        shape = ways.lanes[way.to_lane].shape
        centre = centres.get(ways.junction[movement])
        if centre is None or not shape:
            return ""
        return _bearing(centre, ((shape[0][0] + shape[-1][0]) / 2, (shape[0][1] + shape[-1][1]) / 2))
    lane = ways.lanes[way.from_lane]
    if lane.internal or not lane.shape:
        return ""
    end = lane.shape[-1]
    back = next((point for point in reversed(lane.shape) if dist(point, end) >= _LOOK_BACK_M), lane.shape[0])
    return _bearing(end, back)


def _bearing(start: Point, end: Point) -> str:
    if start == end:
        return ""
    return _COMPASS[round(atan2(end[0] - start[0], end[1] - start[1]) / (pi / 4)) % 8]
