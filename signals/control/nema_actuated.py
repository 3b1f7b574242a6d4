"""NEMA actuated control: rings, barriers, calls, passage time, gap-out and max-out.

Source: NEMA TS 2; FHWA, Traffic Signal Timing Manual, 2nd edition 2015, chapters 4 and 5. In each ring one group at a
time is green; it ends when somebody who conflicts has called and either no vehicle passed its detectors for the
passage time (gap-out) or its maximum is over (max-out). The next called group of the ring follows. When nobody on
this side of the barrier is left to be served, the rings cross it together, once all of them have gapped or maxed out;
a ring without a call takes its last group along (dual entry). Rings come
from `signals.control.ring_barrier`; that no two conflicting groups are green together is up to the guard in any case.

Turns to the left that yield are green with their opposing group, too (protected-permissive), and then call their own
group only after having stood for a while.
"""

from __future__ import annotations

import numpy as np

from signals.control.actuated import maxima_ds
from signals.control.overlaps import Overlaps
from signals.control.ring_barrier import RingPlan, ring_plan
from signals.control.running_stages import tenths
from signals.control.wishes import NO_STAGE
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, Decision, Snapshot

__all__ = ["NemaActuated"]

LEFT_DELAY_S = 5.0
"""For so long one who may turn in a gap stands before the protected group is called (the manual: 5 to 8 s)."""


class _Seen:
    """One intersection in one tick: bool [its groups] each."""

    def __init__(self, green: BoolArray, call: BoolArray, held: BoolArray, demand: BoolArray) -> None:
        self.green, self.call, self.held, self.demand = green, call, held, demand


