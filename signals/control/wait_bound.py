"""A bound on waiting: follows who waits, and says where it cannot be kept."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush

import numpy as np

from signals.kernels import queue_times
from signals.kernels.longest_wait import Deadlines
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, FloatArray, Snapshot

__all__ = ["WaitBound", "least_wait_s"]

MOST_STAGES = 8
"""Shortest rounds are searched where there are no more stages: the work doubles with each."""


class WaitBound:
    """Keeps what there is to say about a bound on waiting.

    Parameters
    ----------
    network
        The network.
    longest_wait_s
        The bound; 0 = none, and nothing is followed or said.
    headway_s
        Between two vehicles that leave a queue.
    """

    def __init__(self, network: Network, longest_wait_s: float, headway_s: float = 1.9) -> None:
        self._headway_s = headway_s
        self._green = np.zeros(len(network.arrays.approach_lane), np.bool_)
        self._links = network.arrays.link_group, network.arrays.link_offset[:-1]
        self.times = _empty(len(self._green))
        most_groups = int(np.diff(network.arrays.group_offset).max(initial=1))
        due_s, turn_s, need_s, owed_s = np.zeros((4, most_groups), np.float32)
        count, most_stages = len(network.intersections), int(np.diff(network.arrays.stage_offset).max(initial=1))
        self.deadlines = Deadlines(
            self.times.pressing_s,
            self.times.needed_s,
            *(due_s, turn_s, need_s, owed_s),
            np.zeros((count, most_stages), np.int8),
            np.full(count, -1, np.int32),
            np.zeros(count, np.float32),
        )
        self._names = [place.id for place in network.intersections]
        self._bound_s = longest_wait_s
        self._first_s, self._late_s = np.full(len(self._names), np.nan), np.zeros(len(self._names))
        self._place = np.repeat(np.arange(len(self._names)), np.diff(network.arrays.group_offset))
        self._heard = np.ones(len(self._place), np.bool_)
        self._impossible: tuple[str, ...] = ()
        if longest_wait_s > 0:
            needed_s = [(least_wait_s(network, i, longest_wait_s), name) for i, name in enumerate(self._names)]
            worst = sorted((pair for pair in needed_s if pair[0] > longest_wait_s), reverse=True)
            self._impossible = (_cannot(worst, longest_wait_s),) if worst else ()

    def forget(self) -> None:
        """Forget whom it followed and what it noted."""
        self.times.handle[:], self.times.waited_s[:] = 0, -1.0
        for seconds in (self.times.refused_s, self.times.pressing_s, self.times.needed_s):
            seconds[:] = 0.0
        self._first_s[:], self._late_s[:] = np.nan, 0.0
        self._heard[:] = True

    def follow(self, snapshot: Snapshot, tick_s: float) -> None:
        """Follow who stands in which queue for one tick."""
        if self._bound_s <= 0:
            return
        groups, offset = self._links
        np.logical_or.reduceat(snapshot.aspect[groups] == Aspect.GREEN, offset, out=self._green)
        queue_times.follow(
            tick_s, self._bound_s / 2, self._headway_s, self._green, snapshot.arrival_offset,
            snapshot.arrival_speed_mps, snapshot.arrival_weight, snapshot.arrival_handle, self.times,
        )  # fmt: skip

    def heard(self, demand: BoolArray, decided: BoolArray) -> BoolArray:
        """Return bool [nG] which calls are answered: where there is a bound, those that were weighed.

        Who calls during a change, or before the stage may be left, would make it longer than it was taken to be. Such a
        call is answered when it has been weighed, or with the stage after.

        Parameters
        ----------
        demand
            bool [nG] who calls.
        decided
            bool [nI] where stages were just decided, with all who call.
        """
        if self._bound_s <= 0:
            return demand
        self._heard &= demand
        self._heard |= demand & decided[self._place]
        return self._heard

    def note(self, time_s: float, late_s: FloatArray) -> None:
        """Take note of float32 [nI] by how much somebody will wait longer whatever is done."""
        if self._bound_s <= 0 or not late_s.any():
            return
        self._first_s = np.where(np.isnan(self._first_s) & (late_s > 0), time_s, self._first_s)
        np.maximum(self._late_s, late_s, out=self._late_s)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say: at most one sentence on what is impossible, and one on what was missed."""
        missed = np.flatnonzero(self._late_s > 0)
        if not missed.size:
            return self._impossible
        i = int(missed[np.argmax(self._late_s[missed])])
        others = f" and at {missed.size - 1} more" if missed.size > 1 else ""
        text = (
            f'longest_wait_s = {self._bound_s:g} could not be kept at "{self._names[i]}"{others}: first seen at '
            f"{self._first_s[i]:g} s; the last of a queue had to wait up to about {self._late_s[i]:.0f} s longer"
        )
        return (*self._impossible, text)


