"""What each stage of an intersection does for its queues: how fast they are served, and how long a switch takes."""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel, part
from signals.kernels.horizon_values import Arrivals, Changes, Floats, Lists, Rules, Site, Work

__all__ = ["BUSY", "FREE", "HEAD_BUSY", "HEAD_FREE", "factors", "leave", "serve"]

PEDESTRIAN = 1
FOR_EVER_S = np.float32(1e6)
FREE, BUSY, HEAD_FREE, HEAD_BUSY = 0, 1, 2, 3
"""Columns of `Work.factors`."""


@part
def leave(i: int, site: Site, arrivals: Arrivals, changes: Changes, work: Work) -> None:
    """Fill the interstage tables of an intersection: who waits how long for green after a switch, and who may stay."""
    stages = site.stage_offset[i + 1] - site.stage_offset[i]
    if not _as_before(i, site, arrivals, changes):
        _switches(i, stages, site, arrivals, changes, work)
    queues, first = site.queue_offset[i + 1] - site.queue_offset[i], changes.offset[i]
    for a in range(stages):
        for b in range(stages):
            row = first + a * stages + b
            work.land_s[a, b] = changes.land_s[row]
            work.stay_s[a, b, 0], work.stay_s[a, b, 1] = changes.stay_s[row, 0], changes.stay_s[row, 1]
            for q in range(queues):
                work.start_s[a, b, q] = changes.start_s[row, q]
    work.change_s[0] = changes.change_s[i]
    for b in range(stages):
        _ready(i, b, site, arrivals, work)


@kernel
def _as_before(i: int, site: Site, arrivals: Arrivals, changes: Changes) -> bool:
    """Whether the same people call and walk as when this was last asked of an intersection."""
    same = changes.known[i]
    for g in range(site.group_offset[i], site.group_offset[i + 1]):
        if site.group_user[g] == PEDESTRIAN:
            same = same and changes.call[g] == arrivals.call[g] and changes.walking[g] == arrivals.walking[g]
            changes.call[g], changes.walking[g] = arrivals.call[g], arrivals.walking[g]
    changes.known[i] = True
    return bool(same)


@kernel
def _switches(i: int, stages: int, site: Site, arrivals: Arrivals, changes: Changes, work: Work) -> None:
    """Find what all changes of an intersection take, and keep it."""
    total, first = 0, changes.offset[i]
    for a in range(stages):
        for b in range(stages):
            _switch(i, a, b, site, arrivals, work)
            row = first + a * stages + b
            changes.land_s[row] = work.land_s[a, b]
            changes.stay_s[row, 0], changes.stay_s[row, 1] = work.stay_s[a, b, 0], work.stay_s[a, b, 1]
            for q in range(site.queue_offset[i + 1] - site.queue_offset[i]):
                changes.start_s[row, q] = work.start_s[a, b, q]
            total += work.land_s[a, b] if a != b else 0
    changes.change_s[i] = np.float32(total) / np.float32(max(stages * (stages - 1), 1))


@kernel
def _switch(i: int, a: int, b: int, site: Site, arrivals: Arrivals, work: Work) -> None:
    """Fill the tables for a switch from one stage to another."""
    first_group, first_queue = site.group_offset[i], site.queue_offset[i]
    groups, queues = site.group_offset[i + 1] - first_group, site.queue_offset[i + 1] - first_queue
    green_a, green_b = site.stage_green[site.stage_offset[i] + a], site.stage_green[site.stage_offset[i] + b]
    longest, stay, needed = np.float32(1.0), FOR_EVER_S, np.float32(0.0)
    for q in range(queues):
        work.start_s[a, b, q] = np.float32(-1.0)
    for g in range(groups):
        pedestrian = site.group_user[first_group + g] == PEDESTRIAN
        if not green_b[g] or green_a[g] or (pedestrian and not arrivals.call[first_group + g]):
            continue
        driven, walked = np.float32(0.0), np.float32(0.0)
        for h in range(groups):
            if not green_a[h] or green_b[h]:
                continue
            wait = site.intergreen_s[site.matrix_offset[i] + h * groups + g]
            if site.group_user[first_group + h] != PEDESTRIAN:
                driven = max(driven, wait)
            elif arrivals.walking[first_group + h]:
                walked = max(walked, wait)
        stay, needed = min(stay, max(walked - driven, np.float32(0.0))), max(needed, driven)
        wait = max(walked, driven)
        longest = max(longest, wait + site.min_green_s[first_group + g])
        for q in range(queues):
            if _serves(first_queue + q, g, first_group, site):
                work.start_s[a, b, q] = max(work.start_s[a, b, q], wait)
    work.land_s[a, b] = int(np.ceil(longest))
    work.stay_s[a, b, 0] = stay if stay < FOR_EVER_S else np.float32(0.0)
    work.stay_s[a, b, 1] = needed


