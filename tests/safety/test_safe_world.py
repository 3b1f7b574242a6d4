"""Several adapters as one world: whichever fails takes nobody else with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals import loop
from signals.adapters.sim.world import SimWorld
from signals.control.net_plan import NetPlan
from signals.errors import NetworkError, UnknownNameError, WorldError, WorldLostError
from signals.model.network import Network
from signals.model.roles import World
from signals.model.values import Command, Decision, Event, Readings, Snapshot
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.safety.ladder import BACK_OFF_DS, TRIAL_DS
from signals.safety.safe_world import DEAD_S, SafeWorld
from signals.scenario import load
from signals.scenario_worlds import Opening
from signals.sensing.full import FullEstimator
from signals.testing import check_world
from tests.safety.snapshots import Puppet, snapshot
from tests.safety.worlds import Cabinet, joined, site

AWAY = (BACK_OFF_DS[0] + TRIAL_DS) // 10
"""For how many ticks the first failure lasts: rest, then entered anew within the trial, then watched for as long."""


class City:
    """Three cabinets behind one loop that asks for a stage that changes; what happens is kept tick by tick."""

    def __init__(self, **settings: Any) -> None:
        self.cabinets = [Cabinet(site(name)) for name in "abc"]
        self.network = joined(*(cabinet.network for cabinet in self.cabinets))
        self.world = SafeWorld(self.network, self.cabinets, **settings)
        self.seat = Fallback(Puppet(self.wish), self.network, source=self.world)
        self.guard = Guard(self.network, cold_start="street", max_lag_ticks=1)
        self.events: list[Event] = []
        self.levels: list[list[int]] = []
        self.written: list[list[bool]] = []
        self.times: list[float] = []
        self.world.__enter__()

    def wish(self, now: Snapshot) -> Decision:
        green = np.zeros(9, np.bool_)
        green[round(now.time_s) // 20 % 2 :: 3] = True
        return Decision(green, np.full(3, -1, np.int32))

    def run(self, ticks: int = 1) -> City:
        for _ in range(ticks):
            told = self.world.read()
            self.times.append(told.time_s)
            decision = self.seat.decide(snapshot(self.network, told.time_s))
            verdict = self.guard.permit(decision, told, np.ones(9, np.bool_))
            assert not verdict.violations
            self.levels.append(self.seat.level.tolist())
            self.written.append(verdict.command.write.tolist())
            self.events += self.seat.take_events()
            self.world.write(verdict.command)
        return self

    @property
    def codes(self) -> list[tuple[str, int]]:
        return [(event.code, event.intersection) for event in self.events]


def away(city: City, k: int) -> list[int]:
    return [tick for tick, write in enumerate(city.written) if not write[k]]


def test_all_is_well() -> None:
    city = City().run(200)
    assert city.codes == []
    assert all(map(all, city.written))
    assert city.times == [float(tick) for tick in range(200)]
    assert {tuple(cabinet.shown) for cabinet in city.cabinets} == {tuple(city.cabinets[0].shown)}
    city.world.__exit__(None, None, None)
    assert [cabinet.calls[-1] for cabinet in city.cabinets] == ["exit"] * 3


FAILURES: dict[str, tuple[str, Callable[[Cabinet], None]]] = {
    **{
        f"{what} raises {error.__name__}": (
            "adapter-raised",
            lambda cabinet, what=what, error=error: cabinet.raises.update({what: error("gone")}),
        )
        for what in ("read", "write")
        for error in (OSError, ValueError, MemoryError, RecursionError, TimeoutError, KeyError, WorldLostError)
    },
    **{
        f"reports {name}": (
            "adapter-malformed",
            lambda cabinet, garbage=garbage: setattr(cabinet, "tells", lambda _: garbage),
        )
        for name, garbage in {"none": None, "text": "all red", "numbers": np.zeros(9), "itself": Cabinet}.items()
    },
    **{
        f"reports {name} of the wrong kind": (
            "adapter-malformed",
            lambda cabinet, name=name: setattr(cabinet, "tells", lambda honest: honest._replace(**{name: None})),
        )
        for name in ("aspect", "call", "vehicle_lane", "vehicle_handle", "detector_count", "time_s")
    },
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_whoever_fails_is_let_go_within_the_tick_and_taken_over_anew(
    failure: tuple[str, Callable[[Cabinet], None]],
) -> None:
    code, fail = failure
    city = City().run(30)
    fail(city.cabinets[1])
    city.run(1)
    city.cabinets[1].raises.clear()
    city.cabinets[1].tells = lambda honest: honest
    city.run(60)
    failed = 31 if "write" in city.cabinets[1].calls[-1:] and city.written[30][1] else 30
    assert city.codes == [(code, 1), ("level-0", 1)]
    assert city.events[0].time_s == failed
    gone = away(city, 1)
    assert gone == list(range(failed, failed + len(gone)))
    assert AWAY <= len(gone) <= AWAY + 1
    assert not away(city, 0)
    assert not away(city, 2)
    assert city.cabinets[1].calls.count("enter") == 2
    assert city.times == [float(tick) for tick in range(91)]


def test_a_failure_that_lasts_is_one_event_and_ever_fewer_attempts() -> None:
    city = City().run(5)
    city.cabinets[0].raises = {"enter": OSError("refused"), "read": OSError("refused")}
    city.run(600)
    assert city.codes == [("adapter-raised", 0)]
    assert city.events[0].detail == "level 3: nothing is written; OSError: refused"
    assert city.cabinets[0].calls.count("enter") == 1 + 4  # after 5 s, 1, 2 and 5 min
    assert away(city, 0) == list(range(5, 605))
    assert not away(city, 1)


def test_a_frozen_feed_is_doubted_from_the_second_tick_on_and_nobody_else_is() -> None:
    city = City().run(30)
    old = city.cabinets[2].honest()
    city.cabinets[2].tells = lambda _: old
    city.run(30)
    city.cabinets[2].tells = lambda honest: honest
    city.run(30)
    assert city.codes == [("readings-stale", 2), ("level-3", 2), ("level-0", 2)]  # it has no backup
    assert [level[2] for level in city.levels[30:33]] == [0, 0, 1]  # the first is the one that was told before
    assert {level[0] for level in city.levels} == {level[1] for level in city.levels} == {0}


def test_what_is_impossible_is_doubted() -> None:
    city = City().run(30)
    city.cabinets[0].tells = lambda honest: honest._replace(aspect=honest.aspect + 77)
    city.run(1)
    city.cabinets[0].tells = lambda honest: honest
    city.run(30)
    assert city.codes == [("readings-impossible", 0), ("level-0", 0)]
    assert not away(city, 0)
    assert city.world.rejected == 3


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 5.0])
def test_one_clock_that_is_set_is_that_ones_trouble_only(step_s: float) -> None:
    city = City().run(30)
    city.cabinets[0].time_s += step_s
    city.run(30)
    assert city.codes == [("clock-stepped", 0), ("level-0", 0)]
    assert city.times == [float(tick) for tick in range(60)]
    assert not away(city, 0)


def test_detectors_in_quarantine_are_named_and_their_intersection_goes_on() -> None:
    city = City().run(30)
    city.cabinets[1].tells = lambda honest: honest._replace(detector_count=np.array([0, -1_000_000_000], np.int32))
    city.run(3)
    city.cabinets[1].tells = lambda honest: honest
    city.run(20)
    assert city.codes == [("detector-quarantined", 1), ("detector-trusted", 1)]
    assert [event.detail for event in city.events] == ["b:loop1"] * 2
    assert city.world.rejected == 3
    assert all(level == [0, 0, 0] for level in city.levels)


def test_many_detectors_are_one_event() -> None:
    parts = [Cabinet(joined(site("a", 4), site("b", 4)))]
    world = SafeWorld(parts[0].network, parts)
    parts[0].tells = lambda honest: honest._replace(detector_count=np.full(8, 99, np.int32))
    with world:
        world.read()
    (event,) = world.take_events()
    assert event.intersection == -1
    assert event.detail == "a:loop0, a:loop1, a:loop2, a:loop3, b:loop0 and 3 more"
    assert world.take_events() == ()


def test_thousands_of_bad_ticks_are_a_handful_of_events() -> None:
    city = City()
    draw = np.random.default_rng(5)

    def moody(honest: Readings) -> object:
        chance = draw.random()
        if chance < 0.2:
            raise OSError("gone")
        return None if chance < 0.4 else honest._replace(time_s=honest.time_s * draw.integers(1, 3))

    city.cabinets[0].tells = moody
    city.run(2_000)
    assert len(city.events) <= 12
    assert not away(city, 1)


def test_what_was_seen_is_put_together() -> None:
    cabinets = [Cabinet(site("a", 1), begin_s=50.0), Cabinet(site("b", 2), begin_s=70.0)]
    network = joined(*(cabinet.network for cabinet in cabinets))

    def telling(k: int) -> Callable[[Readings], Readings]:
        return lambda honest: honest._replace(
            aspect=np.full(3, k + 1, np.int8),
            call=np.full(3, bool(k)),
            vehicle_lane=np.zeros(2, np.int32),
            vehicle_position_m=np.full(2, 10.0 + k, np.float32),
            vehicle_speed_mps=np.full(2, 1.0 + k, np.float32),
            vehicle_handle=np.array([7, 9]),
            detector_count=np.full(len(honest.detector_count), k, np.int32),
            detector_occupied=np.full(len(honest.detector_count), k / 2, np.float32),
            preempt=np.full(3, 5, np.int8) if k else None,
            vehicle_class=np.array([1, 3], np.int8) if k else None,
        )

    for k, cabinet in enumerate(cabinets):
        cabinet.tells = telling(k)
    with SafeWorld(network, cabinets) as world:
        told = world.read()
    assert told.time_s == 50.0
    assert told.aspect.tolist() == [1, 1, 1, 2, 2, 2]
    assert told.call.tolist() == [False] * 3 + [True] * 3
    assert told.preempt is not None
    assert told.preempt.tolist() == [0, 0, 0, 5, 5, 5]
    assert told.vehicle_lane.tolist() == [0, 0, 1, 1]
    assert told.vehicle_position_m.tolist() == [10, 10, 11, 11]
    assert told.vehicle_speed_mps.tolist() == [1, 1, 2, 2]
    assert len(set(told.vehicle_handle.tolist())) == 4
    assert told.vehicle_class is not None
    assert told.vehicle_class.tolist() == [0, 0, 1, 3]
    assert told.detector_count.tolist() == [0, 1, 1]
    assert told.detector_occupied.tolist() == [0, 0.5, 0.5]
    assert [array.dtype for array in told[1:]] == [array.dtype for array in cabinets[0].honest()[1:9]] + [np.int8] * 2


def test_a_single_world_is_passed_through() -> None:
    """What the simulator reports, and what becomes of it, is the same with and without the safe seat."""
    scenario = load("crossroads", end_s=200.0)

    def driven(world: World, source: SafeWorld | None) -> list[bytes]:
        rows: list[bytes] = []

        class Witness:
            def note(self, now: Snapshot, *_: object) -> None:
                rows.append(b"".join(np.asarray(part).tobytes() for part in now))

        network = scenario.network
        mind = Fallback(NetPlan(network), network, source=source)
        loop.run(world, FullEstimator(network), mind, Guard(network), Witness())
        rows.append(
            b"".join(np.asarray(getattr(world.outcome()[0], name)).tobytes() for name in ("duration_s", "state"))
        )
        return rows

    one, two = (scenario.open_world(Opening(seed=1, folder=Path())) for _ in range(2))
    safe = SafeWorld(scenario.network, [two])
    assert safe.tick_ds == scenario.tick_ds
    assert driven(one, None) == driven(safe, safe)


def test_it_keeps_the_contract_of_a_world() -> None:
    scenario = load("crossroads")
    check_world(lambda: SafeWorld(scenario.network, [scenario.open_world(Opening(seed=3, folder=Path()))]), ticks=60)


def test_a_simulator_that_dies_ends_the_run() -> None:
    scenario = load("crossroads", end_s=200.0)
    world = scenario.open_world(Opening(seed=1, folder=Path()))

    def broken(command: Command) -> None:
        raise WorldLostError("the connection broke")

    assert isinstance(world, SimWorld)
    world.write = broken  # type: ignore[method-assign]
    safe = SafeWorld(scenario.network, [world])
    with safe:
        command = Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_))
        safe.read()
        safe.write(command)
        safe.read()
        with pytest.raises(
            WorldLostError, match=r"no world answers: adapter SimWorld: adapter-raised.*connection broke"
        ):
            safe.write(command)


def test_where_somebody_else_keeps_the_pace_nobody_needs_to_be_left() -> None:
    beats: list[float] = []
    city = City(pace=lambda: beats.append(0.0))
    for cabinet in city.cabinets:
        cabinet.raises["read"] = OSError()
    city.run(20)
    assert len(beats) == 20
    assert city.codes == [("adapter-raised", -1)]


def test_it_is_over_when_the_first_of_them_is() -> None:
    cabinets = [Cabinet(site("a"), end=5), Cabinet(site("b"), end=50)]
    with SafeWorld(joined(site("a"), site("b")), cabinets) as world:
        nothing = Command(0.0, np.zeros(6, np.int8), np.zeros(2, np.bool_))
        ticks = 0
        while not world.finished:
            world.read()
            world.write(nothing)
            ticks += 1
            assert world.progress == pytest.approx(ticks / 5)
    assert ticks == 5


def test_everybody_accounts() -> None:
    cabinets = [Cabinet(site("a"), begin_s=1.0), Cabinet(site("b"), begin_s=2.0)]
    world = SafeWorld(joined(site("a"), site("b")), cabinets)
    trips, incidents = world.outcome()
    assert trips.duration_s.tolist() == [1, 1, 1, 2, 2, 2]
    assert (incidents.teleports, incidents.collisions, incidents.emergency_stops) == (2, 4, 8)
    assert (incidents.longest_wait_s, incidents.warnings) == (5.0, ("a", "b"))
    cabinets[1].raises["outcome"] = OSError("nobody knows")
    with pytest.raises(WorldError, match="adapter Cabinet: OSError: nobody knows"):
        world.outcome()


def test_who_cannot_be_left_is_named_after_all_others_are_left() -> None:
    city = City().run(3)
    city.cabinets[0].raises["exit"] = OSError("broken pipe")
    with pytest.raises(WorldError, match="could not be left: adapter Cabinet: OSError: broken pipe"):
        city.world.__exit__(None, None, None)
    assert [cabinet.calls[-1] for cabinet in city.cabinets] == ["exit"] * 3
    city.world.__exit__(None, None, None)


def test_one_that_cannot_be_entered_is_let_go_from_the_first_tick_on() -> None:
    cabinets = [Cabinet(site("a")), Cabinet(site("b"))]
    cabinets[0].raises["enter"] = OSError("refused")
    with SafeWorld(joined(site("a"), site("b")), cabinets) as world:
        told = world.read()
        assert world.lost.tolist() == [True, False]
        assert world.why(0) == ("adapter-raised", "OSError: refused")
        assert told.aspect.tolist() == [-1, -1, -1, 0, 0, 0]


@pytest.mark.parametrize(
    ("network", "worlds", "error", "sentence"),
    [
        (joined(site("a")), [], ValueError, r"one length of a tick, got \[\]"),
        (joined(site("a"), site("b")), [Cabinet(site("a"))], NetworkError, '"b" is driven by 0 worlds, expected one'),
        (joined(site("a")), [Cabinet(site("a"))] * 2, NetworkError, '"a" is driven by 2 worlds, expected one'),
        (joined(site("a")), [Cabinet(site("c"))], UnknownNameError, 'unknown intersection "c"'),
    ],
)
def test_what_does_not_fit_is_refused(
    network: Network, worlds: list[Cabinet], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        SafeWorld(network, worlds)


def test_ticks_and_deadlines_are_checked() -> None:
    cabinets = [Cabinet(site("a")), Cabinet(site("b"))]
    with pytest.raises(ValueError, match="deadline_s must be > 0"):
        SafeWorld(joined(site("a"), site("b")), cabinets, deadline_s=0.0)
    cabinets[0].tick_ds = 5
    with pytest.raises(ValueError, match=r"one length of a tick, got \[5, 10\]"):
        SafeWorld(joined(site("a"), site("b")), cabinets)


# With a deadline.

DEADLINE_S = 0.2


def until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 10.0
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.001)


def test_with_a_deadline_all_is_the_same_on_threads_of_their_own() -> None:
    city, plain = City(deadline_s=5.0).run(60), City().run(60)
    assert city.codes == []
    assert [cabinet.shown.tolist() for cabinet in city.cabinets] == [
        cabinet.shown.tolist() for cabinet in plain.cabinets
    ]
    names = {thread.name for thread in threading.enumerate()}
    assert "adapter Cabinet" in names


@pytest.mark.parametrize("what", ["read", "write"])
def test_one_that_blocks_for_ever_is_left_behind_and_the_others_go_on(what: str) -> None:
    stuck = threading.Event()
    city = City(deadline_s=DEADLINE_S).run(5)
    city.cabinets[1].raises[what] = stuck.wait
    start_s = time.monotonic()
    city.run(200)
    assert time.monotonic() - start_s < 20 * DEADLINE_S
    assert city.codes == [("adapter-late", 1)]
    assert city.events[0].detail == "level 3: nothing is written; it did not answer in time"
    assert not away(city, 0)
    assert not away(city, 2)
    calls = len(city.cabinets[1].calls)
    city.cabinets[1].raises.clear()
    stuck.set()
    until(lambda: not city.world._workers[1].busy)
    city.run(AWAY + 2)
    assert city.codes[1:] == [("level-0", 1)]
    assert city.cabinets[1].calls[calls : calls + 2] == ["exit", "enter"]


def test_entering_may_take_longer_than_the_deadline() -> None:
    slow = threading.Event()
    city = City(deadline_s=DEADLINE_S).run(5)
    city.cabinets[1].raises = {"read": OSError("lost"), "enter": slow.wait}
    city.run(20)
    city.cabinets[1].raises.pop("read")
    slow.set()
    until(lambda: not city.world._workers[1].busy)
    city.run(AWAY)
    assert city.codes == [("adapter-raised", 1), ("level-0", 1)]
    assert city.cabinets[1].calls.count("enter") == 2


def test_several_that_block_cost_one_deadline_together() -> None:
    stuck = threading.Event()
    city = City(deadline_s=DEADLINE_S).run(5)
    for cabinet in city.cabinets[1:]:
        cabinet.raises["read"] = stuck.wait
    start_s = time.monotonic()
    city.run(1)
    assert DEADLINE_S <= time.monotonic() - start_s < 1.8 * DEADLINE_S
    assert city.codes == [("adapter-late", 1), ("adapter-late", 2)]
    stuck.set()


class Stopwatch:
    """A clock that stands unless it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize(("age_s", "old"), [(DEAD_S, False), (DEAD_S + 0.1, True)])
def test_a_command_that_is_too_old_is_not_written_and_all_is_taken_over_anew(age_s: float, old: bool) -> None:
    """Invariant I13: whoever slept between reading and writing does not know what is shown."""
    clock = Stopwatch()
    city = City(deadline_s=5.0, clock=clock).run(30)
    decide = city.seat.decide

    def slow(now: Snapshot) -> Decision:
        clock.now_s += age_s
        return decide(now)

    city.seat.decide = slow  # type: ignore[method-assign]
    city.run()
    city.seat.decide = decide  # type: ignore[method-assign]
    assert [cabinet.written[-1] for cabinet in city.cabinets] == [[not old]] * 3
    city.run(AWAY)
    assert city.codes == ([("command-old", -1), ("level-0", -1)] if old else [])
    assert (away(city, 0) == []) is not old
    assert city.written[-1] == [True] * 3


def test_without_a_deadline_a_command_may_take_its_time() -> None:
    clock = Stopwatch()
    city = City(clock=clock)
    decide = city.seat.decide

    def slow(now: Snapshot) -> Decision:
        clock.now_s += 1000.0
        return decide(now)

    city.seat.decide = slow  # type: ignore[method-assign]
    assert not city.run(10).codes
