"""What is told about the next change is bounded by what is promised, and as sure as it has turned out to be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from signals.control.fixed_time import FixedTime
from signals.control.rolling_horizon import RollingHorizon
from signals.drive.foresight import LEAST, NOBODY_KNOWS, Ends, Foresight
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.predictions import Prediction
from signals.model.values import Aspect, Decision, Event, Readings, Snapshot
from signals.safety.guard import Guard
from signals.sensing.loops import LoopEstimator
from signals.testing import random_snapshot

NETWORK = crossroads(pedestrians=False)
GROUPS = len(NETWORK.arrays.group_user)
STAGES = NETWORK.intersections[0].stages
RED, GREEN = Aspect.RED, Aspect.GREEN
NAN = float("nan")


class Turns:
    """Has one stage after the other green for twenty seconds, and says so; `slip_s` is how wrong it is."""

    def __init__(self, slip_s: float = 0.0) -> None:
        self.slip_s, self.ticks = slip_s, -1
        self.answer: object = None

    def decide(self, snapshot: Snapshot) -> Decision:
        self.ticks += 1
        want = np.zeros(GROUPS, np.bool_)
        want[list(STAGES[self.ticks // 20 % len(STAGES)].groups)] = True
        return Decision(want, np.full(1, -1, np.int32))

    def predict(self, snapshot: Snapshot) -> Prediction:
        if self.answer is not None:
            return self.answer  # type: ignore[return-value]
        left_s = 20 - self.ticks % 20 + self.slip_s
        return Prediction(np.full(GROUPS, NAN, np.float32), np.full(GROUPS, left_s, np.float32))


class Bench:
    """A guard, a controller, and what is told of both."""

    def __init__(self, controller: object, network: object = NETWORK) -> None:
        self.guard = Guard(NETWORK)
        self.foresight = Foresight(controller, NETWORK, self.guard.prospects(), 10)  # type: ignore[arg-type]
        self.shown = np.full(GROUPS, -1, np.int8)
        self.believed = np.ones(GROUPS, np.bool_)
        self.snapshot = random_snapshot(NETWORK, np.random.default_rng(1), 0.0)

    def tick(self) -> Ends:
        decision = self.foresight.decide(self.snapshot)
        none = np.zeros(0, np.float32)
        seen = Readings(0.0, self.shown, *[none] * 7)  # type: ignore[arg-type]
        self.shown = self.guard.permit(decision, seen, np.zeros(GROUPS, np.bool_)).command.aspect.copy()
        return self.foresight.ends(self.believed)


def test_what_a_controller_expects_is_told_of_greens() -> None:
    bench = Bench(Turns())
    ends = bench.tick()
    while not (bench.shown == GREEN).any():
        ends = bench.tick()
    ends = bench.tick()
    green = bench.shown == GREEN
    left_ds = 10 * (20 - bench.foresight._controller.ticks % 20)  # type: ignore[attr-defined]
    assert (ends.likely_ds[green] == left_ds).all()
    assert (ends.likely_ds[~green] == NOBODY_KNOWS).all()
    assert (ends.confidence[green] == NOBODY_KNOWS).all()  # nothing has come true yet
    assert (ends.min_ds >= 0).all()
    assert [column.dtype for column in ends] == [np.int32, np.int32, np.int32, np.int8]


def test_what_lasts_its_time_is_sure() -> None:
    bench, amber = Bench(Turns()), np.zeros(GROUPS, np.bool_)
    for _ in range(60):
        ends = bench.tick()
        amber = bench.shown == Aspect.AMBER
        if amber.any():
            break
    assert (ends.min_ds[amber] == ends.likely_ds[amber]).all()
    assert (ends.likely_ds[amber] == ends.max_ds[amber]).all()
    assert (ends.confidence[amber] == 100).all()


def test_nothing_is_expected_before_it_is_promised() -> None:
    bench = Bench(Turns(slip_s=-1000.0))
    for _ in range(60):
        ends = bench.tick()
        told = ends.likely_ds >= 0
        assert (ends.likely_ds >= ends.min_ds)[told].all()
        assert ((ends.max_ds < 0) | (ends.likely_ds <= ends.max_ds))[told].all()


def test_the_likely_end_of_red_is_the_begin_of_red_amber() -> None:
    network = NETWORK
    lead_ds = int(network.arrays.red_amber_ds[0])
    turns = Turns()
    turns.answer = Prediction(np.full(GROUPS, 30.0, np.float32), np.full(GROUPS, NAN, np.float32))
    bench = Bench(turns)
    ends = bench.tick()
    red = bench.shown == RED
    assert red.any()
    assert (ends.likely_ds[red] == 300 - lead_ds).all()
    turns.answer = Prediction(np.full(GROUPS, 1e9, np.float32), np.full(GROUPS, NAN, np.float32))
    assert (bench.tick().likely_ds[bench.shown == RED] == 36_000 - lead_ds).all() or lead_ds == 0


def test_of_whom_nothing_is_believed_nothing_is_told() -> None:
    bench = Bench(Turns())
    bench.believed[:] = False
    for _ in range(5):
        ends = bench.tick()
    assert (ends.likely_ds[bench.shown == GREEN] == NOBODY_KNOWS).all()
    assert (ends.min_ds >= 0).all()


@pytest.mark.parametrize(("slip_s", "sure"), [(0.0, range(95, 101)), (4.0, range(10))])
def test_how_sure_it_is_is_how_often_it_came_true(slip_s: float, sure: range) -> None:
    bench = Bench(Turns(slip_s))
    told = []
    for _ in range(20 * LEAST):
        ends = bench.tick()
        green = (bench.shown == GREEN) & (ends.likely_ds >= 60) & (ends.confidence >= 0)
        told += ends.confidence[green].tolist()
    assert told
    assert set(told[len(told) // 2 :]) <= set(sure)


def test_what_was_expected_of_others_is_forgotten() -> None:
    """A cabinet that is given back, and shows what its own program wants, says nothing about expectations."""
    bench = Bench(Turns())
    for _ in range(10):
        bench.tick()
    assert (bench.foresight._record._said_ds >= 0).any()
    none = np.zeros(0, np.float32)
    seen = Readings(0.0, bench.shown, *[none] * 7)  # type: ignore[arg-type]
    bench.guard.permit(Decision(np.zeros(GROUPS, np.bool_), np.full(1, -2, np.int32)), seen, np.zeros(GROUPS, np.bool_))
    ends = bench.foresight.ends(bench.believed)
    assert (ends.min_ds == NOBODY_KNOWS).all()
    assert (ends.likely_ds == NOBODY_KNOWS).all()
    assert (bench.foresight._record._said_ds == -1).all()
    assert not bench.foresight._record._all.any()


@pytest.mark.parametrize(
    "answer",
    ["soon", Prediction(np.zeros(1, np.float32), np.zeros(GROUPS, np.float32)), Prediction(1.0, 2.0)],  # type: ignore[arg-type]
)
def test_what_is_no_prediction_is_a_fault_of_the_controller(answer: object) -> None:
    turns = Turns()
    turns.answer = answer
    with pytest.raises(InputError, match=r"expected a Prediction of two float32 \[8\]"):
        Bench(turns).tick()


def test_whoever_predicts_nothing_is_believed_to_know_nothing() -> None:
    bench = Bench(FixedTime(NETWORK))
    for _ in range(10):
        ends = bench.tick()
        assert (ends.likely_ds[np.isin(bench.shown, (RED, GREEN))] == NOBODY_KNOWS).all()


def driven(make: Callable[[], object], foresee: bool) -> list[bytes]:
    """Decide about an hour of chance, with or without being asked what is expected."""
    controller, rng = make(), np.random.default_rng(5)
    guard, found = Guard(NETWORK), []
    mind = Foresight(controller, NETWORK, guard.prospects(), 10) if foresee else controller  # type: ignore[arg-type]
    estimator = LoopEstimator(NETWORK, tick_ds=10)
    shown, none = np.full(GROUPS, -1, np.int8), np.zeros(0, np.float32)
    detectors = len(NETWORK.detectors)
    for tick in range(600):
        counts = (rng.random(detectors) < 0.2).astype(np.int32)
        seen = Readings(
            float(tick), shown, np.zeros(GROUPS, np.bool_), none.astype(np.int32), none, none, none.astype(np.int64),
            counts, counts.astype(np.float32),
        )  # fmt: skip
        snapshot = estimator.update(seen)
        decision = mind.decide(snapshot)  # type: ignore[attr-defined]
        found += [decision.want.tobytes(), decision.stage.tobytes()]
        shown = guard.permit(decision, seen, snapshot.demand).command.aspect.copy()
        if foresee:
            mind.ends(np.ones(GROUPS, np.bool_))  # type: ignore[union-attr]
    return found


def test_being_asked_changes_nothing_that_is_decided() -> None:
    def make() -> object:
        return RollingHorizon(NETWORK, horizon_s=30)

    asked, left_alone = driven(make, True), driven(make, False)
    assert asked == left_alone
    assert len(set(asked)) > 3  # it did decide something


class Late(Turns):
    """Says in its first tick that it was late."""

    def __init__(self, event: object) -> None:
        super().__init__()
        self.event = event

    def take_events(self) -> tuple[object, ...]:
        return (self.event,) if self.ticks == 0 else ()


def test_what_happened_to_a_controller_is_kept_until_somebody_asks() -> None:
    event = Event(0.0, 0, "plan-late", "no time")
    bench = Bench(Late(event))
    for _ in range(3):
        bench.tick()
    assert bench.foresight.take_events() == (event,)
    assert bench.foresight.take_events() == ()
    assert Bench(Turns()).foresight.take_events() == ()


@pytest.mark.parametrize(
    "event", ["late", Event(0.0, 1, "plan-late", "nowhere"), Event(0.0, -2, "plan-late", "nowhere")]
)
def test_what_is_no_event_is_a_fault_of_the_controller(event: object) -> None:
    with pytest.raises(InputError, match="an event: expected one about an intersection from -1 to 0"):
        Bench(Late(event)).tick()
