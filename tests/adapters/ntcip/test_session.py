"""A session with a virtual controller, message by message and without a socket."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.ntcip.messages import Answer, Ask, Binding, ErrorStatus, Kind, Version, integer
from signals.adapters.ntcip.objects import CONTROLS, check_sendable, instance
from signals.adapters.ntcip.phases import bits_of
from signals.adapters.ntcip.refusal import RefusedRequest
from signals.adapters.ntcip.session import MOST_MEANT, Session
from signals.adapters.ntcip.settings import Settings
from signals.errors import WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError, HoldRequest, Mode, PlanRequest
from signals.model.values import Aspect

from .street import Desk, address, firmware, holds, site

HOLD = instance("phaseControlGroupHold", 1)
PATTERN = instance("systemPatternControl", 0)
PLAN = PlanRequest(1, 94, 10, ())


class Drive:
    """A session, the desk of its controller, and time."""

    def __init__(
        self, desk: Desk | None = None, *, options: dict[str, object] | None = None, take: bool = True
    ) -> None:
        self.desk = desk or Desk()
        self.desk.tick(20)
        self.session = Session(Settings.of(site(), address(**(options or {}))))
        self.desk.run(self.session.identify(self.now_s))
        self.sweep()
        if take:
            self.take()

    @property
    def now_s(self) -> float:
        return self.desk.cabinet.time_ds / 10

    def sweep(self, *, lamps: bool = True) -> None:
        self.desk.run(self.session.sweep(self.now_s, lamps=lamps))
        self.desk.run(self.session.count())

    def take(self) -> None:
        self.desk.run(self.session.take(self.now_s))

    def hold(self, request: HoldRequest) -> bool:
        return self.desk.run(self.session.hold(request, self.now_s))

    def plan(self, request: PlanRequest) -> bool:
        return self.desk.run(self.session.plan(request, self.desk.clock.utc_s(), self.now_s))

    def beat(self) -> None:
        self.desk.run(self.session.beat(self.now_s))

    def release(self) -> bool:
        return self.desk.run(self.session.release(self.now_s))

    def tick(self, count: int = 1, **seen: tuple[int, ...]) -> None:
        self.desk.tick(count, **seen)
        self.sweep()

    def written(self) -> list[tuple[Binding, ...]]:
        found = [ask.bindings for ask in self.desk.asks if ask.kind is Kind.SET]
        self.desk.asks.clear()
        return found

    def register(self, name: str) -> int:
        return self.desk.board._registers[name, (1,)] | self.desk.board._registers[name, (2,)] << 8

    def green(self) -> list[int]:
        return np.flatnonzero(self.desk.cabinet.aspect == Aspect.GREEN).tolist()


def test_connecting_and_looking_write_nothing() -> None:
    drive = Drive(take=False)
    drive.tick(5)
    assert drive.written() == []
    assert drive.session.mode() is Mode.READY
    assert drive.session.alarms(drive.now_s) == ()


def test_nothing_is_known_before_the_first_status() -> None:
    session = Session(Settings.of(site(), address()))
    assert session.mode() is Mode.OFFLINE
    assert session.alarms(0.0) == ()
    with pytest.raises(CabinetRefusedError, match="backup time is 0 or not told"):
        Desk().run(session.take(0.0))


def test_taking_writes_that_nothing_is_asked() -> None:
    drive = Drive()
    ((*zeros,),) = drive.written()
    assert [b.value for b in zeros] == [0] * 12
    assert drive.session.mode() is Mode.OURS
    drive.sweep()
    assert drive.session.mode() is Mode.OURS


def test_a_hold_holds_and_a_force_off_ends_it() -> None:
    drive = Drive()
    held = tuple(drive.green())
    assert drive.hold(holds(hold=held))
    for _ in range(40):
        drive.tick()
        assert not drive.hold(holds(hold=held))
        drive.beat()
    assert tuple(drive.green()) == held
    others = tuple(group for group in range(12) if group != 2)
    assert drive.hold(holds(force_off=held, call=(2,), omit=others))
    for _ in range(20):
        drive.tick()
        drive.hold(holds(hold=(2,), omit=others) if 2 in drive.green() else holds(call=(2,), omit=others))
        drive.beat()
    assert drive.green() == [2]
    assert drive.session.alarms(drive.now_s) == ()
    assert drive.session.mode() is Mode.OURS


def test_all_six_columns_go_out_together() -> None:
    drive = Drive(options={"varbinds": 16})
    drive.written()
    drive.hold(holds(hold=(2,)))
    assert [len(bindings) for bindings in drive.written()] == [12]


def test_unchanged_requests_write_nothing_and_heartbeats_repeat_them() -> None:
    drive = Drive(options={"varbinds": 16})
    drive.hold(holds(hold=(2,)))
    drive.written()
    drive.beat()  # has just been written
    assert not drive.hold(holds(hold=(2,)))
    assert drive.written() == []
    drive.tick()
    drive.beat()  # three times in the backup time of 10 s are enough
    assert drive.written() == []
    drive.tick()
    drive.beat()
    (bindings,) = drive.written()
    assert Binding(HOLD, 2, 4) in bindings


@pytest.mark.parametrize(("backup_s", "longest_s"), [(3, 1.0), (10, 4.0), (60, 5.0)])
def test_it_is_heard_three_times_within_its_backup_time(backup_s: int, longest_s: float) -> None:
    drive = Drive(Desk(firmware(backup_s=float(backup_s))))
    drive.hold(holds(hold=(2,)))
    drive.written()
    heard_s = [drive.now_s]
    for _ in range(30):
        drive.tick()
        drive.beat()
        heard_s += [drive.now_s] * bool(drive.written())
    rests_s = np.diff(heard_s)
    assert rests_s.max() <= longest_s
    assert rests_s.max() <= max(backup_s / 3 + 1.0, 1.0)
    assert drive.session.taken


def test_however_many_requests_come_little_is_remembered() -> None:
    drive = Drive()
    for bits in range(3 * MOST_MEANT):
        omit = tuple(group for group in range(12) if bits >> group & 1)
        for _ in range(2):
            drive.hold(holds(omit=omit))
            assert drive.register("phaseControlGroupPhaseOmit") == bits & 0xFF
        assert len(drive.session._meant) <= MOST_MEANT


def test_what_is_asked_already_is_known_beforehand() -> None:
    drive = Drive()
    assert not drive.session.is_as_before(holds(hold=(2,)))
    drive.hold(holds(hold=(2,)))
    assert drive.session.is_as_before(holds(hold=(2,)))
    assert not drive.session.is_as_before(holds(hold=(4,)))
    assert not drive.session.is_as_before(holds(hold=(2,), omit=(2,)))  # is refused
    assert not drive.session.is_beat_due(drive.now_s)
    drive.tick(2)
    assert drive.session.is_beat_due(drive.now_s)
    drive.session.taken = False
    assert not drive.session.is_as_before(holds(hold=(2,)))
    assert not drive.session.is_beat_due(drive.now_s)


def test_without_heartbeats_it_falls_back_and_we_notice() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2,)))
    drive.tick(11)
    assert drive.session.mode() is Mode.BACKUP
    assert not drive.session.taken
    assert drive.register("phaseControlGroupHold") == 0
    with pytest.raises(RefusedRequest, match="its mode is BACKUP") as caught:
        drive.hold(holds(hold=(2,)))
    assert caught.value.code == "not-ours"
    drive.written()
    drive.beat()  # what is not ours is not kept alive
    assert drive.written() == []


def test_from_backup_it_can_be_taken_again() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2,)))
    drive.tick(11)
    drive.take()
    assert drive.session.mode() is Mode.OURS
    drive.tick()
    assert drive.session.mode() is Mode.OURS


def test_a_force_off_is_asked_of_greens_only_and_never_repeated_once_it_has_worked() -> None:
    drive = Drive()
    assert drive.green() == [0, 4, 9, 11]
    assert not drive.hold(holds(force_off=(2,)))
    drive.hold(holds(force_off=(0,), call=(2,)))
    assert drive.register("phaseControlGroupForceOff") == 1
    for _ in range(20):
        drive.tick()
        if 0 not in drive.green():
            break
    assert drive.register("phaseControlGroupForceOff") == 0
    drive.written()
    drive.tick()
    drive.beat()
    force_off = instance("phaseControlGroupForceOff", 1)
    assert {b.value for bindings in drive.written() for b in bindings if b.oid == force_off} == {0}
    assert drive.session.taken


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (holds(hold=(2,), force_off=(2,)), "contradiction"),
        (holds(hold=(2,), omit=(2,)), "contradiction"),
        (holds(hold=(0, 2)), "not-concurrent"),
        (holds(hold=(0, 8)), "not-concurrent"),
    ],
)
def test_what_cannot_be_meant_is_not_sent(request_: HoldRequest, code: str) -> None:
    drive = Drive()
    drive.written()
    with pytest.raises(RefusedRequest) as caught:
        drive.hold(request_)
    assert caught.value.code == code
    assert drive.written() == []


@pytest.mark.parametrize(
    ("what", "mode"),
    [
        ("manual", Mode.MANUAL),
        ("preempt", Mode.PREEMPT),
        ("flash", Mode.FLASH),
        ("fault", Mode.FAULT),
        ("refuses", Mode.LOCAL),
    ],
)
def test_whoever_else_decides_is_seen_and_we_give_back(what: str, mode: Mode) -> None:
    drive = Drive()
    drive.hold(holds(hold=(2, 6)))
    drive.desk.cabinet.misbehave(what)
    drive.tick()
    assert drive.session.mode() is mode
    assert drive.release()
    assert drive.register("phaseControlGroupHold") == 0
    with pytest.raises(CabinetRefusedError, match=f"its mode is {mode.name}"):
        drive.take()
    drive.desk.cabinet.misbehave(what, on=False)
    drive.tick(60)
    drive.take()
    assert drive.session.mode() is Mode.OURS


def test_somebody_else_who_asks_is_respected() -> None:
    drive = Drive(take=False)
    drive.desk.ask(Ask(Kind.SET, (integer(HOLD, 4),)))
    with pytest.raises(CabinetRefusedError, match="somebody else"):
        drive.take()
    drive.desk.ask(Ask(Kind.SET, (integer(HOLD, 0), integer(PATTERN, 1))))
    with pytest.raises(CabinetRefusedError, match="somebody else"):
        drive.take()


def test_a_write_whose_answer_is_lost_may_have_been_taken_or_not() -> None:
    for arrives in (True, False):
        drive = Drive()
        drive.hold(holds(hold=(2,)))
        steps = drive.session.hold(holds(hold=(6,)), drive.now_s)
        ask = next(steps)
        if arrives:
            drive.desk.ask(ask)
        steps.close()  # as where nothing is answered
        drive.tick()
        assert drive.session.mode() is Mode.OURS
        drive.written()
        assert drive.hold(holds(hold=(2,)))  # and the one before is written anew
        assert drive.written()
        drive.tick()
        assert drive.session.mode() is Mode.OURS
        assert drive.register("phaseControlGroupHold") == 4
        assert not drive.hold(holds(hold=(2,)))


def test_two_masters_are_one_too_many() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2, 6)))
    drive.desk.ask(Ask(Kind.SET, (integer(HOLD, 4),)))
    drive.tick()
    assert drive.session.mode() is Mode.READY
    assert drive.session.alarms(drive.now_s) == ("not-what-was-asked",)
    assert drive.release()
    assert drive.session.alarms(drive.now_s) == ()


def test_what_somebody_else_asks_is_left_to_him() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2, 6), omit=(0,), call=(1,)))
    drive.desk.ask(Ask(Kind.SET, (integer(HOLD, 4), integer(instance("phaseControlGroupVehCall", 1), 16 + 2))))
    drive.tick()
    drive.written()
    assert drive.release()
    assert HOLD not in [binding.oid for part in drive.written() for binding in part]
    assert drive.register("phaseControlGroupHold") == 4
    assert drive.register("phaseControlGroupPhaseOmit") == 0
    assert drive.register("phaseControlGroupVehCall") == 16
    assert drive.desk.cabinet.mode is Mode.OURS, "that is: his"
    with pytest.raises(CabinetRefusedError, match="somebody else"):
        drive.take()


@pytest.mark.parametrize("ours", [0, 1])
def test_a_pattern_of_somebody_else_is_left_to_him(ours: int) -> None:
    drive = Drive()
    drive.hold(holds(hold=(2,)))
    if ours:
        drive.plan(PLAN)
        drive.tick()
        assert drive.session.mode() is Mode.OURS
    drive.desk.ask(Ask(Kind.SET, (integer(instance("systemPatternControl", 0), 2),)))
    drive.tick()
    assert drive.session.mode() is not Mode.OURS
    assert drive.session.alarms(drive.now_s) == ("not-what-was-asked",)
    assert drive.release()
    assert drive.desk.board._pattern == 2
    assert drive.register("phaseControlGroupHold") == 0


def test_our_own_pattern_is_ended_where_somebody_else_asks_for_phases() -> None:
    drive = Drive()
    drive.plan(PLAN)
    drive.desk.ask(Ask(Kind.SET, (integer(HOLD, 4),)))
    drive.tick()
    assert drive.session.mode() is not Mode.OURS
    assert drive.release()
    assert drive.desk.board._pattern == 0
    assert drive.register("phaseControlGroupHold") == 4


def test_a_backup_time_that_somebody_changes_is_seen_while_it_is_ours() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2,)))
    drive.tick()
    assert drive.session.alarms(drive.now_s) == ()
    drive.desk.cabinet.backup_s = 0.0
    drive.tick()
    assert drive.session.alarms(drive.now_s) == ("backup-changed",)
    assert drive.session.mode() is Mode.OURS, "until it is given back"
    assert drive.release()
    assert drive.session.alarms(drive.now_s) == ()


def test_calls_that_were_served_may_be_cleared_but_not_added() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2,), call=(0, 1)))
    drive.desk.ask(Ask(Kind.SET, (integer(instance("phaseControlGroupVehCall", 1), 1),)))
    drive.tick()
    assert drive.session.mode() is Mode.OURS
    drive.desk.ask(Ask(Kind.SET, (integer(instance("phaseControlGroupVehCall", 1), 16),)))
    drive.tick()
    assert drive.session.mode() is not Mode.OURS


def test_release_is_verified() -> None:
    drive = Drive()
    drive.hold(holds(hold=(2, 6), omit=(0,), call=(1,)))
    assert drive.release()
    assert [drive.register(name) for name in CONTROLS] == [0] * 6
    assert drive.desk.cabinet.mode is Mode.READY
    drive.written()
    assert drive.release()  # nothing is left, so nothing is written
    assert drive.written() == []


def test_a_controller_that_keeps_what_it_was_asked_has_not_released() -> None:
    def stubborn(ask: Ask, answer: Answer) -> Answer:
        rows = [integer(HOLD, 4) if b.oid == HOLD and ask.kind is Kind.GET else b for b in answer.bindings]
        return answer._replace(bindings=tuple(rows))

    drive = Drive()
    drive.hold(holds(hold=(2,)))
    drive.desk.change = stubborn
    assert not drive.release()
    drive.desk.change = lambda ask, answer: answer
    assert drive.release()


def test_who_never_wrote_gives_nothing_back() -> None:
    drive = Drive(take=False)
    assert drive.release()
    assert drive.written() == []


def test_the_backup_time_is_read_again_before_it_is_taken() -> None:
    drive = Drive(take=False)
    drive.desk.cabinet.backup_s = 5.0
    with pytest.raises(CabinetRefusedError, match="was 10 s and is 5 s now"):
        drive.take()
    drive.desk.cabinet.backup_s = 0.0
    with pytest.raises(CabinetRefusedError, match="0 or not told"):
        drive.take()
    assert drive.written() == []


def test_a_pattern_and_its_position_are_asked_for() -> None:
    drive = Drive()
    drive.written()
    utc_s = drive.desk.clock.utc_s()
    assert drive.plan(PlanRequest(1, 94, 10, ()))
    (bindings,) = drive.written()
    assert bindings == (integer(PATTERN, 1), integer(instance("systemSyncControl", 0), int(utc_s + 10) % 94))
    assert not drive.plan(PlanRequest(1, 94, 10, ()))
    drive.tick(2)
    drive.beat()
    assert drive.written() == [(integer(PATTERN, 1),)]
    for _ in range(30):
        drive.tick()
        drive.beat()
    assert drive.session.mode() is Mode.OURS
    assert drive.plan(PlanRequest(1, 94, 11, ()))
    assert drive.release()
    assert drive.desk.cabinet.mode is Mode.READY


def test_holds_end_a_pattern_and_a_pattern_ends_holds() -> None:
    drive = Drive()
    drive.plan(PlanRequest(1, 94, 10, ()))
    assert drive.hold(holds(hold=(2,)))
    assert drive.desk.board._registers["systemPatternControl", (0,)] == 0
    assert drive.plan(PlanRequest(1, 94, 10, ()))
    assert drive.register("phaseControlGroupHold") == 0
    drive.sweep()
    assert drive.session.mode() is Mode.OURS


@pytest.mark.parametrize(
    ("request_", "code"), [(PlanRequest(2, 94, 0, ()), "no-such-plan"), (PlanRequest(1, 90, 0, ()), "other-cycle")]
)
def test_plans_that_it_does_not_have_are_not_asked_for(request_: PlanRequest, code: str) -> None:
    drive = Drive()
    drive.written()
    with pytest.raises(RefusedRequest) as caught:
        drive.plan(request_)
    assert (caught.value.code, drive.written()) == (code, [])


def test_a_position_that_cannot_be_said_is_not_said() -> None:
    cycle = instance("patternCycleTime", 1)

    def long(ask: Ask, answer: Answer) -> Answer:
        return answer._replace(bindings=tuple(integer(cycle, 400) if b.oid == cycle else b for b in answer.bindings))

    drive = Drive(Desk(change=long))
    start_s = -int(drive.desk.clock.utc_s())
    with pytest.raises(RefusedRequest, match="a position of 255 s"):
        drive.plan(PlanRequest(1, 400, start_s + 255, ()))
    assert drive.plan(PlanRequest(1, 400, start_s + 254, ()))


def test_a_refused_write_is_the_controllers_word() -> None:
    drive = Drive()
    drive.desk.change = lambda ask, answer: Answer(ErrorStatus.GEN_ERR, 1, ()) if ask.kind is Kind.SET else answer
    with pytest.raises(CabinetRefusedError, match="gen-err"):
        drive.hold(holds(hold=(2,)))


def test_an_object_that_it_does_not_have_is_not_asked_for_again() -> None:
    gone = {instance("unitAlarmStatus1", 0), instance("systemPatternControl", 0), instance("unitControl", 0)}

    def old(ask: Ask, answer: Answer) -> Answer:
        for k, binding in enumerate(ask.bindings, 1):
            if binding.oid in gone:
                return Answer(ErrorStatus.NO_SUCH_NAME, k, ())
        return answer

    drive = Drive(Desk(change=old), take=False)
    drive.desk.asks.clear()
    drive.sweep()
    asked = {binding.oid for ask in drive.desk.asks for binding in ask.bindings}
    assert not asked & gone
    drive.take()
    assert drive.session.taken


def test_a_pattern_that_is_no_number_is_none() -> None:
    def odd(ask: Ask, answer: Answer) -> Answer:
        return answer._replace(
            bindings=tuple(Binding(b.oid, 4, b"x") if b.oid == PATTERN else b for b in answer.bindings)
        )

    Drive(Desk(change=odd))


def test_alarms_that_reading_clears_are_read_once_and_kept_for_a_while() -> None:
    desk = Desk()
    desk.board.unit._restarted = True
    drive = Drive(desk, take=False)
    assert drive.session.alarms(drive.now_s) == ("power-restart",)
    read = [ask for ask in desk.asks for b in ask.bindings if b.oid == instance("unitAlarmStatus2", 0)]
    assert len(read) == 1
    drive.tick(5)
    assert drive.session.alarms(drive.now_s) == ("power-restart",)
    drive.tick(10)
    assert drive.session.alarms(drive.now_s) == ()


def test_a_serious_alarm_is_looked_into_when_it_begins() -> None:
    drive = Drive(take=False)
    drive.desk.cabinet.misbehave("fault")
    drive.desk.asks.clear()
    drive.tick(3)
    drive.sweep()
    asked = [b.oid for ask in drive.desk.asks for b in ask.bindings]
    assert asked.count(instance("unitAlarmStatus2", 0)) == 1
    assert set(drive.session.alarms(drive.now_s)) >= {"critical", "process-failure"}


def test_a_controller_that_obeys_nothing_is_named() -> None:
    drive = Drive(Desk(cabinet=firmware(backup_s=0.0 + 60)))
    drive.desk.cabinet.misbehave("lies")
    for _ in range(40):
        drive.tick()
        drive.hold(holds(call=(0,)))
        drive.beat()
        if drive.session.alarms(drive.now_s):
            break
    assert drive.session.alarms(drive.now_s) == ("phase-1-not-served",)
    drive.release()
    assert drive.session.alarms(drive.now_s) == ()


def test_who_was_late_before_is_not_late_when_it_is_taken_again() -> None:
    drive = Drive(Desk(cabinet=firmware(backup_s=60.0)))
    drive.desk.cabinet.misbehave("lies")
    for _ in range(40):
        drive.tick()
        drive.hold(holds(call=(0,)))
        drive.beat()
    assert drive.session.alarms(drive.now_s) == ("phase-1-not-served",)
    assert drive.release()
    drive.tick(3)
    drive.take()
    assert drive.session.alarms(drive.now_s) == ()
    drive.tick()
    assert drive.session.alarms(drive.now_s) == ()


def test_buttons_are_told_from_the_echo_of_our_own_calls() -> None:
    calls = instance("phaseStatusGroupPedCalls", 2)
    echo: list[int] = []

    def change(ask: Ask, answer: Answer) -> Answer:
        rows = [integer(calls, b.value | echo[0]) if b.oid == calls and echo else b for b in answer.bindings]  # type: ignore[operator]
        return answer._replace(bindings=tuple(rows))

    drive = Drive(Desk(change=change))
    drive.tick(call=(8,))
    assert drive.session.buttons == bits_of([9])
    drive.hold(holds(hold=(0,), call=(8, 10)))
    echo.append(bits_of([1, 3]))  # phases 9 and 11 are in the second octet
    drive.tick()
    assert drive.session.buttons == bits_of([9])
    echo.clear()


def test_counts_of_detectors_come_whole() -> None:
    drive = Drive()
    drive.session.detectors.report()
    for _ in range(10):
        drive.tick(occupied=(0, 5))
    count, occupied = drive.session.detectors.report()
    assert count[[0, 5]].tolist() == [10, 10]
    assert count.sum() == 20
    assert occupied[[0, 5]].tolist() == [1.0, 1.0]


def test_detectors_whose_counts_are_no_numbers_are_not_known() -> None:
    def change(ask: Ask, answer: Answer) -> Answer:
        one = instance("detectorVolume", 1)
        return answer._replace(bindings=tuple(Binding(b.oid, 4, b"") if b.oid == one else b for b in answer.bindings))

    drive = Drive(Desk(change=change))
    for _ in range(5):
        drive.tick(occupied=(0, 5))
    assert drive.session.detectors.report()[0][:2].tolist() == [-1, 0]


def test_counts_that_are_not_answered_are_not_known() -> None:
    drive = Drive()
    drive.tick(occupied=(0, 5))
    drive.session.detectors.report()
    drive.desk.tick(1, occupied=(0, 5))
    drive.desk.run(drive.session.sweep(drive.now_s, lamps=True))
    counting = drive.session.count()
    next(counting)
    with pytest.raises(StopIteration):
        counting.throw(WorldTimeoutError("late"))
    assert (drive.session.detectors.report()[0] == -1).all()
    drive.desk.run(drive.session.count())  # nothing is due any more
    drive.tick(occupied=(0, 5))
    assert drive.session.detectors.report()[0][[0, 1]].tolist() == [1, 0]


def test_lamps_may_come_from_somewhere_else() -> None:
    drive = Drive()
    lamps = drive.session.lamps
    assert lamps is not None
    drive.session.show(lamps._replace(greens=0))
    drive.desk.asks.clear()
    drive.sweep(lamps=False)
    assert drive.session.lamps == lamps._replace(greens=0)
    asked = {b.oid for ask in drive.desk.asks for b in ask.bindings}
    assert instance("phaseStatusGroupGreens", 1) not in asked
    fresh = Session(drive.session.settings)
    drive.desk.run(fresh.identify(0.0))
    drive.desk.run(fresh.sweep(0.0, lamps=False))
    assert fresh.lamps is None
    drive.release()
    drive.desk.run(fresh.take(0.0))
    assert drive.desk.run(fresh.hold(holds(force_off=(2,)), 0.0)) is False


def test_in_version_2c_all_of_it_is_the_same() -> None:
    drive = Drive(Desk(version=Version.V2C))
    assert drive.hold(holds(hold=(2,)))
    drive.tick()
    assert drive.session.mode() is Mode.OURS
    assert drive.release()


def test_whatever_is_asked_only_what_is_allowed_is_written() -> None:
    rng = np.random.default_rng(7)
    drive = Drive()
    for _ in range(60):
        drive.tick()
        if not drive.session.taken:
            drive.release()
            drive.take()
        try:
            if rng.random() < 0.1:
                drive.plan(
                    PlanRequest(
                        int(rng.integers(0, 255)), int(rng.choice([0, 94, 255])), int(rng.integers(-99, 99)), ()
                    )
                )
            else:
                drive.hold(HoldRequest(*(rng.random((4, 12)) < 0.1)))
        except RefusedRequest:
            continue
        drive.beat()
    sets = [ask for ask in drive.desk.asks if ask.kind is Kind.SET]
    assert len(sets) > 40
    for ask in sets:
        check_sendable(ask)


VALUES = st.one_of(
    st.tuples(st.just(2), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just(2), st.integers(0, 3)),
    st.tuples(st.just(0x41), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(4), st.binary(max_size=20)),
    st.tuples(st.sampled_from([5, 0x80, 0x81, 0x82]), st.none()),
)


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_whatever_a_controller_answers_nothing_but_a_refusal_comes_of_it(data: st.DataObject) -> None:
    desk, session = Desk(), Session(Settings.of(site(), address()))
    desk.run(session.identify(0.0))
    odd = data.draw(st.lists(st.tuples(st.integers(0, 7), VALUES), min_size=1, max_size=8))
    errors = iter(data.draw(st.lists(st.tuples(st.integers(-1, 20), st.integers(-2, 9)), max_size=4)))

    def change(ask: Ask, answer: Answer) -> Answer:
        error, index = next(errors, (0, 0))
        rows = list(answer.bindings)
        for place, value in odd:
            if place < len(rows):
                rows[place] = Binding(rows[place].oid, *value)
        return Answer(error, index, tuple(rows))

    desk.change = change
    steps = (
        lambda: session.identify(1.0), lambda: session.sweep(2.0, lamps=True), session.count,
        lambda: session.take(3.0),
        lambda: session.hold(holds(hold=(0,)), 4.0), lambda: session.beat(6.0), lambda: session.release(7.0),
    )  # fmt: skip
    for step in steps:
        try:
            desk.run(step())
        except CabinetRefusedError:
            continue
    assert len(desk.asks) < 400
    assert len(session.alarms(7.0)) < 40
    session.detectors.report()