def _empty(approaches: int) -> queue_times.QueueTimes:
    return queue_times.QueueTimes(
        np.zeros((approaches, queue_times.MOST_VEH + 1), np.int64),
        np.full((approaches, queue_times.MOST_VEH + 1), -1.0, np.float32),
        np.zeros(queue_times.MOST_VEH, np.int64),
        np.zeros(queue_times.MOST_VEH, np.float32),
        *np.zeros((3, approaches), np.float32),
    )


def _cannot(worst: list[tuple[float, str]], bound_s: float) -> str:
    needed_s, name = worst[0]
    others = f" and at {len(worst) - 1} more" if len(worst) > 1 else ""
    return (
        f'longest_wait_s = {bound_s:g} cannot be kept at "{name}"{others} while somebody waits for every group: with '
        f"minimum greens and intergreens that takes {needed_s:.0f} s; waits are kept as short as they can be"
    )


def least_wait_s(network: Network, intersection: int, enough_s: float = 0.0) -> float:
    """Return how long somebody waits at least while somebody waits for every group, s.

    Of the groups that have a stage, the one that is served most seldom waits while all others are served: with minimum
    greens and intergreens, by the shortest sequence of stages without its own. It may be any of
    them, so that the least of these times counts.

    Parameters
    ----------
    network, intersection
        Where.
    enough_s
        Where all stages one after the other take no longer than this, the answer is 0, and nothing is searched. It is
        0, too, where there are more than `MOST_STAGES` stages: that would take too long. Derived ones do not count
        where there are too many with them: serving fewer groups than others, they hardly make a round shorter.
    """
    place = network.intersections[intersection]
    if len(place.stages) > MOST_STAGES:
        place = replace(place, stages=tuple(stage for stage in place.stages if stage.source != "derived"))
    if not 1 < len(place.stages) <= MOST_STAGES:
        return 0.0
    changes = _Changes(place)
    turns = range(-1, len(place.stages) - 1)
    if sum(changes.land_s(s, s + 1 if s >= 0 else 0) for s in turns) <= enough_s:
        return 0.0
    served = sorted({g for stage in place.stages for g in stage.groups})
    found = min(_wait_s(g, changes) for g in served)
    return found if np.isfinite(found) else 0.0


class _Changes:
    """What changes between the stages of an intersection take, where somebody waits for every group."""

    def __init__(self, place: Intersection) -> None:
        self.place = place
        self.masks = [sum(1 << g for g in stage.groups) for stage in self.place.stages]
        self.everybody = int(np.bitwise_or.reduce(self.masks))
        self._stages = [set(stage.groups) for stage in self.place.stages]

    def start_s(self, a: int, b: int, g: int) -> float:
        """Return the time from leaving a stage until a group of another starts."""
        leaving = self._stages[a] - self._stages[b]
        return max([0, *(self.place.intergreen_ds[h][g] or 0 for h in leaving)]) / 10

    def land_s(self, a: int, b: int) -> float:
        """Return the time from leaving a stage until another one has had its minimum green."""
        entering = self._stages[b] - self._stages[a]
        ends = (self.start_s(a, b, g) + self.place.groups[g].min_green_ds / 10 for g in entering)
        return max(ends, default=0.0)


def _wait_s(g: int, changes: _Changes) -> float:
    """Return for how long a group is red at least if all others are served meanwhile (Dijkstra 1959); infinite: never.

    A state is a stage and the groups that have been served since.
    """
    own = [bool(mask >> g & 1) for mask in changes.masks]
    ahead = [(0.0, s, mask) for s, mask in enumerate(changes.masks) if own[s]]
    done: set[tuple[int, int]] = set()
    while ahead:
        now_s, stage, seen = heappop(ahead)
        if stage < 0:
            return now_s
        if (stage, seen) in done:
            continue
        done.add((stage, seen))
        for b, mask in enumerate(changes.masks):
            if not own[b] and b != stage:
                heappush(ahead, (now_s + changes.land_s(stage, b), b, seen | mask))
            elif own[b] and not own[stage] and seen | mask == changes.everybody:
                heappush(ahead, (now_s + changes.start_s(stage, b, g), -1, seen))
    return float("inf")
