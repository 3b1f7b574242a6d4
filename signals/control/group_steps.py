"""Actuated walk through the steps of a signal plan, group by group: what vehicle-actuated controllers share.

The steps say in which order groups begin and end, and nothing of when: that is for those who drive. It is the way in
which vehicle-actuated control is designed from a plan (RiLSA 2015, chapter 4; FHWA, Traffic Signal Timing Manual, 2nd
edition 2015, chapter 5): a green is extended while it is used, ends of its own when it is not, is skipped where nobody
asked for it, and begins before its step when nothing that is still needed is in its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from signals.control.overlaps import Overlaps
from signals.control.running_stages import tenths
from signals.control.stage_sequence import stage_sequence
from signals.control.wishes import NO_STAGE
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, Decision, IntArray, Snapshot

__all__ = ["GroupSteps", "steps_of"]


class _Seen(NamedTuple):
    """One intersection in one tick: bool [its groups] each."""

    green: BoolArray
    demand: BoolArray
    held: BoolArray


class GroupSteps:
    """Where every intersection is in its steps, and what is wanted there.

    Parameters
    ----------
    network
        The network.
    max_green_ds
        int [nG] longest green of each group while a conflicting one is demanded.
    """

    def __init__(self, network: Network, max_green_ds: IntArray) -> None:
        arrays = network.arrays
        self._max_green_ds = max_green_ds
        self._min_green_ds = arrays.min_green_ds
        self._places = [_Place(network, i) for i in range(len(network.intersections))]
        self._rows = [slice(int(a), int(b)) for a, b in zip(arrays.group_offset, arrays.group_offset[1:], strict=False)]
        self._overlaps = Overlaps(network)
        self._contested_ds = np.full(len(arrays.group_user), -1, np.int64)

    def left_ds(self, time_s: float) -> IntArray:
        """Return int [nG]: how long each green may still last, by the clocks of the last `decide`.

        Parameters
        ----------
        time_s
            The time.
        """
        gone_ds = np.where(self._contested_ds >= 0, tenths(time_s) - self._contested_ds, 0)
        return (self._max_green_ds - gone_ds).astype(np.int32)

    def decide(self, snapshot: Snapshot, used: BoolArray) -> Decision:
        """Go on where what ends next is not needed any longer.

        Parameters
        ----------
        snapshot
            What we believe.
        used
            bool [nG] whether a green of this group would be extended; of people on foot it does not matter.

        Returns
        -------
        Decision
            What is wanted.
        """
        now_ds = tenths(snapshot.time_s)
        green = snapshot.aspect == Aspect.GREEN
        contested = np.zeros(len(green), np.bool_)
        for place, rows in zip(self._places, self._rows, strict=True):
            contested[rows] = place.contested(snapshot.demand[rows] & ~green[rows])
        self._contested_ds[~(contested & green)] = -1
        self._contested_ds[contested & green & (self._contested_ds < 0)] = now_ds
        over = (self._contested_ds >= 0) & (now_ds - self._contested_ds >= self._max_green_ds)
        held = green & contested & ((snapshot.age_ds < self._min_green_ds) | (used & ~over))
        want = np.zeros(len(green), np.bool_)
        for place, rows in zip(self._places, self._rows, strict=True):
            want[rows] = place.walk(_Seen(green[rows], snapshot.demand[rows], held[rows]))
        stage = np.array([place.stage for place in self._places], np.int32)
        return Decision(self._overlaps.apply(want, snapshot), stage)


class _Place:
    """The steps of one intersection."""

    def __init__(self, network: Network, i: int) -> None:
        place = network.intersections[i]
        size = len(place.groups)
        self._steps = [_marked(groups, size) for groups in steps_of(network, i)]
        self._conflicts = np.array([[cell is not None for cell in row] for row in place.intergreen_ds], np.bool_)
        self._walker = np.array([group.user is User.PEDESTRIAN for group in place.groups], np.bool_)
        self._served: BoolArray = np.logical_or.reduce(self._steps) if self._steps else np.zeros(size, np.bool_)
        stage_of = {frozenset(stage.groups): s for s, stage in reversed(list(enumerate(place.stages)))}
        self._stages = [stage_of.get(frozenset(np.flatnonzero(step).tolist()), NO_STAGE) for step in self._steps]
        self._at = 0
        self._called = np.zeros(size, np.bool_)

    @property
    def stage(self) -> int:
        """The stage that the step is; `NO_STAGE` where it is none."""
        return self._stages[self._at] if self._steps else NO_STAGE

    def contested(self, waiting: BoolArray) -> BoolArray:
        """Return of each group whether one that waits conflicts with it."""
        found: BoolArray = np.logical_or.reduce(self._conflicts[:, waiting & self._served], axis=1)
        return found

    def walk(self, seen: _Seen) -> BoolArray:
        """Go as far as nobody is held, and return who is wanted."""
        if not self._steps:
            return np.zeros(len(seen.green), np.bool_)
        waits = seen.demand & ~seen.green & self._served
        step, after, passed = self._steps[self._at], self._next, 0
        # It ends within one round: who waits is served by a step, called when it is entered, and needed at its end.
        while passed < len(self._steps) and (waits & ~step).any() and not self._needed(seen, step & ~after).any():
            passed += 1
            self._at = (self._at + 1) % len(self._steps)
            self._called |= seen.demand & self._walker & after & ~step
            step, after = after, self._next
        return self._wanted(seen, waits)

    @property
    def _next(self) -> BoolArray:
        return self._steps[(self._at + 1) % len(self._steps)]

    def _asked(self, waits: BoolArray) -> BoolArray:
        """Return the next step that somebody waits for who is not in the present one."""
        count, step = len(self._steps), self._steps[self._at]
        ahead = (self._steps[(self._at + n) % count] for n in range(1, count))
        return next(after for after in ahead if (waits & after & ~step).any())

    def _needed(self, seen: _Seen, groups: BoolArray) -> BoolArray:
        """Return who of some groups still needs its green."""
        pending = seen.demand & ~seen.green & (self._called | ~self._walker)
        return groups & (seen.held | pending)

    def _wanted(self, seen: _Seen, waits: BoolArray) -> BoolArray:
        step = self._steps[self._at]
        rival = (waits & ~step).any()
        self._called &= step & (seen.demand | ~seen.green)
        if not rival:
            self._called |= seen.demand & self._walker & step
        # Who neither shows green nor is asked for stays red: there may be no time for it.
        want = step & np.where(self._walker, self._called, seen.green | seen.demand | (not rival))
        if rival:
            self._begin_early(seen, waits, want)
        return want | self._free(seen, want | waits)

    def _free(self, seen: _Seen, others: BoolArray) -> BoolArray:
        """Return who is green and in nobody's way: there is no reason to stop them."""
        found: BoolArray = seen.green & ~self._walker & ~self._conflicts[:, others].any(axis=1)
        return found

    def _begin_early(self, seen: _Seen, waits: BoolArray, want: BoolArray) -> None:
        """Let those of the next step that is asked for take the place of who is not needed any longer."""
        step, after = self._steps[self._at], self._asked(waits)
        needed = self._needed(seen, want) | (want & after)
        early = after & ~step & seen.demand & ~self._walker & ~self._conflicts[:, needed].any(axis=1)
        want &= ~self._conflicts[:, early].any(axis=1)
        want |= early