@kernel
def _serves(queue: int, g: int, first_group: int, site: Site) -> bool:
    """Whether a group of an intersection serves a queue."""
    approach = site.queue_approach[queue]
    if approach < 0:
        return bool(site.queue_group[queue] == g)
    for k in range(site.link_offset[approach], site.link_offset[site.queue_beyond[queue]]):
        if site.link_group[k] == first_group + g:
            return True
    return False


@kernel
def _ready(i: int, b: int, site: Site, arrivals: Arrivals, work: Work) -> None:
    """Say when a stage can be mature and when its groups may start, for the groups that have ended already."""
    first_group = site.group_offset[i]
    mature, start = np.float32(0.0), FOR_EVER_S
    for g in range(site.group_offset[i + 1] - first_group):
        pedestrian = site.group_user[first_group + g] == PEDESTRIAN
        if not site.stage_green[site.stage_offset[i] + b, g] or (pedestrian and not arrivals.call[first_group + g]):
            continue
        earliest = arrivals.earliest_s[first_group + g]
        if earliest > 0:
            mature = max(mature, earliest + site.min_green_s[first_group + g])
        start = min(start, earliest)
    work.ready_s[b, 0] = mature
    work.ready_s[b, 1] = start if start < FOR_EVER_S else np.float32(0.0)


@part
def factors(i: int, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, work: Work) -> None:
    """How fast each queue is served in each stage: 1 = all its movements have a free green, 0 = not at all."""
    for s in range(site.stage_offset[i + 1] - site.stage_offset[i]):
        for q in range(site.queue_offset[i + 1] - site.queue_offset[i]):
            serve(i, s, q, site, arrivals, rules, lists, work.factors[s, q])


@kernel
def _raised(share: np.float32, power: np.float32) -> np.float32:
    """Return a share to a power; nearly all shares are 1 or 0, which need no logarithm."""
    if share == 1 or (share == 0 and power > 0):
        return share
    return share**power


@part
def serve(i: int, s: int, q: int, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, factor: Floats) -> None:
    """Say how fast a queue is served in a stage, as a row of `Work.factors`, with what was learned of it."""
    queue, row = site.queue_offset[i] + q, site.stage_offset[i] + s
    green = site.stage_green[row]
    approach, first_group = site.queue_approach[queue], site.group_offset[i]
    if approach < 0:
        factor[:] = np.float32(green[site.queue_group[queue]])
        return
    for head in range(2):
        share = arrivals.head_share if head else arrivals.share
        red, protected, permitted = np.float32(0.0), np.float32(0.0), np.float32(0.0)
        for a in range(approach, site.queue_beyond[queue]):
            mix = lists.head_mix[a] if head else lists.mix[a]
            for k in range(site.link_offset[a], site.link_offset[a + 1]):
                if not green[site.link_group[k] - first_group]:
                    red += mix * share[k]
                elif site.link_permissive[k] and site.opposing[row, q] != 0:
                    permitted += mix * share[k]
                else:
                    protected += mix * share[k]
        total = max(red + protected + permitted, np.float32(1e-6))
        flowing = (protected + permitted) / total
        power = np.float32(rules.blocking_power)
        free = _raised(flowing, power) if flowing > 0.07 else np.float32(0.0)
        busy = max(_raised(protected / total, power), np.float32(rules.sneak) * free * permitted / total)
        free *= arrivals.vigour[queue, 0]
        factor[HEAD_FREE if head else FREE] = free
        factor[HEAD_BUSY if head else BUSY] = min(free, busy * arrivals.vigour[queue, 1])
