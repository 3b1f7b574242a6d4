"""Hypothesis against the guard: any wish on any layout, with an oracle that knows neither the kernel nor the monitor.

What stands before and behind the guard is in `test_fault_machine`.
"""

from __future__ import annotations

import random

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import Aspect, Decision
from signals.safety.bounds import waiting_bounds
from signals.safety.guard import DO_NOT_WRITE, Guard
from tests.safety.layouts import network, random_intersection, readings
from tests.safety.oracle import faults

bits = st.integers(0, 2**12 - 1)
few_ticks = st.integers(1, 12)


class Adversary(RuleBasedStateMachine):
    """Wishes, demands, emergencies, nonsense, letting go and coming back.

    The history is judged whenever it is cut, and at the end.
    """

    @initialize(
        seed=st.integers(0, 2**16),
        tick_ds=st.sampled_from([10, 10, 10, 20, 5, 7]),
        cold_start=st.sampled_from(["simulated", "street"]),
        shown=st.lists(st.integers(-1, 4), min_size=12, max_size=12) | st.just([-1] * 12),
    )
    def build(self, seed: int, tick_ds: int, cold_start: str, shown: list[int]) -> None:
        what: Network = crossroads() if seed % 8 == 0 else network(random_intersection(random.Random(seed)))
        self.site: Intersection = what.intersections[0]
        self.groups, self.tick_ds, self.time = len(self.site.groups), tick_ds, 0
        self.guard = Guard(what, tick_ds=tick_ds, cold_start=cold_start)
        self.shown = np.array(shown[: self.groups], np.int8)
        self.want, self.demand = np.zeros((2, self.groups), np.bool_)
        self.preempt = np.zeros(self.groups, np.int8)
        self.longest_ds = waiting_bounds(what.arrays, tick_ds)[1].tolist()
        self.cut()

    def cut(self) -> None:
        self.aspects: list[list[int]] = []
        self.demands: list[list[bool]] = []
        self.calls: list[list[int]] = []

    def judge(self) -> None:
        if self.aspects:
            assert not faults(self.site, self.tick_ds, self.aspects, self.demands, self.longest_ds, self.calls)
        self.cut()

    def mask(self, number: int) -> np.ndarray:
        return np.array([bool(number >> g & 1) for g in range(self.groups)])

    def tick(self, decision: object = None) -> None:
        decision = decision or Decision(self.want, np.full(1, -1, np.int32))
        told = readings(self.time * self.tick_ds / 10, self.shown, self.preempt)
        verdict = self.guard.permit(decision, told, self.demand)
        assert not verdict.violations
        assert verdict.command.write[0]
        self.time += 1
        self.shown = verdict.command.aspect.copy()
        self.aspects.append(self.shown.tolist())
        self.demands.append(self.demand.tolist())
        self.calls.append(self.preempt.tolist())
        granted = ((self.shown == Aspect.GREEN) == self.want) & (self.shown != Aspect.RED_AMBER)
        assert (granted == (verdict.reason == 0)).all() or not isinstance(decision, Decision)

    @rule(wish=bits, demand=bits, ticks=few_ticks)
    def wish(self, wish: int, demand: int, ticks: int) -> None:
        self.want, self.demand = self.mask(wish), self.mask(demand)
        for _ in range(ticks):
            self.tick()

    @rule(seed=bits, share=st.sampled_from([0.1, 0.5, 0.9]), ticks=few_ticks)
    def chatter(self, seed: int, share: float, ticks: int) -> None:
        draw = np.random.default_rng(seed)
        for _ in range(ticks):
            self.want, self.demand = draw.random((2, self.groups)) < share
            self.tick()

    @rule(ticks=st.integers(20, 90))
    def wait(self, ticks: int) -> None:
        self.demand[:] = True
        for _ in range(ticks):
            self.tick()

    @rule(who=bits, numbers=st.lists(st.integers(0, 3), min_size=12, max_size=12), ticks=few_ticks)
    def call(self, who: int, numbers: list[int], ticks: int) -> None:
        """Emergency vehicles call, and some inputs stay stuck until the next call."""
        self.preempt[:] = self.mask(who) * np.array(numbers[: self.groups])
        for _ in range(ticks):
            self.tick()
        self.preempt *= numbers[-1] > 2

    @rule(nonsense=st.sampled_from(["nonsense", 7, (1, 2), {}]), ticks=few_ticks)
    def talk_nonsense(self, nonsense: object, ticks: int) -> None:
        held = (self.shown == Aspect.GREEN) | (self.shown == Aspect.RED_AMBER)
        self.want = held if self.aspects else self.want
        for _ in range(ticks):
            self.tick(nonsense or "nothing")

    @precondition(lambda self: self.aspects)
    @rule(ticks=few_ticks, shown=st.lists(st.integers(-1, 4), min_size=12, max_size=12))
    def let_go(self, ticks: int, shown: list[int]) -> None:
        self.judge()
        for _ in range(ticks):
            decision = Decision(self.want, np.full(1, DO_NOT_WRITE, np.int32))
            verdict = self.guard.permit(decision, readings(self.time, self.shown), self.demand)
            assert not verdict.command.write[0]
            self.time += 1
        self.shown = np.array(shown[: self.groups], np.int8)
        self.tick()

    def teardown(self) -> None:
        if hasattr(self, "guard"):
            self.judge()


TestAdversary = Adversary.TestCase
TestAdversary.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