def steps_of(network: Network, intersection: int) -> list[frozenset[int]]:
    """Return the groups of each step that an actuated controller goes through.

    They are the steps of the first plan, if each of its stages is needed: where every group has one green a cycle, or
    no stage can be left out. Otherwise, and without a plan, they are as few stages as serve everybody. Without
    stages there are none.

    Parameters
    ----------
    network, intersection
        Which intersection of which network.
    """
    place = network.intersections[intersection]
    stages = stage_sequence(network, intersection).stages
    if stages and place.plans:
        steps = _different([frozenset(step.groups) for step in place.plans[0].steps])
        if _complete(place, steps) and (_once_each(steps) or len(stages) == len(place.stages)):
            return steps
    return [frozenset(place.stages[s].groups) for s in stages]


def _different(steps: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Join steps that want the same as the one before."""
    found = [step for k, step in enumerate(steps) if step != steps[k - 1]]
    return found or list(steps[:1])


def _complete(place: Intersection, steps: Sequence[frozenset[int]]) -> bool:
    """Whether the steps serve all that the stages serve."""
    return frozenset().union(*steps) >= {group for stage in place.stages for group in stage.groups}


def _once_each(steps: Sequence[frozenset[int]]) -> bool:
    """Whether no group begins twice a cycle."""
    begins = [group for k, step in enumerate(steps) for group in step - steps[k - 1]]
    return len(begins) == len(set(begins))


def _marked(groups: frozenset[int], size: int) -> BoolArray:
    found = np.zeros(size, np.bool_)
    found[sorted(groups)] = True
    return found
