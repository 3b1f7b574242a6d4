"""Queues that outlast their green: longer than any loop can tell, and longer with every cycle.

Behind a covered loop as many join a queue as usual come. That is learned from those who are counted; where a queue is
left over, only as many as green lets through. Nobody can know how long it is then, but that more come than are counted.
"""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_health import WORKS, state_of
from signals.kernels.loop_values import ON_AVERAGE, SPACE_M, Counters, Floats, Health, Ints, LoopPlaces, Tracks

__all__ = ["uncounted", "watch_rest"]

GAP_S = 4.0
"""Who leaves a queue follows closer than this: a longer gap on a loop is the end of the queue."""
MORE = 1.5
"""So many times as many come to a queue that outlasts its green as are counted."""


@kernel
def watch_rest(
    a: int, elapsed_s: float, count: Ints, occupied: Floats, places: LoopPlaces, health: Health, kept: Counters
) -> None:  # fmt: skip
    """Say whether the queue of an approach has outlasted its green, which is over as soon as its end is seen.

    Parameters
    ----------
    a, elapsed_s
        The approach, and the time since the last tick.
    count, occupied
        As in `signals.kernels.loops.believe`.
    places, health
        Input.
    kept
        In and out.
    """
    post = places.post_offset[a + 1] - 1
    if post < places.post_offset[a] or places.post_row[post] >= 0 or state_of(places.post_loop[post], health) != WORKS:
        kept.through[a] = kept.rest[a] = False
        return
    loop = places.post_loop[post]
    kept.clear_s[a] = 0.0 if count[loop] > 0 or occupied[loop] > 0.0 else kept.clear_s[a] + elapsed_s
    if kept.clear_s[a] >= GAP_S:
        kept.through[a] = kept.rest[a] = False
    elif kept.green_s[a] > 0.0 and kept.green_s[a] <= elapsed_s:
        kept.through[a] = kept.filled[a]
    elif kept.red_s[a] > 0.0 and kept.red_s[a] <= elapsed_s:
        kept.rest[a] = kept.through[a]


@kernel
def uncounted(a: int, places: LoopPlaces, kept: Counters, tracks: Tracks) -> float:
    """Return how many times as many are taken to come as are counted.

    More than are counted come to a queue that outlasts its green, until as many are believed in behind the last loop as
    there is room for before it; but where stop lines upstream tell who comes, no more than they have let through.

    Parameters
    ----------
    a, places, kept, tracks
        The approach, what lies where, and what is known of its queue and of who comes.
    """
    if not kept.rest[a] or kept.told_veh_s[a] > 0.0:
        return 1.0
    unseen = 0.0
    for j in range(tracks.number[a]):
        unseen += float(tracks.weight[a, j]) if tracks.row[a, j] == ON_AVERAGE else 0.0
    return MORE if unseen * SPACE_M < places.post_distance_m[places.post_offset[a + 1] - 1] else 1.0
