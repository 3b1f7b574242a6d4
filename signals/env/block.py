"""The loop for a block of replicas of one intersection: believe, wish, permit, show, as one town of copies."""

from __future__ import annotations

from typing import Any

import numpy as np

from signals.adapters.sim.batch import Batch
from signals.control.running_stages import RunningStages
from signals.control.wishes import Wishes
from signals.env.many import Many
from signals.env.setting import Setting
from signals.env.ticks import TICKS, pass_ticks
from signals.model.lanes import User
from signals.model.travel import Travel
from signals.model.trips import DoubleArray
from signals.model.values import Aspect, BoolArray, Decision, IntArray, Readings, Snapshot, Violation
from signals.safety.guard import Guard
from signals.sensing.signal_heads import SignalHeads

__all__ = ["Block"]


class Block:
    """Replicas of the one intersection of a setting.

    The order of a tick is that of `signals.loop`; wishes, guard and demand are made by the same objects, which work on
    arrays of a whole network, here of copies, and where nothing stands in the way by their kernels in one call
    (`signals.env.ticks`).

    Parameters
    ----------
    setting
        What is replicated.
    count
        How often.
    """

    def __init__(self, setting: Setting, count: int) -> None:
        file = setting.scenario.file
        self._count = count
        self._batch = Batch(setting.network, count, file.sensing.range_m)
        self._begin_s = file.time.begin_s
        self._tick_ds = setting.scenario.tick_ds
        self._network = self._batch.network
        self._wishes = Wishes(self._network)
        self._vehicles: BoolArray = self._network.arrays.group_user != User.PEDESTRIAN
        stages = setting.network.intersections[0].stages
        self._stages = len(stages)
        # Late starts and early cut-offs are no kernel's business.
        self._in_one_call = not any(any(stage.late_start_ds) or any(stage.early_cutoff_ds) for stage in stages)
        self._clock = np.zeros(2, np.int64)

    @property
    def stage(self) -> IntArray:
        """int32 [R] the stage that was asked for last."""
        return self._running.stage

    @property
    def _now_s(self) -> float:
        return self._begin_s + int(self._clock[TICKS]) * self._tick_ds / 10.0

    def begin(self, travels: list[Travel]) -> None:
        """Begin an episode: who travels in each replica."""
        self._batch.begin(travels, self._begin_s)
        self._guard = Guard(self._network, tick_ds=self._tick_ds)
        self._rehearsal = self._guard.rehearsal()
        self._heads = SignalHeads(self._network)
        self._running = RunningStages(self._network, np.zeros(self._count, np.int32))
        self._wanted = np.zeros(len(self._vehicles), np.bool_)
        self._aspect = np.full(len(self._vehicles), Aspect.UNKNOWN, np.int8)
        self._clock[:] = 0
        lamps, *traffic = self._batch.columns(self._aspect)
        self._columns = (*self._running.columns, *self._guard.columns, self._heads.columns, lamps, *traffic)
        self._see(0)
        self._believed = self._rows()

    def ask(self, stage: IntArray) -> None:
        """Ask every replica for a stage, int [R]; that which runs goes on."""
        self._running.ask_all(stage.astype(np.int32), self._now_s)

    def run(self, ticks: int) -> IntArray:
        """Let ticks pass; return int32 [R] how many violations the monitor saw.

        Queues, counts and waits are seen at the end only; who is there and who calls, every tick.
        """
        until = int(self._clock[TICKS]) + ticks
        if self._clock[TICKS] == 0 or not self._in_one_call:  # with the first one the guard takes over
            seen = self._tick(whole=ticks == 1)
            return seen if ticks == 1 else seen + self.run(ticks - 1)
        seen = np.zeros(self._count, np.int32)
        while self._clock[TICKS] < until:
            count = pass_ticks(
                self._clock, until, self._tick_ds, self._begin_s, self._wanted, self._aspect, self._columns
            )
            if count:
                seen += self._places(self._guard.settle(self._now_s, count))
        return seen

    def seen(self) -> Many:
        """Return what is believed now; its arrays are valid until the next tick."""
        return Many(self._now_s, *self._believed)

    def open_stages(self) -> BoolArray:
        """Return bool [R, S]: the stages that the guard would not refuse; the running one where it refuses all."""
        found = np.zeros((self._count, self._stages), np.bool_)
        demand, readings = self._heads.demand, self._readings
        for k in range(self._stages):
            stage = np.full(self._count, k, np.int32)
            kept = self._wishes.groups_of(np.where(stage == self._running.stage, stage, -1).astype(np.int32))
            want = self._wishes.groups_of(stage) & (self._vehicles | np.where(kept, self._wanted, demand))
            found[:, k] = self._rehearsal.refusals(Decision(want, stage), readings, demand) == 0
        stuck = ~found.any(axis=1)
        found[stuck, self._running.stage[stuck]] = True
        return found

    def delay_s(self) -> DoubleArray:
        """Return float64 [R]: the mean delay of the vehicles scheduled so far."""
        return self._batch.delay_s(self._now_s - self._begin_s)

    def _rows(self) -> tuple[Any, ...]:
        """Return the arrays of a `Many`, which stay the same for an episode."""
        heads, sight, running = self._heads, self._sight, self._running
        columns = (
            running.in_stage, heads.aspect, heads.age_ds, heads.demand, sight.queue_veh, sight.count_veh, sight.wait_s
        )  # fmt: skip
        return (running.stage, *(column.reshape(self._count, -1) for column in columns))

    @property
    def _readings(self) -> Readings:
        none, nobody, handles = _NOTHING, _NOBODY, _NO_HANDLES
        return Readings(self._now_s, self._aspect, self._sight.call, nobody, none, none, handles, nobody, none)

    @property
    def _snapshot(self) -> Snapshot:
        heads, sight, none, nobody = self._heads, self._sight, _NOTHING, _NOBODY
        return Snapshot(
            self._now_s, heads.aspect, heads.age_ds, heads.demand, sight.queue_veh, sight.count_veh, sight.wait_s,
            none, none, none, nobody, none, none, none, _NO_HANDLES, none,
        )  # fmt: skip

    def _tick(self, *, whole: bool) -> IntArray:
        """Let one tick pass, part by part; without `whole` only who is there and who calls is seen afterwards."""
        decision = self._running.decide(self._snapshot)
        self._wanted[:] = decision.want
        verdict = self._guard.permit(decision, self._readings, self._heads.demand)
        self._aspect[:] = verdict.command.aspect
        start_s = int(self._clock[TICKS]) * self._tick_ds / 10.0
        self._clock[TICKS] += 1
        self._batch.advance(start_s, int(self._clock[TICKS]) * self._tick_ds / 10.0, self._aspect)
        self._see(self._tick_ds, whole=whole)
        return self._places(verdict.violations)

    def _see(self, elapsed_ds: int, *, whole: bool = True) -> None:
        """See, and remember what was seen."""
        self._sight = self._batch.look(self._now_s - self._begin_s, whole=whole)
        self._heads.update(self._readings, elapsed_ds)
        self._heads.join(self._sight.demand)
        self._running.watch(self._snapshot)

    def _places(self, violations: tuple[Violation, ...]) -> IntArray:
        """Return int32 [R] how many violations there are in each replica."""
        seen = [violation.intersection for violation in violations]
        return np.bincount(np.array(seen, np.int64), minlength=self._count).astype(np.int32)


_NOTHING = np.empty(0, np.float32)
_NOBODY = np.empty(0, np.int32)
_NO_HANDLES = np.empty(0, np.int64)
