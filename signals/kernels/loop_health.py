"""Which loops can be trusted: not those that report nothing or nothing but presence, or contradict their neighbours."""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_values import SPACE_M, Counters, Floats, Health, Ints, LoopPlaces

__all__ = ["BRIEF", "COVERED", "FAILED", "VACANT_S", "WORKS", "accuse", "judge", "state_of"]

FAILED, BRIEF, WORKS = 0, 1, 2
"""Not to be trusted; without a reading for a moment, as after a lost report; as it should be."""
COVERED = 0.95
BRIEF_S = 5.0
"""A loop without a valid reading for longer has failed; before, nothing is concluded."""
PRESENCE_S = 180.0
"""Nobody stands on a loop for longer than this without pause: longer than any red."""
UNSEEN_VEH = 8.0
"""A loop that has missed as many vehicles in a row that the stop line counted does not count."""
ON_THE_WAY_VEH = 4.0
"""As many more than a queue between two loops may have passed one and not the other."""
VACANT_S = 3.0
CREEPING_MPS = 5.0


@kernel
def state_of(loop: int, health: Health) -> int:
    """Return the state of a loop; -1, where there is none, has failed."""
    return int(health.state[loop]) if loop >= 0 else FAILED


@kernel
def judge(elapsed_s: float, count: Ints, occupied: Floats, health: Health) -> None:
    """Take one tick of readings and say which can be trusted.

    Parameters
    ----------
    elapsed_s
        Time since the last tick.
    count, occupied
        int32, float32 [nD] as in `signals.model.values.Readings`.
    health
        In and out.
    """
    for d in range(len(count)):
        if not (count[d] >= 0 and 0.0 <= occupied[d] <= 1.0):
            health.missing_s[d] += elapsed_s
            health.state[d] = BRIEF if health.missing_s[d] < BRIEF_S and health.state[d] != FAILED else FAILED
            continue
        health.missing_s[d] = 0.0
        covered = occupied[d] >= COVERED
        health.covered_s[d] = health.covered_s[d] + elapsed_s if covered else 0.0
        health.still_s[d] = health.still_s[d] + elapsed_s if covered and count[d] == 0 else 0.0
        health.liar[d] = health.liar[d] and covered and count[d] == 0
        if count[d] > 0:
            health.unseen_share[d] = 0.0
        lies = health.liar[d] or health.still_s[d] > PRESENCE_S or health.unseen_share[d] >= 1.0
        health.state[d] = FAILED if lies else WORKS


@kernel
def accuse(a: int, count: Ints, places: LoopPlaces, kept: Counters, health: Health) -> None:
    """Hold the loops of an approach lane against each other.

    Parameters
    ----------
    a
        The approach.
    count
        As for `judge`, after it.
    places, kept
        What lies where, and what is known of the stop line after this tick.
    health
        In and out.
    """
    stop = places.stop_loop[a]
    stop_works = state_of(stop, health) == WORKS
    empty = stop_works and kept.red_s[a] == 0.0 and kept.vacant_s[a] >= VACANT_S
    for post in range(places.post_offset[a], places.post_offset[a + 1]):
        loop, post_m = places.post_loop[post], float(places.post_distance_m[post])
        share = 1.0 if places.post_row[post] < 0 else 0.5 * float(places.row_prior[places.post_row[post]])
        if stop >= 0 and state_of(loop, health) == WORKS and count[stop] <= 0:
            health.unseen_share[stop] += share * count[loop] / (post_m / SPACE_M + ON_THE_WAY_VEH)
        if places.post_row[post] >= 0:
            continue  # who comes over the stop line may come from another lane
        if stop_works and count[loop] <= 0:
            health.unseen_share[loop] += count[stop] / UNSEEN_VEH
        if empty and health.still_s[loop] >= kept.vacant_s[a] + post_m / CREEPING_MPS:
            health.liar[loop] = True
