"""The loop for many replicas of one intersection: believe, wish, permit, show, as one town of copies."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.batch import Batch
from signals.control.running_stages import RunningStages
from signals.control.wishes import Wishes
from signals.env.disruptions import disrupted
from signals.env.many import Many
from signals.env.setting import Setting
from signals.model.lanes import User
from signals.model.travel import Travel
from signals.model.trips import DoubleArray
from signals.model.values import Aspect, BoolArray, Decision, IntArray, Readings, Snapshot
from signals.safety.guard import Guard
from signals.scenario_worlds import travel_of
from signals.sensing.signal_heads import SignalHeads

__all__ = ["Replicas"]


class Replicas:
    """Replicas of the one intersection of a setting.

    The order of a tick is that of `signals.loop`; wishes, guard and demand are made by the same objects, which work on
    arrays of a whole network, here of copies.

    Parameters
    ----------
    setting
        What is replicated.
    count
        How often.
    demands
        How many different sets of travellers there are in an episode.
    """

    def __init__(self, setting: Setting, count: int, demands: int) -> None:
        file = setting.scenario.file
        self._setting, self._count, self._demands = setting, count, min(demands, count)
        self._batch = Batch(setting.network, count, file.sensing.range_m)
        self._begin_s, self._end_s = file.time.begin_s, file.time.end_s
        self.tick_ds = setting.scenario.tick_ds
        self._network = self._batch.network
        self._wishes = Wishes(self._network)
        self._vehicles: BoolArray = self._network.arrays.group_user != User.PEDESTRIAN
        self._stages = len(setting.network.intersections[0].stages)
        self._ticks = 0

    @property
    def over(self) -> bool:
        """Whether the episode's time is over."""
        return self._now_s >= self._end_s - 1e-9

    @property
    def ends_with_the_next(self) -> bool:
        """Whether the next tick is the last of the episode."""
        return self._now_s + self.tick_ds / 10.0 >= self._end_s - 1e-9

    @property
    def stage(self) -> IntArray:
        """int32 [R] the stage that was asked for last."""
        return self._running.stage

    @property
    def _now_s(self) -> float:
        return self._begin_s + self._ticks * self.tick_ds / 10.0

    def begin(self, seed: int, chance: np.random.Generator) -> None:
        """Begin an episode.

        Parameters
        ----------
        seed
            Of the travellers: the sets have this seed and those after it.
        chance
            Which replica has which set.
        """
        sets = self._travels(seed)
        chosen = chance.permutation(np.arange(self._count) % self._demands)
        self._batch.begin([sets[number] for number in chosen.tolist()], self._begin_s)
        self._guard = Guard(self._network, tick_ds=self.tick_ds)
        self._rehearsal = self._guard.rehearsal()
        self._heads = SignalHeads(self._network)
        self._running = RunningStages(self._network, np.zeros(self._count, np.int32))
        self._wanted = np.zeros(len(self._vehicles), np.bool_)
        self._aspect = np.full(len(self._vehicles), Aspect.UNKNOWN, np.int8)
        self._ticks = 0
        self._believe(0)

    def ask(self, stage: IntArray) -> None:
        """Ask every replica for a stage, int [R]; that which runs goes on."""
        other = np.flatnonzero(stage != self._running.stage)
        if len(other):
            self._running.ask(other, stage[other], self._snapshot)

    def tick(self, *, whole: bool = True) -> IntArray:
        """Let one tick pass; return int32 [R] how many violations the monitor saw.

        Parameters
        ----------
        whole
            Whether queues, counts and waits are seen afterwards; without, only who is there and who calls.
        """
        decision = self._running.decide(self._snapshot)
        self._wanted[:] = decision.want
        verdict = self._guard.permit(decision, self._readings, self._heads.demand)
        self._aspect[:] = verdict.command.aspect
        start_s = self._ticks * self.tick_ds / 10.0
        self._ticks += 1
        self._batch.advance(start_s, self._ticks * self.tick_ds / 10.0, self._aspect)
        self._believe(self.tick_ds, whole=whole)
        seen = [violation.intersection for violation in verdict.violations]
        return np.bincount(np.array(seen, np.int64), minlength=self._count).astype(np.int32)

    def seen(self) -> Many:
        """Return what is believed now; its arrays are valid until the next tick."""
        shape = (self._count, -1)
        heads, sight, running = self._heads, self._sight, self._running
        return Many(
            self._now_s,
            running.stage,
            running.in_stage.reshape(shape),
            heads.aspect.reshape(shape),
            heads.age_ds.reshape(shape),
            heads.demand.reshape(shape),
            sight.queue_veh.reshape(shape),
            sight.count_veh.reshape(shape),
            sight.wait_s.reshape(shape),
        )

    def open_stages(self) -> BoolArray:
        """Return bool [R, S]: the stages that the guard would not refuse; the running one where it refuses all."""
        found = np.zeros((self._count, self._stages), np.bool_)
        demand = self._heads.demand
        for k in range(self._stages):
            stage = np.full(self._count, k, np.int32)
            kept = self._wishes.groups_of(np.where(stage == self._running.stage, stage, -1).astype(np.int32))
            want = self._wishes.groups_of(stage) & (self._vehicles | np.where(kept, self._wanted, demand))
            found[:, k] = self._rehearsal.refusals(Decision(want, stage), self._readings, demand) == 0
        stuck = ~found.any(axis=1)
        found[stuck, self._running.stage[stuck]] = True
        return found

    def delay_s(self) -> DoubleArray:
        """Return float64 [R]: the mean delay of the vehicles scheduled so far."""
        return self._batch.delay_s(self._now_s - self._begin_s)

    def _travels(self, seed: int) -> list[Travel]:
        scenario = self._setting.scenario
        file = disrupted(scenario.file, self._setting.disruptions)
        return [
            travel_of(file, scenario.folder, scenario.network, seed + number)[0].since(self._begin_s)
            for number in range(self._demands)
        ]

    def _believe(self, elapsed_ds: int, *, whole: bool = True) -> None:
        """See, and remember what was seen."""
        self._sight = self._batch.look(self._now_s - self._begin_s, whole=whole)
        none, nobody, handles = _NOTHING, _NOBODY, _NO_HANDLES
        self._readings = Readings(
            self._now_s, self._aspect, self._sight.call, nobody, none, none, handles, nobody, none
        )
        self._heads.update(self._readings, elapsed_ds)
        self._heads.join(self._sight.demand)
        heads, sight = self._heads, self._sight
        self._snapshot = Snapshot(
            self._now_s, heads.aspect, heads.age_ds, heads.demand, sight.queue_veh, sight.count_veh, sight.wait_s,
            none, none, none, nobody, none, none, none, handles, none,
        )  # fmt: skip
        self._running.watch(self._snapshot)


_NOTHING = np.empty(0, np.float32)
_NOBODY = np.empty(0, np.int32)
_NO_HANDLES = np.empty(0, np.int64)