class NemaActuated:
    """Fully actuated rings, every intersection by itself.

    Parameters
    ----------
    network
        The network.
    passage_s
        The gap that ends a green.
    max_green_s, plan_share
        The longest greens, as of `signals.control.actuated.Actuated`.
    simultaneous
        Whether the rings have to gap out at the same time to cross the barrier. Otherwise one that has gapped out waits
        for the others, even if somebody comes: with several lanes a gap of all of them at once is rare.
    """

    def __init__(
        self,
        network: Network,
        *,
        passage_s: float = 3.0,
        max_green_s: float = 40.0,
        plan_share: float = 1.5,
        simultaneous: bool = False,
    ) -> None:
        arrays = network.arrays
        self._passage_s = passage_s
        self._max_green_ds = maxima_ds(network, tenths(max_green_s), plan_share)
        self._min_green_ds = arrays.min_green_ds
        self._sites = [
            _Site(ring_plan(network, i), [group.user is User.PEDESTRIAN for group in place.groups])
            for i, place in enumerate(network.intersections)
        ]
        self._rows = [slice(int(a), int(b)) for a, b in zip(arrays.group_offset, arrays.group_offset[1:], strict=False)]
        self._link_group = arrays.link_group
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._simultaneous = simultaneous
        self._over = np.zeros(len(arrays.group_user), np.bool_)
        self._contested_ds = np.full(len(arrays.group_user), -1, np.int64)
        self._overlaps = Overlaps(network)
        self._stage = np.full(len(network.intersections), NO_STAGE, np.int32)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Let every ring go on where its group is over."""
        now_ds, green = tenths(snapshot.time_s), snapshot.aspect == Aspect.GREEN
        stood = self._any(~(snapshot.wait_s < LEFT_DELAY_S))
        used = self._any(~(snapshot.gap_s > self._passage_s))  # NaN is near
        call = snapshot.demand & (~green | stood)
        contested = np.zeros(len(green), np.bool_)
        for site, rows in zip(self._sites, self._rows, strict=True):
            contested[rows] = site.contested(call[rows] & ~green[rows])
        self._contested_ds[~(contested & green)] = -1
        self._contested_ds[contested & green & (self._contested_ds < 0)] = now_ds
        over = (self._contested_ds >= 0) & (now_ds - self._contested_ds >= self._max_green_ds)
        young = snapshot.age_ds < self._min_green_ds
        over |= contested & green & ~young & (~used | (self._over & (not self._simultaneous)))
        self._over = over
        held = green & (young | ~over)
        want = np.zeros(len(green), np.bool_)
        for site, rows in zip(self._sites, self._rows, strict=True):
            want[rows] = site.go_on(_Seen(green[rows], call[rows], held[rows], snapshot.demand[rows]))
        return Decision(self._overlaps.apply(want, snapshot), self._stage.copy())

    def _any(self, approaches: BoolArray) -> BoolArray:
        """Return bool [nG]: the groups of marked approaches."""
        found = np.zeros(len(self._contested_ds), np.bool_)
        found[self._link_group[approaches[self._link_approach]]] = True
        return found


class _Site:
    """The rings of one intersection, and where each of them is."""

    def __init__(self, plan: RingPlan, walker: list[bool]) -> None:
        self._plan, self._walker = plan, np.array(walker, np.bool_)
        # Nobody who joins may take the protection from a group that has it.
        self._hinders = plan.conflicts | plan.yields
        self._side = 0
        self._now: list[int] = [ring[-1] for ring in plan.sides[0]] if plan.sides else []
        self._parents = {g: self._ringed_with(g) for g in plan.overlaps}
        self._ringed = np.zeros(len(walker), np.bool_)
        self._ringed[[g for rings in plan.sides for ring in rings for g in ring]] = True

    def contested(self, calls: BoolArray) -> BoolArray:
        """Return of each group whether one that calls conflicts with it."""
        apart = self._plan.conflicts | self._plan.yields | self._plan.yields.T
        found: BoolArray = np.logical_or.reduce(apart[:, calls], axis=1)
        return found

    def go_on(self, seen: _Seen) -> BoolArray:
        """Move on and return who is wanted."""
        if not self._plan.sides:
            return np.zeros(len(seen.green), np.bool_)
        calls = self._calls(seen)
        rings = self._plan.sides[self._side]
        ahead = [self._next_in(ring, now, calls) for ring, now in zip(rings, self._now, strict=True)]
        done = [self._done(now, seen) for now in self._now]
        for r, follower in enumerate(ahead):
            if follower is not None and done[r]:
                self._now[r] = follower
        if not any(follower is not None for follower in ahead) and all(done):
            self._cross(calls)
        return self._wanted(seen, calls)

    def _calls(self, seen: _Seen) -> BoolArray:
        """Return the groups that are called, for themselves or for who is green with them."""
        calls = seen.call & self._ringed
        for g, parents in self._parents.items():
            if seen.demand[g] and not seen.green[g]:
                calls[parents] = True
        calls[self._now] = False
        return calls

    def _next_in(self, ring: tuple[int, ...], now: int, calls: BoolArray) -> int | None:
        """Return the next called group of a ring on this side of the barrier."""
        return next((g for g in ring[ring.index(now) + 1 :] if calls[g]), None)

    def _done(self, now: int, seen: _Seen) -> bool:
        """Whether a group may end: not held, and nobody who could go with it waits for green."""
        if seen.held[now] or (seen.demand[now] and not seen.green[now]):
            return False
        going: BoolArray = np.logical_or.reduce(self._hinders[self._now], axis=0)
        return not any(
            seen.demand[g] and not seen.green[g] and not going[g] and now in self._parents[g] for g in self._parents
        )

    def _cross(self, calls: BoolArray) -> None:
        """Cross the barrier to the next side that somebody calls; the same side begins anew if that is the only one."""
        sides = self._plan.sides
        for n in range(1, len(sides) + 1):
            side = (self._side + n) % len(sides)
            if any(calls[g] for ring in sides[side] for g in ring):
                self._side = side
                self._now = [next((g for g in ring if calls[g]), ring[-1]) for ring in sides[side]]
                return

    def _wanted(self, seen: _Seen, calls: BoolArray) -> BoolArray:
        """Return the groups, and who may go with them."""
        want = np.zeros(len(seen.green), np.bool_)
        want[self._now] = True
        waits = bool((calls & ~want).any())
        joins = self._walker & seen.demand
        joins |= ~self._walker & (seen.demand | seen.green | (not waits))
        joins[[g for g in range(len(joins)) if not (self._ringed[g] or g in self._parents)]] = False
        for g in sorted(np.flatnonzero(joins & ~want).tolist(), key=lambda g: (not seen.green[g], g)):
            if not (self._plan.conflicts[want, g].any() or self._hinders[self._now, g].any()):
                want[g] = True
        return want

    def _ringed_with(self, g: int) -> list[int]:
        """Return the groups of the side on which most let a group go with them."""
        found = [[h for ring in rings for h in ring if not self._hinders[h, g]] for rings in self._plan.sides]
        return max(found, key=len, default=[])
