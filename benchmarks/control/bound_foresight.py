"""The optimiser with a crystal ball: before it acts, what else it could do is tried out in the true world.

At a second in which an intersection may change, the run is branched (`benchmarks.control.bound_forks`) once for each
other thing that could be done there now: change to another stage, or stay for some seconds where the optimiser wants to
change. In every branch the optimiser itself plays on, in the true world with its true arrivals, turns and chances,
under the same guard. What was truly cheapest is done. This is one step of policy iteration, called rollout, with
perfect information (Bertsekas, Tsitsiklis and Wu 1997); what it reaches is a plan that exists, not the best one that
does.

Where a plan that was found does better than the optimiser would, it is kept until another one does better still
("fortified" rollout, the same authors).

In a second pass the plan that the first one found, second by second, stands in for the optimiser: after whatever is
tried, the plan goes on as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.control.bound_diagnosis import Choice, Move
from benchmarks.control.bound_forks import Branches, Future
from signals.control.rolling_horizon import RollingHorizon
from signals.control.waiting import Waiting
from signals.kernels import rolling_horizon
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["Foresight", "Search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the future is searched.

    Parameters
    ----------
    lookahead_s
        How long each branch plays on.
    stays_s
        For how long an intersection may stay where the optimiser wants to change.
    every_s
        Where the optimiser stays, other stages are tried every so often only.
    near_s
        Stages whose best plan the optimiser believes to cost more than the cheapest by this are not tried.
    gain_s
        Less than this, in s of delay of all together, is no reason to do anything else.
    give_up_s
        Branches that cost so much more than the plan that is kept are given up early.
    ahead_s
        The plan that is kept is played so much further than it is needed, to be played less often.
    """

    lookahead_s: int = 100
    stays_s: tuple[int, ...] = (1, 2, 3, 5, 8)
    every_s: int = 1
    near_s: float = 100.0
    gain_s: float = 1.0
    give_up_s: float = 40.0
    ahead_s: int = 30


class _Seen(NamedTuple):
    """What is decided: where, what runs, what the optimiser wants, and the future of the plan that is kept."""

    intersection: int
    running: int
    wanted: int
    rest: Future


