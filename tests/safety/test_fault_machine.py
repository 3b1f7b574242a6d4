"""Hypothesis against the whole seat: adapters, readings, clocks, estimator, controller, backup, displays and power fail.

Two street cabinets behind `SafeWorld`, `Fallback` and `Guard`. Whatever fails, what is commanded keeps the rules (the
oracle knows neither the kernel nor the monitor), nothing is written where nothing may be, whoever has not failed does
not notice, and when all faults have ended every wish that is legal passes again.
"""

from __future__ import annotations

import inspect
import math
import random
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from signals.model.network import Network
from signals.model.values import Aspect, Command, Decision, Readings, Snapshot
from signals.record.latches import LatchFile, read_latches
from signals.safety.adapter_seat import AdapterSeat
from signals.safety.bounds import waiting_bounds
from signals.safety.fallback import Fallback, LateError
from signals.safety.guard import Guard
from signals.safety.intake import Intake
from signals.safety.ladder import BACK_OFF_DS, TRIAL_DS, Ladder
from signals.safety.safe_world import SafeWorld
from signals.safety.steady import SteadyTime
from tests.safety.layouts import random_intersection
from tests.safety.oracle import faults
from tests.safety.snapshots import Puppet, snapshot
from tests.safety.worlds import Cabinet, joined

NAMES = ("a", "b")
PLACES = range(len(NAMES))
LONGEST_RECOVERY = (BACK_OFF_DS[-1] + 4 * TRIAL_DS) // 10 + 10

few_ticks = st.integers(1, 9)
bits = st.integers(0, 2**16 - 1)
where = st.sampled_from(PLACES)


