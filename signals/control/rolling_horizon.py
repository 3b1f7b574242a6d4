"""The optimiser: every second, for every intersection, the cheapest sequence of stages on what is believed to come.

Each intersection that may change now searches over stages and durations (`signals.kernels.rolling_horizon`) and carries
out the first action only. What it is told matters more than how it searches: true discharge, the vehicle at the head
of a shared lane, exits that are full, and arrivals beyond the range of the sensors (`signals.kernels.approach_state`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from signals.control import horizon_exits, horizon_settings, horizon_site
from signals.control.horizon_comparisons import Comparisons
from signals.control.horizon_crew import Crew, hands
from signals.control.horizon_lateness import Lateness
from signals.control.horizon_settings import Settings
from signals.control.people_waiting import PeopleWaiting
from signals.control.usual_wait import UsualWait
from signals.control.wait_bound import WaitBound
from signals.kernels import (
    approach_state,
    box,
    discharge,
    facing_links,
    horizon_arrivals,
    horizon_follow,
    horizon_forecast,
    horizon_values,
    outflow,
    rolling_horizon,
    transitions,
)
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.predictions import Prediction
from signals.model.values import Aspect, BoolArray, Comparison, Decision, Event, IntArray, Snapshot

__all__ = ["RollingHorizon", "Settings"]

MOST_ARRIVALS = 96
"""Per queue; 60 s of a saturated lane are 32 vehicles, the rest are improbable ones."""
NO_CLASSES = np.zeros(0, np.int8)


class RollingHorizon:
    """A rolling-horizon controller for a whole network.

    Parameters
    ----------
    network
        What is controlled.
    settings
        Its parameters; the defaults are meant for every site.
    clock
        Monotonic time in s, for the deadline.
    changed
        Single ones of them, which take the place of those in `settings`.

    Attributes
    ----------
    unsearched
        int32 [nI] how many decisions of each intersection were due and made without a search, for want of time.

    Raises
    ------
    InputError
        When there is no such parameter, or a value is of a wrong type or out of range.
    """

    weighs_every_stage = True  # so that a scenario may have more of them (`signals.entrants.scenario_for`)

    _limit_s: float | None = None  # how long a decision may take, and until when this one may; not in a hurry at first
    _until_s: float | None = None

    def __init__(
        self,
        network: Network,
        settings: Settings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        **changed: Any,
    ) -> None:
        self.settings = horizon_settings.checked(settings or Settings(), changed)
        self._arrays, queues = network.arrays, horizon_site.queues(network)
        self._site = horizon_site.site(network, queues, heed_red=self.settings.heed_maximum_red)
        self._streets = horizon_site.streets(network, queues, self.settings.range_m)
        self._rules = horizon_settings.rules(self.settings)
        self._memory = horizon_site.memory(network, queues)
        self._lists = horizon_site.lists(network, queues, self.settings.horizon_s, MOST_ARRIVALS)
        self._interstages, self._compared = horizon_site.interstages(network, queues), Comparisons(network)
        self._usual = UsualWait(network, self._streets.limit_mps)
        self._bound = WaitBound(network, self.settings.longest_wait_s, self.settings.headway_s)
        self._works = self._hire(network, queues, clock)
        self._choice = horizon_site.choice(network, self._memory, self.settings.horizon_s)
        self._ways = horizon_site.ways(network, self._streets)
        self._flows = horizon_site.outflows(network, self.settings.horizon_s)
        self._changes, self._learned = horizon_site.changes(network), horizon_site.discharges(queues)
        (self._box, self._inside), self._facing = horizon_exits.boxes(network), horizon_exits.facing(network)
        self._earliest_s = np.zeros(len(self._arrays.group_user), np.float32)
        self._kept, self._walking, self._called = np.zeros((3, len(self._arrays.group_user)), np.bool_)
        self._lead_s = (self._arrays.red_amber_ds * 0.1).astype(np.float32)
        self._pedestrian = self._arrays.group_user == User.PEDESTRIAN
        self._belongs = horizon_site.group_mask(network)
        self._first_stage, self._has_stage = self._arrays.stage_offset[:-1], self._choice.stage >= 0
        self._worth = horizon_site.worth(network, queues, horizon_settings.worths(self.settings))
        self._class_worth = horizon_settings.class_worths(self.settings)
        self._walks = np.flatnonzero(queues.approach < 0).astype(np.int32)
        self._people = PeopleWaiting(network, counted=self.settings.objective == "persons")
        self._last_time_s = self._first_time_s = np.nan
        self._before: horizon_values.Arrivals | None = None
        self._compile(network)
        self._limit_s = self.settings.deadline_ms / 1000.0 or None

    def _hire(
        self, network: Network, queues: horizon_site.Queues, clock: Callable[[], float]
    ) -> list[horizon_values.Work]:
        """Say who plans and until when, and give each of them memory to work in."""
        count = len(network.intersections)
        size = hands(count, self.settings.threads)
        self._crew, self._talkers = Crew(count, size, clock), Crew(count, size, clock)
        self._clock, self.unsearched = clock, np.zeros(count, np.int32)
        self._lateness = Lateness(count, self.settings.deadline_ms)
        by = self._bound.deadlines  # what is worked out from is the same for all, what is worked with is not
        self._deadlines = [
            by._replace(
                due_s=by.due_s.copy(), turn_s=by.turn_s.copy(), need_s=by.need_s.copy(), owed_s=by.owed_s.copy()
            )
            for _ in range(size)
        ]
        return [horizon_site.work(network, queues, self.settings.horizon_s) for _ in range(size)]

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose a stage per intersection; pedestrians are served on call within it."""
        self._until_s = None if self._limit_s is None else self._clock() + self._limit_s
        tick_s = snapshot.time_s - self._last_time_s
        self._last_time_s = snapshot.time_s
        tick_s = min(max(tick_s, 0.0), 5.0) if np.isfinite(tick_s) else 1.0
        choice, before = self._choice, self._choice.stage.copy()
        self._observe(snapshot, tick_s)
        if not self._due(snapshot.time_s):
            self._memory.mature[:] = False
        self._search(snapshot)
        if self._until_s is not None:
            self._lateness.note(snapshot.time_s, self.unsearched)
        self._bound.note(snapshot.time_s, choice.late_s)
        changed = np.flatnonzero(choice.stage != before)
        self._memory.waited_s[changed] = 0.0
        if changed.size and self._compared.asked:
            self._compare(changed.tolist(), before, snapshot)
        return Decision(self._want(snapshot, tick_s), choice.stage.copy())

    def predict(self, snapshot: Snapshot) -> Prediction:
        """Say when groups will probably change, by the plans; see `signals.model.predictions.Predicts`."""
        found = Prediction(*np.full((2, len(self._called)), np.nan, np.float32))
        horizon_forecast.foretell(
            snapshot.time_s, self._flows.planned_s, snapshot.aspect, snapshot.age_ds, self._called, self._lead_s,
            self._earliest_s, self._site, self._choice, *found,
        )  # fmt: skip
        return found

    def take_comparisons(self) -> tuple[Comparison, ...]:
        """Return what was weighed at the changes since the last call, and forget it; before the first one nothing is.

        What is weighed for the record alone takes a tenth of the time, or more, and changes no decision.
        """
        return self._compared.take()

    def take_events(self) -> tuple[Event, ...]:
        """Return since when there was no time to plan, or there was again, since the last call; and forget it."""
        return self._lateness.take()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of this run: where `Settings.longest_wait_s` cannot be kept, and what came late."""
        return (*self._bound.notes, *filter(None, (self._lateness.summary,)))

    def _due(self, time_s: float) -> bool:
        """Whether decisions fall on this moment: every `decision_s` from the first one."""
        if np.isnan(self._first_time_s):
            self._first_time_s = time_s
        return round((time_s - self._first_time_s) * 10) % (self.settings.decision_s * 10) == 0

    def _observe(self, snapshot: Snapshot, tick_s: float) -> None:
        """Remember what is seen, and tell neighbours who has left."""
        outflow.depart(
            snapshot.time_s,
            tick_s,
            snapshot.arrival_offset,
            snapshot.arrival_distance_m,
            snapshot.arrival_speed_mps,
            snapshot.arrival_weight,
            snapshot.arrival_handle,
            snapshot.link_share,
            self._ways,
            self._flows,
        )
        self._learn(snapshot, tick_s)
        approach_state.observe(
            self._streets,
            _seen(snapshot),
            self._choice.stage,
            self._flows.left_veh,
            tick_s,
            self.settings.blocked_s,
            self.settings.patience_s,
            self._memory,
        )
        self._hear(snapshot, tick_s)
        box.watch(tick_s, snapshot.lane_veh, snapshot.lane_free_m, self._box, self._inside)
        self._people.note(snapshot.aspect, snapshot.demand, tick_s)
        self._bound.follow(snapshot, tick_s)
        np.logical_and(self._pedestrian, snapshot.aspect == Aspect.GREEN, out=self._walking)
        self._walking |= snapshot.demand
        transitions.waits(snapshot.aspect, snapshot.age_ds, self._changes, self._earliest_s)

    def _learn(self, snapshot: Snapshot, tick_s: float) -> None:
        """Learn from who has left since the last tick: how long is waited, and how fast queues leave."""
        self._usual.note(snapshot, self._flows.left_veh, tick_s)
        if self._before is None or not self.settings.learn_discharge:
            return
        discharge.learn(
            tick_s,
            self._flows.left_veh,
            self._site,
            self._before,
            self._rules,
            self._lists,
            self._choice,
            self._learned,
        )

    def _hear(self, snapshot: Snapshot, tick_s: float) -> None:
        """Hear from neighbours whom to expect."""
        outflow.expect(
            snapshot.time_s,
            tick_s,
            self._arrays.approach_offset,
            self._memory.rate_veh_s,
            snapshot.link_share,
            int(self.settings.coordinate),
            self._ways,
            self._flows,
        )

    def _compare(self, changed: list[int], running: IntArray, snapshot: Snapshot) -> None:
        """Note what the best plan with each first stage would have cost, and who waits for that stage.

        Each is searched by itself, which finds plans that the search that decides gave up: it keeps one for each second
        and stage. To ask for the cheapest of these instead was tried and is worse (cologne1 16.6 s instead of 14.4):
        it puts changes off from second to second.
        """
        self._compared.forget(changed)
        self._talkers.plan(partial(self._weigh, running, self._arrivals(snapshot)), _skip, self._until_s)
        self._compared.note(changed, self._choice, self._deadlines[0], snapshot)

    def _weigh(
        self, running: IntArray, arrivals: horizon_values.Arrivals, first: int, beyond: int, thread: int
    ) -> None:
        """Compare the plans of some intersections, where they have changed."""
        rolling_horizon.compare(
            first, beyond, running, self._site, arrivals, self._rules, self._lists, self._interstages,
            self._works[thread], self._choice, self._compared.cost_s,
        )  # fmt: skip

    def _search(self, snapshot: Snapshot) -> None:
        """Plan wherever the stage may change now."""
        arrivals, flows = self._arrivals(snapshot), self._flows
        self._before = arrivals

        self._counts = self._people.worth(self._worth, self._walks)
        plan, instead = (partial(way, snapshot.time_s, arrivals) for way in (self._plan, self._follow))
        self._crew.plan(plan, instead, self._until_s)
        flows.planned_s[self._choice.planned] = snapshot.time_s

    def _plan(self, _: float, arrivals: horizon_values.Arrivals, first: int, beyond: int, thread: int) -> None:
        """Plan some intersections."""
        believed, told = (self._site, arrivals), (self._rules, self._lists)
        horizon_arrivals.gather(first, beyond, *believed, self._flows.inflow, self._counts, self._class_worth, *told)
        rolling_horizon.decide(
            first, beyond, *believed, *told, self._interstages, self._works[thread], self._choice,
            self._deadlines[thread], self._flows.planned,
        )  # fmt: skip

    def _follow(self, time_s: float, arrivals: horizon_values.Arrivals, first: int, beyond: int, thread: int) -> None:
        """Let some intersections do without a plan."""
        believed, told = (self._site, arrivals), (self._rules, self._lists)
        horizon_arrivals.gather(first, beyond, *believed, self._flows.inflow, self._counts, self._class_worth, *told)
        horizon_follow.follow(
            first,
            beyond,
            time_s,
            self._flows.planned_s,
            *believed,
            *told,
            self._works[thread],
            self._choice,
            self.unsearched,
        )

    def _want(self, snapshot: Snapshot, tick_s: float) -> BoolArray:
        rows = self._first_stage + np.maximum(self._choice.stage, 0)
        green = self._arrays.stage_green[rows] * self._has_stage[:, None]
        self._called = self._bound.heard(snapshot.demand, self._memory.mature)
        stage = green[self._belongs].astype(np.bool_) & (~self._pedestrian | self._called)
        transitions.linger(tick_s, snapshot.aspect, self._changes, self._earliest_s, stage, self._kept)
        if self.settings.clear_box:
            box.hold(tick_s, snapshot.aspect, self._box, self._inside, self._kept)
        if self.settings.clear_short_links:
            seen = facing_links.Seen(snapshot.aspect, snapshot.lane_veh, snapshot.lane_free_m)
            facing_links.keep_out(tick_s, self._inside.stood_s, seen, self._facing, self._kept)
        return self._kept.copy()

    def _arrivals(self, snapshot: Snapshot) -> horizon_values.Arrivals:
        memory = self._memory
        return horizon_values.Arrivals(
            snapshot.arrival_offset, snapshot.arrival_distance_m, snapshot.arrival_speed_mps, snapshot.arrival_weight,
            self._streets.limit_mps, snapshot.link_share, memory.head_share, memory.hidden_veh, snapshot.demand,
            self._walking, self._earliest_s, memory.blocked_s, memory.wait_s, self._learned.vigour,
            NO_CLASSES if snapshot.arrival_class is None else snapshot.arrival_class, self._usual.wait_s,
        )  # fmt: skip

    def _compile(self, network: Network) -> None:
        """Run once on an empty world, so that nothing is compiled in the loop, and forget what was learned."""
        tuples: tuple[tuple[npt.NDArray[np.generic], ...], ...] = (
            self._memory,
            self._flows,
            self._learned,
            self._inside,
            self._facing,
        )
        learned = [array for found in tuples for array in found] + [
            self._choice.stage,
            self._choice.course,
            self.unsearched,
        ]
        kept = [array.copy() for array in learned]
        snapshot = horizon_site.one_waiting_everywhere(network)
        self.decide(snapshot)
        self.decide(snapshot)
        self._memory.mature[:] = self._has_stage
        self._search(snapshot)
        self._compare([], self._choice.stage, snapshot)
        self.predict(snapshot)
        if self.settings.deadline_ms > 0:
            self._follow(0.0, self._arrivals(snapshot), 0, len(self.unsearched), 0)
        for array, before in zip(learned, kept, strict=True):
            array[...] = before
        self._people.forget()
        self._usual.forget()
        self._bound.forget()
        self._before = None
        self._last_time_s = self._first_time_s = np.nan


def _skip(*_: int) -> None:
    """Leave out what nobody waits for."""


def _seen(snapshot: Snapshot) -> approach_state.Seen:
    return approach_state.Seen(
        snapshot.aspect, snapshot.age_ds, snapshot.demand, snapshot.lane_veh, snapshot.lane_free_m,
        snapshot.arrival_offset, snapshot.arrival_distance_m, snapshot.arrival_speed_mps, snapshot.arrival_weight,
        snapshot.arrival_handle, snapshot.link_share,
    )  # fmt: skip
