"""A street is driven when everything is well, and given back when anything is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from signals import loop
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import Line
from signals.drive.attention import Attentive
from signals.drive.config import Level
from signals.drive.diary import Diary
from signals.drive.foresight import Foresight
from signals.drive.pacer import Pace, Pacer
from signals.drive.seat import Seat, Standing
from signals.drive.shown import lag_ticks
from signals.drive.splits import MOST_STEP_S
from signals.drive.street import EDGE_SHARE, Street
from signals.errors import WorldError, WorldLostError
from signals.model.cabinets import CabinetSite, Capability, GroupRequest, HoldRequest, Mode, PlanRequest, sites_of
from signals.model.roles import World
from signals.model.values import Aspect, Decision, Snapshot
from signals.record.audit import AuditLog, read_audit
from signals.safety.fallback import Fallback, Source
from signals.safety.guard import Guard
from signals.sensing.loops import LoopEstimator
from signals.testing import two_crossroads
from tests.drive.cabinet_of_mine import EVERYTHING, MyCabinet, Plan

NETWORK = two_crossroads()
TICK_DS = 10


class Hands:
    """A clock that moves on when a tick ends, however slow the machine is."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def sleep(self, for_s: float) -> None:
        self.now_s += for_s


class Moody:
    """Wants one stage after the other, until a test wants something else."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._ticks = 0

    def decide(self, snapshot: Snapshot) -> Decision:
        if self.error is not None:
            raise self.error
        self._ticks += 1
        want = np.zeros(len(snapshot.aspect), np.bool_)
        for place, first in zip(NETWORK.intersections, NETWORK.arrays.group_offset, strict=False):
            groups = place.stages[self._ticks // 15 % len(place.stages)].groups
            want[[first + group for group in groups]] = True
        return Decision(want, np.full(len(NETWORK.intersections), -1, np.int32))


class Bench:
    """A drive of two cabinets, tick by tick."""

    def __init__(
        self,
        folder: Path,
        plans: list[Plan],
        *,
        level: Level = Level.DIRECT,
        armed: bool = True,
        patience_s: float = 20.0,
    ) -> None:
        self.hands = hands = Hands()
        clock = Clock(wall=lambda: 1_000_000.0, monotonic=lambda: hands.now_s)
        self.plans, self.controller, self.asked = plans, Moody(), None
        self.cabinets: list[list[MyCabinet]] = [[], []]
        self.seats = [
            Seat(
                self._maker(k, site, clock), Line(f"bench {k}"), wanted=level, armed=armed, clock=clock, tick_ds=TICK_DS
            )
            for k, site in enumerate(sites_of(NETWORK))
        ]
        self.guard = Guard(NETWORK, tick_ds=TICK_DS, cold_start="street", max_lag_ticks=lag_ticks(TICK_DS) + 1)
        foresight = Foresight(self.controller, NETWORK, self.guard.prospects(), TICK_DS)
        self.asked = Attentive(foresight, foresight)
        self.sentences: list[str] = []
        self.log = AuditLog(folder, {})
        self.diary = Diary(NETWORK, self.log, self.sentences.append)
        self.street = Street(
            NETWORK,
            self.seats,
            Pace(clock, Pacer(TICK_DS / 10, lambda: hands.now_s, hands.sleep), TICK_DS, 0),
            asked=self.asked,
            diary=self.diary,
            latched=lambda: self.guard.latched,
        )
        self.street._wall_s = patience_s  # the machine may be busy
        self.mind = Fallback(self.asked, NETWORK, tick_ds=TICK_DS, source=self.street)
        self.estimator = LoopEstimator(NETWORK, tick_ds=TICK_DS)

    def _maker(self, k: int, site: CabinetSite, clock: Clock) -> Callable[[], MyCabinet]:
        def make() -> MyCabinet:
            self.cabinets[k].append(MyCabinet(site, self.plans[k], clock))
            return self.cabinets[k][-1]

        return make

    def run(self, ticks: int) -> None:
        """Go on for some ticks, through the loop of the program itself."""
        self.street.last_tick = self.street._tick + 1 + ticks
        leave, self.street.__class__.__exit__ = self.street.__class__.__exit__, lambda *_: None  # type: ignore[method-assign]
        try:
            loop.run(self.street, self.estimator, self.mind, self.guard, self.diary)
        finally:
            self.street.__class__.__exit__ = leave  # type: ignore[method-assign]

    def run_until(self, reached: Callable[[], bool], ticks: int = 80) -> None:
        for _ in range(ticks):
            if reached():
                return
            self.run(1)
        raise AssertionError(f"not reached: {[(seat.standing.name, seat.why) for seat in self.seats]}")

    def ours(self, k: int = 0) -> bool:
        return self.seats[k].standing is Standing.OURS

    def end(self) -> None:
        self.street.__exit__()
        self.log.__exit__()


Benches = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Benches]:
    made: list[Bench] = []

    def make(*plans: Plan, **how: object) -> Bench:
        made.append(Bench(tmp_path / f"audit{len(made)}", [*plans, Plan(), Plan()][:2], **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_it_is_a_world_and_a_source(bench: Benches) -> None:
    street: object = bench().street
    assert isinstance(street, World)
    source: Source = bench().street
    assert source.troubled
    with pytest.raises(WorldError, match="does not account"):
        bench().street.outcome()


def test_its_ticks_lie_away_from_those_of_cabinets(bench: Benches) -> None:
    found = bench()
    for past_s in (0.0, 0.3):
        found.hands.now_s += past_s
        with found.street:
            assert found.hands.now_s % (TICK_DS / 10) == pytest.approx(EDGE_SHARE * TICK_DS / 10, abs=1e-6)


def test_cabinets_are_taken_over_and_do_what_is_permitted(bench: Benches) -> None:
    drive = bench()
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    drive.run(60)
    for cabinets in drive.cabinets:
        assert all(isinstance(request, GroupRequest) for request in cabinets[0].requests)
        assert (
            len({request.aspect.tobytes() for request in cabinets[0].requests if isinstance(request, GroupRequest)}) > 3
        )
        assert cabinets[0].heartbeats >= 60
        assert cabinets[0].firmware.illegal == ()
    assert drive.ours(0)
    assert drive.ours(1)
    assert drive.diary.violations == 0


def test_what_cabinets_are_told_of_the_next_change_comes_true(bench: Benches) -> None:
    drive = bench()
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    drive.run(100)
    for cabinets in drive.cabinets:
        requests = [request for request in cabinets[0].requests if isinstance(request, GroupRequest)]
        assert len(requests) >= 100
        not_before = np.zeros(len(requests[0].aspect), np.int64)
        for now, (before, request) in enumerate(pairwise(requests), 1):
            assert request.max_end_ds is not None
            not_before = np.maximum(not_before, TICK_DS * (now - 1) + before.min_end_ds)
            changed = request.aspect != before.aspect
            assert (TICK_DS * now >= not_before)[changed].all()
            assert (request.min_end_ds >= 0).all()
            assert (request.min_end_ds[request.aspect == Aspect.AMBER] > 0).all()
            not_before[changed] = 0


def test_not_all_begin_to_connect_at_once(bench: Benches) -> None:
    drive = bench()
    drive.street._begins.most = drive.street._begins._bound = 1
    drive.run(1)
    assert [seat.standing > Standing.AWAY for seat in drive.seats] == [True, False]
    drive.run(1)
    assert all(seat.standing > Standing.AWAY for seat in drive.seats)


def test_fewer_begin_to_connect_where_ticks_are_short_of_time(bench: Benches) -> None:
    drive = bench()
    drive.street._wall_s = 1.0
    for busy_s, expected in ((0.6, 25), (0.9, 12), (0.4, 24), (0.1, 48), (0.0, 50)):
        drive.street._pacer.last_busy_s = busy_s
        drive.street._pass(1)
        assert drive.street._begins.most == expected


def test_not_all_are_asked_for_control_at_once(bench: Benches) -> None:
    drive = bench(Plan(), Plan())
    drive.street._takes.most = drive.street._takes._bound = 1
    drive.run_until(lambda: drive.seats[0].standing >= Standing.ASKED)
    assert drive.seats[1].standing is Standing.THERE
    drive.run(1)
    assert drive.seats[1].standing >= Standing.ASKED


def test_at_the_end_everything_is_given_back_and_left(bench: Benches) -> None:
    drive = bench()
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    drive.end()
    for plan in drive.plans:
        assert plan.log[-2:] == ["release: the drive ends", "close"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("line bench")]
    assert len(drive.street.let_go_s) == 2


@pytest.mark.parametrize(("level", "armed"), [(Level.DIRECT, False), (Level.OBSERVE, True), (Level.ADVISE, True)])
def test_nothing_is_sent_unless_it_is_allowed_twice(bench: Benches, level: Level, armed: bool) -> None:
    drive = bench(level=level, armed=armed)
    drive.run(40)
    for plan, cabinets in zip(drive.plans, drive.cabinets, strict=True):
        assert set(plan.log) <= {"connect", "close"}
        assert cabinets[0].requests == []
        assert cabinets[0].heartbeats == 0
    assert all(drive.diary.heard > 0)


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (Plan(backup_s=0.0), "its backup time is 0 s"),
        (Plan(backup_s=90.0), "its backup time is 90 s"),
        (Plan(alarms=("lamp",)), "alarm: lamp"),
        (Plan(mode=Mode.MANUAL), "a person is in charge"),
        (Plan(mode=Mode.FLASH), "flashing or dark"),
        (Plan(capabilities=EVERYTHING & ~Capability.BACKUP_TIMER), "does not say that it returns"),
    ],
)
def test_what_is_not_as_it_must_be_is_not_taken_over(bench: Benches, plan: Plan, sentence: str) -> None:
    drive = bench(plan)
    drive.run_until(lambda: drive.ours(1))
    drive.run(10)
    assert "take" not in plan.log
    assert sentence in " ".join(found.text for found in drive.seats[0].obstacles())
    assert sentence in drive.street.why(0).detail or plan.mode is not None


@pytest.mark.parametrize("level", [Level.OBSERVE, Level.ADVISE, Level.DIRECT])
def test_who_only_looks_on_is_told_once_what_a_cabinet_notes(bench: Benches, level: Level) -> None:
    drive = bench(Plan(notes=("somebody else has chosen its plan",)), Plan(), level=level)
    drive.run_until(lambda: all(seat.standing >= Standing.THERE for seat in drive.seats))
    drive.run(5)
    told = [sentence for sentence in drive.sentences if "somebody else" in sentence]
    drive.plans[0].notes = ()
    drive.run(2)
    drive.plans[0].notes = ("its plan is another one",)
    drive.run(2)
    told += [sentence for sentence in drive.sentences if "another one" in sentence]
    name = level.name.lower()
    expected = [
        f"centre: note {name}: somebody else has chosen its plan",
        f"centre: note {name}: its plan is another one",
    ]
    assert told == ([] if level is Level.DIRECT else expected)


def wrong(drive: Bench, what: Callable[[Plan], None]) -> int:
    """Let something go wrong at the first cabinet when it is ours; return after how many ticks it is not."""
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    drive.run(10)
    what(drive.plans[0])
    for ticks in range(12):
        drive.run(1)
        if not drive.ours(0):
            return ticks + 1
    raise AssertionError("it is still ours")


@pytest.mark.parametrize(
    ("name", "value", "ticks"),
    [
        ("raises", WorldLostError("cut"), 1),
        ("raises", ZeroDivisionError("a bug"), 1),
        ("raises", SystemExit("an adapter wants to end it all"), 1),
        ("garbage", "no report", 1),
        ("answers", "no receipt", 1),
        ("answers", 7, 1),
        ("frozen", True, 3),
        ("refuses", True, 1),
        ("mode", Mode.MANUAL, 1),
        ("mode", Mode.PREEMPT, 1),
        ("mode", Mode.LOCAL, 1),
        ("alarms", ("lamp",), 1),
    ],
)
def test_what_goes_wrong_at_one_cabinet_costs_only_that_one(
    bench: Benches, name: str, value: object, ticks: int
) -> None:
    drive = bench()
    assert wrong(drive, lambda plan: setattr(plan, name, value)) <= ticks
    assert drive.ours(1)
    drive.run(10)
    assert drive.ours(1)
    assert drive.street.lost.tolist() == [True, False]


def test_what_somebody_else_took_from_us_is_given_back(bench: Benches) -> None:
    drive = bench()
    wrong(drive, lambda plan: setattr(plan, "mode", Mode.PREEMPT))
    drive.run(1)
    assert drive.plans[0].log[-1] == "release: it is not ours any more: preempt"
    assert drive.street.ours_ticks[1] > drive.street.ours_ticks[0] > 0


def test_a_cabinet_that_says_yes_and_does_nothing_is_given_back(bench: Benches) -> None:
    drive = bench()
    drive.run_until(lambda: drive.ours(0))
    drive.plans[0].lies = True
    drive.run_until(lambda: not drive.ours(0), ticks=60)
    assert "it has not shown what it was asked for, for 3 ticks" in " ".join(drive.sentences)
    assert drive.plans[0].log[-1].startswith("release")


def test_whoever_blocks_is_replaced(bench: Benches) -> None:
    drive = bench(patience_s=1.0)
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    free = threading.Event()
    drive.plans[0].blocks = free
    drive.run(12)
    assert drive.ours(1)
    assert "its adapter is stuck, and was replaced" in " ".join(drive.sentences)
    drive.plans[0].blocks = None
    free.set()
    drive.run_until(lambda: drive.ours(0))
    assert len(drive.cabinets[0]) >= 2


def test_it_comes_back_after_a_rest_and_begins_anew(bench: Benches) -> None:
    drive = bench()
    wrong(drive, lambda plan: setattr(plan, "raises", WorldLostError("cut")))
    drive.plans[0].raises = None
    connects = drive.plans[0].log.count("connect")
    drive.run(3)
    assert not drive.ours(0)
    drive.run_until(lambda: drive.ours(0))
    assert drive.plans[0].log.count("connect") == connects + 1


def test_a_controller_that_does_not_answer_lets_everything_go(bench: Benches) -> None:
    drive = bench()
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    drive.controller.error = ValueError("no")
    beats = [cabinets[0].heartbeats for cabinets in drive.cabinets]
    drive.run(1)
    assert not drive.ours(0)
    assert not drive.ours(1)
    assert [cabinets[0].heartbeats for cabinets in drive.cabinets] == beats
    drive.controller.error = None
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))


def test_one_that_does_not_confirm_is_left(bench: Benches) -> None:
    drive = bench(Plan(stubborn=True))
    drive.run_until(lambda: drive.ours(0))
    drive.controller.error = ValueError("no")
    drive.run(1)
    assert drive.seats[0].standing is Standing.AWAY
    assert "did not confirm" in drive.seats[0].why


def test_a_latched_intersection_is_not_taken_over(bench: Benches) -> None:
    drive = bench()
    drive.guard._monitor.latched[0] = True
    drive.run_until(lambda: drive.ours(1))
    drive.run(10)
    assert "take" not in drive.plans[0].log
    assert "a person may reset it" in drive.seats[0].why


def test_a_cabinet_that_only_holds_and_forces_off_is_driven_so(bench: Benches) -> None:
    holds = EVERYTHING & ~Capability.GROUPS | Capability.HOLD_FORCE_OFF
    drive = bench(Plan(capabilities=holds), Plan(capabilities=holds))
    drive.run_until(lambda: drive.ours(0))
    drive.run(5)
    assert isinstance(drive.cabinets[0][0].requests[-1], HoldRequest)


def test_where_edges_were_missed_cabinets_that_time_themselves_begin_anew(bench: Benches) -> None:
    drive = bench(Plan(capabilities=Capability.STATUS | Capability.HOLD_FORCE_OFF | Capability.BACKUP_TIMER), Plan())
    drive.run_until(lambda: all(drive.street._beginnings.begun))
    pacer = drive.street._pacer
    wait, pacer.wait = pacer.wait, lambda: 3  # type: ignore[method-assign]
    before = drive.street._tick
    drive.run(1)
    pacer.wait = wait  # type: ignore[method-assign]
    assert drive.street._tick == before + 3
    assert drive.street._beginnings.begun == [False, True]
    assert (drive.street._shown._commanded[drive.street._rows[0]] == Aspect.UNKNOWN).all()
    assert (drive.street._shown._commanded[drive.street._rows[1]] != Aspect.UNKNOWN).all()
    drive.run(1)
    assert drive.ours(0)  # it does what it was asked for last, and is not given back
    assert drive.street._beginnings.begun[0] == (not drive.street.lost[0])
    drive.run_until(lambda: drive.street._beginnings.begun[0])
    assert drive.ours(1)
    assert not drive.diary.violations


@pytest.mark.parametrize(("way", "missed"), [(Capability.HOLD_FORCE_OFF, 1), (Capability.GROUPS, 6)])
def test_edges_may_be_missed_at_any_moment(bench: Benches, way: Capability, missed: int) -> None:
    """What a cabinet that times itself was asked before, and the end of an amber, come to pass meanwhile.

    Neither is held against it.
    """
    drive = bench(Plan(capabilities=Capability.STATUS | way | Capability.BACKUP_TIMER), Plan())
    pacer = drive.street._pacer
    wait = pacer.wait
    drive.run_until(lambda: all(drive.street._beginnings.begun))
    for _ in range(16):
        drive.run(31)  # a stage lasts 15 ticks: each time another moment of it
        pacer.wait = lambda: wait() + missed  # type: ignore[method-assign]
        drive.run(1)
        pacer.wait = wait  # type: ignore[method-assign]
        drive.plans[0].hurries = missed  # it goes on between being read and being asked
    assert drive.diary.violations == 0
    if way is Capability.HOLD_FORCE_OFF:  # for who shows what he is told it was an illegal request meanwhile
        assert drive.plans[0].log.count("take") == 1


@pytest.mark.parametrize("deaf", [3, 5])
@pytest.mark.parametrize("moment", range(0, 60, 4))
def test_a_cabinet_may_go_on_with_its_own_program_when_it_is_taken(bench: Benches, moment: int, deaf: int) -> None:
    """What it had decided before it heard of us is left to come, and is not held against it."""
    holds = Capability.STATUS | Capability.HOLD_FORCE_OFF | Capability.BACKUP_TIMER
    drive = bench(Plan(capabilities=holds, mode=Mode.MANUAL, deaf=deaf), Plan())
    drive.run(10 + moment)
    drive.plans[0].mode = None
    drive.run_until(lambda: drive.street._beginnings.begun[0])
    drive.run(100)
    assert drive.street._beginnings.begun[0]
    assert drive.plans[0].log.count("take") == 1
    assert drive.diary.violations == 0


def test_a_cabinet_that_only_has_plans_gets_splits(bench: Benches) -> None:
    plans = Capability.STATUS | Capability.SPLITS | Capability.PLANS | Capability.BACKUP_TIMER
    drive = bench(Plan(capabilities=plans), Plan(capabilities=plans))
    drive.run_until(lambda: drive.ours(0))
    assert drive.seats[0].level is Level.PLAN
    drive.run(200)
    assert drive.street.lost.all()
    assert all(isinstance(request, PlanRequest) for request in drive.cabinets[0][0].requests)


PLANS = Capability.STATUS | Capability.SPLITS | Capability.PLANS | Capability.BACKUP_TIMER


@pytest.mark.parametrize("lies", [False, True])
def test_a_cabinet_that_takes_splits_and_does_not_run_them_is_given_back(bench: Benches, lies: bool) -> None:
    drive = bench(Plan(capabilities=PLANS, lies=lies), Plan(capabilities=PLANS))
    drive.run_until(lambda: drive.ours(0) and drive.ours(1))
    drive.run(600)
    requests = drive.cabinets[0][0].requests
    said = [sentence for sentence in drive.sentences if "does not run the plan" in sentence]
    assert len(said) == lies
    assert all(sentence.startswith("centre: ") for sentence in said)
    released = [entry for entry in drive.plans[0].log if entry.startswith("release: it does not run the plan")]
    assert len(released) == lies
    assert drive.plans[0].log.count("take") == 1 + lies
    if lies:  # it runs its own plan when it is taken again: so it is asked for a step from there
        built = [step.duration_ds // 10 for step in drive.seats[0].site.intersection.plans[0].steps]
        moved = [np.abs(np.subtract(request.green_s, built)).max() for request in requests]
        assert moved[0] <= MOST_STEP_S < max(moved)
        assert moved[-1] <= MOST_STEP_S


def test_where_splits_cannot_be_changed_they_are_not_held_against_anything(bench: Benches) -> None:
    drive = bench(Plan(capabilities=PLANS & ~Capability.SPLITS, lies=True))
    drive.run_until(lambda: drive.ours(0))
    drive.run(6 * 94)
    assert drive.ours(0)
    assert not [sentence for sentence in drive.sentences if "does not run" in sentence]


def test_everything_is_in_the_audit_log(bench: Benches, tmp_path: Path) -> None:
    drive = bench()
    drive.run_until(lambda: drive.ours(0))
    drive.run(30)
    drive.end()
    found: list[dict[str, object]] = []
    story = read_audit(tmp_path / "audit0", lambda entry: found.append(dict(entry)))
    assert story.entries == len(found) - 1
    ticks = [entry for entry in found if entry["kind"] == "tick"]
    asked = [entry for entry in ticks if "asked" in entry]
    assert asked
    for name in ("inputs", "standing", "mode", "shown", "want", "permitted", "reason", "answer"):
        assert name in asked[-1], name
    assert {entry["code"] for entry in found if entry["kind"] == "release"} == {"given-back"}


def test_arrays_of_a_network_with_nobody_to_drive(bench: Benches) -> None:
    drive = bench(Plan(away=True), Plan(away=True))
    drive.run(8)
    readings = drive.street.read()
    assert (readings.aspect == -1).all()
    assert np.isnan(drive.street.read().detector_occupied).all()
    assert "nobody there" in drive.street.why(0).detail