class StreetCabinet(Cabinet):
    """Lives on when nobody writes to it: then its own program shows red everywhere."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.told: Command | None = None

    def write(self, command: Command) -> None:
        self._call("write")
        self.told = command

    def pass_tick(self) -> None:
        if self.told is not None and self.told.write[0]:
            self._queue.append(self.told.aspect.copy())
            if len(self._queue) > self.lag:
                self.shown = self._queue.pop(0)
        else:
            self._queue, self.shown = [], np.zeros_like(self.shown)
        self.told = None
        self.time_s += 1.0


class Faults(RuleBasedStateMachine):
    """What was commanded is judged whenever it is cut, and at the end."""

    @initialize(seed=st.integers(0, 2**16), lag=st.sampled_from([0, 0, 1, 2]))
    def build(self, seed: int, lag: int) -> None:
        draw = random.Random(seed)
        parts = [Network(name, (), (), (random_intersection(draw, 4, name),)) for name in NAMES]
        self.network, self.lag = joined(*parts), lag
        self.cabinets = [StreetCabinet(part) for part in parts]
        for cabinet in self.cabinets:
            cabinet.lag = lag
        self.rows = [slice(*self.network.arrays.group_offset[i : i + 2]) for i in PLACES]
        self.groups = int(self.network.arrays.group_offset[-1])
        self.longest_ds = waiting_bounds(self.network.arrays, 10)[1].tolist()
        self.want, self.demand = np.zeros((2, self.groups), np.bool_)
        self.preempt = np.zeros(self.groups, np.int8)
        self.odd: dict[str, Any] = {}
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "latches"
        self.ticks = self.events = self.faults = 0
        self.lying = self.broken = False
        self.cuts: list[list[tuple[list[int], list[bool], list[int]]]] = [[] for _ in PLACES]
        self.start()
        self.run(1)

    def start(self) -> None:
        """Power up: nothing is known but what is on disk."""
        self.latches = LatchFile(self.file)
        self.latched = {NAMES.index(name) for name in self.latches.log.latched}
        self.world = SafeWorld(self.network, self.cabinets, pace=self.pass_tick)
        self.controller, self.backup = Puppet(self.answer), Puppet(self.plan)
        self.fallback = Fallback(self.controller, self.network, backup=self.backup, source=self.world)
        self.guard = Guard(
            self.network,
            cold_start="street",
            max_lag_ticks=self.lag,
            latched=self.latches.log.latched,
            on_latch=lambda seen: self.latches.note(seen, NAMES),
        )
        self.world.__enter__()

    def pass_tick(self) -> None:
        for cabinet in self.cabinets:
            cabinet.pass_tick()

    def free(self) -> Decision:
        return Decision(self.want.copy(), np.full(len(NAMES), -1, np.int32))

    def answer(self, now: Snapshot) -> Any:
        odd = self.odd.get("controller", self.free)
        return odd() if callable(odd) else odd

    def plan(self, now: Snapshot) -> Any:
        """One group after the other."""
        green = [self.rows[i].start + round(now.time_s) // 15 % len(self.cabinets[i].shown) for i in PLACES]
        usual = Decision(np.isin(np.arange(self.groups), green), np.full(len(NAMES), -1, np.int32))
        return self.odd.get("backup", usual)

    def believe(self, told: Readings) -> Any:
        usual = snapshot(self.network, told.time_s, demand=self.demand)
        odd = self.odd.get("snapshot", {})
        return usual._replace(**odd) if isinstance(odd, dict) else odd

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self.ticks += 1
            told = self.world.read()
            told.preempt[:] = self.preempt  # type: ignore[index]
            decision = self.fallback.decide(self.believe(told))
            verdict = self.guard.permit(decision, told, self.demand)
            self.broken = True
            self.check(verdict.command, [violation.intersection for violation in verdict.violations])
            self.broken = False
            self.world.write(verdict.command)

    def check(self, command: Command, violators: list[int]) -> None:
        assert self.lying or not violators
        self.latched |= set(violators)
        assert {NAMES[i] for i in self.latched} == set(self.latches.log.latched)
        self.events += len(self.fallback.take_events())
        level = self.fallback.level
        assert ((level >= 0) & (level <= 3)).all()
        for i in PLACES:
            assert not (command.write[i] and (self.world.lost[i] or i in self.latched or level[i] == 3))
            assert command.write[i] or i in self.latched or level[i] == 3
            if not command.write[i]:
                self.judge(i)
                assert (command.aspect[self.rows[i]] == Aspect.RED).all()
            else:
                rows = (command.aspect, self.demand, self.preempt)
                self.cuts[i].append(tuple(row[self.rows[i]].tolist() for row in rows))

    def judge(self, i: int) -> None:
        """Judge what was commanded to an intersection since it was taken over."""
        if self.cuts[i]:
            columns = zip(*self.cuts[i], strict=True)
            aspects, demands, calls = (list(column) for column in columns)
            site = self.network.intersections[i]
            assert not faults(site, 10, aspects, demands, self.longest_ds[self.rows[i]], calls)
        self.cuts[i] = []

    def mask(self, number: int) -> np.ndarray:
        return np.array([bool(number >> g & 1) for g in range(self.groups)])

    def fail(self, what: str, odd: Any, ticks: int) -> None:
        """Have something be odd for some ticks."""
        self.faults += 1
        self.odd[what] = odd
        self.run(ticks)
        del self.odd[what]

    def off(self, least: int, *places: int) -> None:
        """Be on a level, or below it, at some intersections."""
        self.broken = True
        assert (self.fallback.level[list(places)] >= least).all()
        self.broken = False

    @rule(wish=bits, demand=bits, ticks=st.integers(1, 30))
    def wish(self, wish: int, demand: int, ticks: int) -> None:
        self.want, self.demand = self.mask(wish), self.mask(demand)
        self.run(ticks)

    @rule(who=bits, number=st.integers(1, 3), ticks=few_ticks, stuck=st.booleans())
    def call(self, who: int, number: int, ticks: int, stuck: bool) -> None:
        self.preempt = (self.mask(who) * number).astype(np.int8)
        self.run(ticks)
        self.preempt *= stuck

    @rule(
        odd=st.sampled_from(
            [
                ValueError(),
                LateError("late"),
                MemoryError(),
                None,
                7,
                Decision(None, None),
                Decision(np.zeros(3), np.zeros(2, np.int32)),
                Decision(np.full(4, math.nan), np.full(2, math.nan)),
            ]
        ),
        who=st.sampled_from(["controller", "backup"]),
        ticks=few_ticks,
    )
    def somebody_fails_to_decide(self, who: str, odd: Any, ticks: int) -> None:
        self.fail(who, odd, ticks)
        self.off(1 if who == "controller" else 0, *PLACES)

    @rule(stages=st.lists(st.integers(-5, 5), min_size=2, max_size=2), ticks=few_ticks)
    def the_controller_wants_a_stage_that_does_not_exist(self, stages: list[int], ticks: int) -> None:
        self.fail("controller", lambda: Decision(self.want.copy(), np.array(stages, np.int32)), ticks)
        self.off(1, *(i for i in PLACES if stages[i] != -1))

    @rule(
        odd=st.sampled_from(
            [None, "snapshot", {"time_s": math.nan}, {"time_s": 7.0}, {"time_s": 1e9}, {"queue_veh": np.zeros(9)}]
        ),
        ticks=few_ticks,
    )
    def the_estimator_fails(self, odd: Any, ticks: int) -> None:
        self.fail("snapshot", odd, ticks)
        self.off(1, *PLACES)

    @rule(
        k=where,
        what=st.sampled_from(["read", "write", "enter", "read", "write"]),
        error=st.sampled_from([OSError("gone"), ValueError(), RecursionError(), LateError("late")]),
        ticks=few_ticks,
    )
    def an_adapter_raises(self, k: int, what: str, error: Exception, ticks: int) -> None:
        self.faults += 1
        self.cabinets[k].raises[what] = error
        self.alone(k, ticks, 3 if what == "read" or (what == "write" and ticks > 1) else 0)
        self.cabinets[k].raises.clear()

    def tell(self, k: int, what: Any, ticks: int, least: int = 0) -> None:
        self.cabinets[k].tells = what
        self.alone(k, ticks, least)
        self.cabinets[k].tells = lambda honest: honest

    def alone(self, k: int, ticks: int, least: int) -> None:
        """Have a cabinet fail, which throws it down to a level, and nobody who stood at the top."""
        self.faults += 1
        top = [i for i in PLACES if i != k and not self.fallback.level[i] and not self.world._seats[i].failed]
        self.run(ticks)
        self.off(least, k)
        self.broken = True
        assert not self.fallback.level[top].any()
        self.broken = False

    @rule(
        k=where,
        odd=st.sampled_from(
            [
                (3, lambda honest: None),
                (3, tuple),
                (3, lambda honest: honest._replace(aspect=honest.aspect.astype(float))),
                (3, lambda honest: honest._replace(aspect=honest.aspect[1:])),
                (3, lambda honest: honest._replace(time_s=None)),
                (1, lambda honest: honest._replace(aspect=honest.aspect + 77)),
                (0, lambda honest: honest._replace(time_s=math.nan)),
                (0, lambda honest: honest._replace(preempt=np.full_like(honest.aspect, -1))),
                (0, lambda honest: honest._replace(vehicle_lane=np.full(3, 10**6, np.int32))),
                (0, lambda honest: honest._replace(aspect=np.full_like(honest.aspect, Aspect.UNKNOWN))),
            ]
        ),
        ticks=few_ticks,
    )
    def an_adapter_reports_what_cannot_be(self, k: int, odd: Any, ticks: int) -> None:
        self.tell(k, odd[1], ticks, odd[0])

    @rule(k=where, ticks=st.integers(3, 9))
    def a_feed_repeats(self, k: int, ticks: int) -> None:
        old = self.cabinets[k].honest()
        self.tell(k, lambda _: old, ticks, 0 if self.world.lost[k] else 1)  # entered anew, it may repeat itself once

    @rule(k=where, step_s=st.sampled_from([1.0, -1.0, 2.5, -3.0, 60.0, 3600.0, -3600.0]), ticks=st.integers(1, 6))
    def a_clock_is_set(self, k: int, step_s: float, ticks: int) -> None:
        self.cabinets[k].time_s += step_s
        self.alone(k, ticks, 1 if abs(step_s) > 1 and not self.world.lost[k] else 0)

    @rule(k=where, rate=st.sampled_from([-1.0, 0.0, 1.0, 3.0]), ticks=few_ticks)
    def a_clock_runs_wrong(self, k: int, rate: float, ticks: int) -> None:
        for _ in range(ticks):
            self.cabinets[k].time_s += rate
            self.alone(k, 1, 0)

    @rule(k=where, shown=st.lists(st.integers(0, 4), min_size=4, max_size=4), ticks=st.integers(1, 4))
    def a_cabinet_shows_what_it_likes(self, k: int, shown: list[int], ticks: int) -> None:
        """Then it may be latched, and if it is, on disk, too."""
        self.lying = True
        odd = np.array(shown[: len(self.cabinets[k].shown)], np.int8)
        self.tell(k, lambda honest: honest._replace(aspect=odd), ticks)
        self.run(self.lag + 1)  # what was shown ends late, too
        self.lying = False

    @rule(ticks=few_ticks, crash=st.booleans())
    def the_power_fails(self, ticks: int, crash: bool) -> None:
        self.faults += 1
        for i in PLACES:
            self.judge(i)
        if not crash:
            self.world.__exit__(None, None, None)
        self.latches.__exit__()
        for _ in range(ticks):
            self.pass_tick()
        self.start()
        self.run(1)

    @precondition(lambda self: self.latched)
    @rule()
    def a_person_resets(self) -> None:
        for i in self.latched:
            self.guard.reset(i)
        self.latches.reset([NAMES[i] for i in self.latched], "R. Roe")
        self.latched = set()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            if not self.broken:
                self.end()
        finally:
            self.latches.__exit__()
            self.folder.cleanup()

    def end(self) -> None:
        """All faults end, and all is well."""
        if self.latched:
            self.a_person_resets()
        self.recover()
        self.every_legal_wish_passes()
        for i in PLACES:
            self.judge(i)
        # A fault is a few changes of level at most, and as many when it ends.
        assert self.events <= 8 * len(NAMES) * (1 + self.faults)
        assert read_latches(self.file).latched == ()

    def recover(self) -> None:
        """When all faults have ended, everybody is followed again after the back-off."""
        self.preempt[:], self.demand[:] = 0, False
        ticks = 0
        while self.fallback.level.any() or not ticks:
            self.run(1)
            ticks += 1
            assert ticks <= LONGEST_RECOVERY

    def every_legal_wish_passes(self) -> None:
        for g in (0, 1):
            self.want[:] = False
            for i in PLACES:
                self.want[self.rows[i].start + g % len(self.cabinets[i].shown)] = True
            self.run(1 + max(self.longest_ds) // 10)
            shown = np.concatenate([cabinet.shown for cabinet in self.cabinets])
            assert ((shown == Aspect.GREEN) == self.want).all()
            assert not self.fallback.level.any()


TestFaults = Faults.TestCase
TestFaults.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


# A machine that finds nothing must be one that would have found something.

BUGS: dict[str, tuple[type, str, str, str]] = {
    "what is lost is written on": (Fallback, "_descend", "np.where(lost, LET_GO,", "np.where(False, LET_GO,"),
    "nobody returns": (Ladder, "advance", "self.fallen &= self._good_ticks < self._trial_ticks", "pass"),
    "an old read-back is believed": (Intake, "_stale", "    self.aspect[:] = Aspect.UNKNOWN\n", ""),
    "a failed write is no failure": (AdapterSeat, "wrote", 'self._fail(answer.of("adapter"))', "pass"),
    "a latch is not written down": (Guard, "_stop", "new.any()", "False"),
    "a latch is forgotten": (Guard, "__init__", "self._stops and bool(latched)", "False"),
    "an impossible stage is believed": (Fallback, "decide", "or strange ", ""),
    "a clock that is set is not noticed": (SteadyTime, "hear", "return STEPPED", 'return ""'),
}


FUTURE = sys.modules["__future__"].annotations.compiler_flag


def planted(kind: type, method: str, old: str, new: str) -> Any:
    """Return a method with a passage of its source replaced."""
    function = getattr(kind, method)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1
    code = compile(source.replace(old, new), f"<planted {method}>", "exec", FUTURE)
    names: dict[str, Any] = {}
    exec(code, function.__globals__, names)  # noqa: S102
    return names[method]


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_is_caught(bug: tuple[type, str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*bug[:2], planted(*bug))
    few = settings(
        TestFaults.settings,
        max_examples=400,  # the first that finds it ends the search
        phases=[Phase.generate],
        derandomize=True,
        report_multiple_bugs=False,
    )
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(Faults, settings=few)