class Foresight(RollingHorizon):
    """A rolling horizon that knows the future.

    Parameters
    ----------
    network
        What is controlled.
    branches
        The way into the futures of its run.
    search
        How they are searched.
    script
        int16 [n, nI] a plan from an earlier pass: the stage that each intersection is asked for in every tick; followed
        wherever a stage may be left. `None` = the optimiser decides.

    Attributes
    ----------
    choices
        What was tried out.
    surprises
        How often the world was not what had been foreseen of it, to the last bit; 0 where a fork copies everything.
    """

    def __init__(
        self,
        network: Network,
        branches: Branches,
        search: Search | None = None,
        script: npt.NDArray[np.int16] | None = None,
    ) -> None:
        self._script = script
        self.choices: list[Choice] = []
        self.surprises = 0
        self._branches, self._how = branches, search or Search()
        self._orders: dict[int, tuple[int, int]] = {}
        self._best_known: Future | None = None
        self._best_since, self._best_until, self._to_the_end = 0, 0, False
        self._alive = False
        super().__init__(network)
        self._believed_s, self._waiting = np.zeros_like(self._compared.cost_s), Waiting(network)
        self._alive = True

    @property
    def cost_s(self) -> float:
        """What all have lost until now, and what those who stand will lose."""
        return self._branches.cost_s

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose a stage per intersection."""
        done = False
        try:
            decision = super().decide(snapshot)
            done = True
        finally:
            if not done:
                self._branches.end(well=False)
        return decision

    def _search(self, snapshot: Snapshot) -> None:
        """Plan as the optimiser does, then look into the future."""
        running = self._choice.stage.copy()
        super()._search(snapshot)
        if not self._alive:
            return
        self._obey(running)
        if not self._branches.child:
            free = self._memory.mature & self._choice.planned
            for i in np.flatnonzero(free).tolist():
                if i not in self._orders and not self._branches.child:
                    self._look(i, int(running[i]), snapshot)
        self._branches.decided(self._choice.stage)

    def _obey(self, running: npt.NDArray[np.int32]) -> None:
        """Follow the plan of an earlier pass, and stay where that was decided before."""
        now = self._branches.ticks
        if self._script is not None and now < len(self._script):
            self._choice.stage[:] = np.where(self._memory.mature, self._script[now], running)
        self._orders = {i: order for i, order in self._orders.items() if now < order[1]}
        for i, (stage, _) in self._orders.items():
            if stage == running[i]:
                self._choice.stage[i] = stage

    def _look(self, i: int, running: int, snapshot: Snapshot) -> None:
        """Try out what could be done at an intersection, and do what is cheapest. Children return from here, too."""
        wanted = int(self._choice.stage[i])
        moves = self._moves(i, running, wanted, snapshot)
        if not moves:
            return
        kept = self._incumbent()
        if kept is None:
            return
        passed = self._branches.ticks - self._best_since
        if passed > 0 and kept.cost_s[passed - 1] != self._branches.cost_s:
            self.surprises += 1
        rest = kept.since(passed)
        futures: list[Future] = []
        for move in moves:
            future = self._branches.branch(self._how.lookahead_s, rest.cost_s + self._how.give_up_s)
            if future is None:
                self._do(i, move)
                return
            futures.append(future)
        costs_s = [_difference_s(future, rest) for future in futures]
        best = int(np.argmin(costs_s))
        taken = costs_s[best] < -self._how.gain_s
        seen = _Seen(i, running, wanted, rest)
        self.choices.append(self._told(seen, snapshot, tuple(moves), tuple(costs_s), best if taken else -1))
        if taken:
            self._do(i, moves[best])
            self._keep(futures[best], self._how.lookahead_s)

    def _incumbent(self) -> Future | None:
        """Return the plan that is kept, long enough to be compared with; `None` in a child that plays it."""
        now, ahead_s = self._branches.ticks, self._how.lookahead_s
        kept = self._best_known
        if kept is None or (self._best_until < now + ahead_s and not self._to_the_end):
            ahead_s += self._how.ahead_s
            kept = self._branches.branch(ahead_s)
            if kept is not None:
                self._keep(kept, ahead_s)
        return kept

    def _keep(self, future: Future, ahead_s: int) -> None:
        """Keep a plan that was played on for so long, or until the end of the run where that came first."""
        self._best_known, self._best_since = future, self._branches.ticks
        self._best_until = self._best_since + ahead_s
        self._to_the_end = len(future.cost_s) < ahead_s

    def _do(self, i: int, move: Move) -> None:
        self._choice.stage[i] = move.stage
        if move.stay_s > 0:
            self._orders[i] = move.stage, self._branches.ticks + move.stay_s

    def _moves(self, i: int, running: int, wanted: int, snapshot: Snapshot) -> list[Move]:
        """Return what else could be done now, each with what the optimiser believes that it costs."""
        plan, now = self._how, self._branches.ticks
        if wanted == running and now % plan.every_s:
            return []
        before = np.full_like(self._choice.stage, running)
        self._choice.stage[i] = -1  # what has changed is compared, and here everything is
        rolling_horizon.compare(
            i, i + 1, before, self._site, self._arrivals(snapshot), self._rules, self._lists, self._interstages,
            self._works[0], self._choice, self._believed_s,
        )  # fmt: skip
        self._choice.stage[i] = wanted
        first, beyond = self._arrays.stage_offset[i : i + 2]
        believed_s = self._believed_s[i, : beyond - first]
        near = believed_s < min(believed_s.min() + plan.near_s, rolling_horizon.INFINITE)
        moves = [Move(b, 0, float(believed_s[b])) for b in np.flatnonzero(near).tolist() if b not in (running, wanted)]
        if wanted != running:
            moves += [Move(running, stay_s, float(believed_s[running])) for stay_s in plan.stays_s]
        return moves

    def _told(
        self, seen: _Seen, snapshot: Snapshot, moves: tuple[Move, ...], costs_s: tuple[float, ...], taken: int
    ) -> Choice:
        ahead = seen.rest.stages[: self._how.lookahead_s, seen.intersection]
        others = np.flatnonzero(ahead != seen.running)
        next_s, next_stage = (int(others[0]), int(ahead[others[0]])) if others.size else (-1, -1)
        return Choice(
            time_s=snapshot.time_s,
            intersection=seen.intersection,
            running=seen.running,
            wanted=seen.wanted,
            since_s=float(self._memory.waited_s[seen.intersection]),
            wanted_believed_s=float(self._believed_s[seen.intersection, seen.wanted]),
            next_s=next_s,
            next_stage=next_stage,
            waiting_veh=tuple(veh for veh, _ in self._waiting.of(seen.intersection, snapshot)),
            moves=moves,
            costs_s=costs_s,
            taken=taken,
        )


def _difference_s(future: Future, kept: Future) -> float:
    """Return what a future costs more than the plan that is kept, at the last tick that both reach."""
    last = min(len(future.cost_s), len(kept.cost_s)) - 1
    return float(future.cost_s[last] - kept.cost_s[last])
