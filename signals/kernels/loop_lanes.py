"""Who changes lanes between the last loop and the stop line: learned from what both counted.

Who came over the last loop of a lane left over its stop line or changed to a lane beside it. By how many fewer or more
left than came, of some hundred, so many changed. Nobody sees who, so that all are believed to have done so in part.
"""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_health import WORKS, state_of
from signals.kernels.loop_tracks import insert
from signals.kernels.loop_values import ON_LANE, SPACE_M, Counters, Health, Ints, LoopPlaces, Tracks

__all__ = ["balance", "change_lanes", "staying"]

PRIOR_VEH = 20.0
"""Weight of the belief that everybody stays on his lane, in vehicles."""
MEMORY_VEH = 200.0
"""Counts are halved when they reach this, so that shares follow the day."""
LEAST = 0.3
"""A loop counts at least for so much of a vehicle."""
LEAST_WEIGHT = 0.02


@kernel
def balance(a: int, count: Ints, places: LoopPlaces, health: Health, kept: Counters) -> None:
    """Add up who came over the last loop of an approach lane and who left over its stop line, while both work.

    Parameters
    ----------
    a
        The approach.
    count
        int32 [nD] vehicles in this tick.
    places, health
        Input.
    kept
        In and out.
    """
    post, stop = places.post_offset[a + 1] - 1, places.stop_loop[a]
    if post < places.post_offset[a] or places.post_row[post] >= 0:
        return
    if state_of(places.post_loop[post], health) != WORKS or state_of(stop, health) != WORKS:
        return
    kept.lane_in_veh[a] += count[places.post_loop[post]]
    kept.lane_out_veh[a] += count[stop]
    if max(kept.lane_in_veh[a], kept.lane_out_veh[a]) >= MEMORY_VEH:
        kept.lane_in_veh[a] *= 0.5
        kept.lane_out_veh[a] *= 0.5


@kernel
def staying(a: int, places: LoopPlaces, kept: Counters) -> float:
    """Return the share of those who come over the last loop of an approach lane who leave over its stop line."""
    post = places.post_offset[a + 1] - 1
    if post < places.post_offset[a] or places.post_row[post] >= 0:
        return 1.0
    # As many as there is room for may have come and not left yet.
    out = PRIOR_VEH + kept.lane_out_veh[a] + float(places.post_distance_m[post]) / SPACE_M
    return float(max(min(out / (PRIOR_VEH + kept.lane_in_veh[a]), 1.0), LEAST))


@kernel
def change_lanes(a: int, away_m: float, speed_mps: float, places: LoopPlaces, kept: Counters, tracks: Tracks) -> None:
    """Believe that somebody who came over the last loop of an approach lane is, for a part, on the lanes beside it.

    Parameters
    ----------
    a, away_m, speed_mps
        The approach on whose lane he was counted, where he is and how fast.
    places, kept
        Input.
    tracks
        In and out.
    """
    leaving, gained = 1.0 - staying(a, places, kept), 0.0
    if leaving < LEAST_WEIGHT:
        return
    for k in range(places.beside_offset[a], places.beside_offset[a + 1]):
        b = places.beside[k]
        gained += max(kept.lane_out_veh[b] - kept.lane_in_veh[b], 0.0)
    for k in range(places.beside_offset[a], places.beside_offset[a + 1]):
        b = places.beside[k]
        more = max(kept.lane_out_veh[b] - kept.lane_in_veh[b], 0.0)
        if more > 0.0 and leaving * more / gained >= LEAST_WEIGHT:
            insert(b, away_m, speed_mps, leaving * more / gained, ON_LANE, 0, tracks)
