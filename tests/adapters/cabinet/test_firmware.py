"""What a virtual cabinet shows is legal whatever it is asked, and it goes home by itself."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from signals.adapters.cabinet.firmware import BACKUP_REST_DS, DARK_DS, FAULT_REST_DS, HANDOVER_DS, STARTUP_DS, Firmware
from signals.adapters.cabinet.station import VirtualFirmware
from signals.errors import UnknownNameError
from signals.model.cabinets import Mode, PlanRequest
from signals.model.network import Network
from signals.model.values import Aspect

from .firmware_witness import Witness, attack, crossing, site_of

RED, GREEN, AMBER = Aspect.RED, Aspect.GREEN, Aspect.AMBER

ALL_BUT = ("manual", "preempt", "flash", "fault", "refuses", "lies")
"""Misbehaviours that keep us out: ended at once where the requests themselves are to be tried."""


def made(network: Network | None = None, **settings: object) -> Witness:
    network = network or crossing()
    return Witness(network, Firmware(site_of(network), **settings))  # type: ignore[arg-type]


def green(witness: Witness) -> set[str]:
    names = witness.firmware.site.groups
    return {name for name, aspect in zip(names, witness.firmware.aspect, strict=True) if aspect == GREEN}


def ask(witness: Witness, **aspects: Aspect) -> None:
    """Request what is shown, with some groups otherwise."""
    wish = witness.firmware.aspect.copy()
    for name, aspect in aspects.items():
        wish[witness.firmware.site.groups.index(name)] = aspect
    witness.firmware.alive()
    witness.firmware.request_groups(wish)


def test_it_is_what_a_server_expects() -> None:
    firmware: VirtualFirmware = Firmware(site_of(crossing()))
    assert firmware.mode is Mode.READY
    assert firmware.aspect.tolist() == [RED] * 12
    assert (firmware.plan, firmware.cycle_ds, firmware.stage, firmware.alarms) == (1, 940, -1, ())


@pytest.mark.parametrize("tick_ds", [1, 7, 10])
@pytest.mark.parametrize("times", [{}, {"red_amber_ds": 15, "amber_ds": 35}, {"plans": False}], ids=str)
@pytest.mark.parametrize("keep", [(), ALL_BUT], ids=["everything", "requests"])
def test_whatever_is_asked_what_is_shown_is_legal(tick_ds: int, times: dict, keep: tuple[str, ...]) -> None:
    network = crossing(**times)
    for illegal_ticks in (3, 10**9):
        witness = made(network, tick_ds=tick_ds, backup_s=4.0, illegal_ticks=illegal_ticks)
        attack(witness, Random(tick_ds + illegal_ticks), 600, keep)
        assert witness.violations == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_twenty_thousand_requests(seed: int) -> None:
    rng = Random(seed)
    network = crossing(red_amber_ds=rng.choice((0, 10, 15)), amber_ds=rng.choice((30, 35)), plans=seed != 3)
    witness = made(network, tick_ds=rng.choice((1, 10)), seed=seed, illegal_ticks=rng.choice((3, 10**9)))
    attack(witness, rng, 20_000, ALL_BUT if seed % 2 else ())
    assert witness.violations == []


def test_the_witness_sees_what_is_wrong() -> None:
    witness = made()
    witness.ticks(10)
    witness.firmware._lamps.aspect[2] = GREEN  # east, while north is green
    witness.firmware._lamps.changed = True
    witness.ticks(1)
    assert {violation.rule for violation in witness.violations} >= {"conflict"}


def test_same_seed_same_display() -> None:
    def shown(seed: int) -> bytes:
        witness = made(seed=3)
        rows = []
        rng = Random(seed)
        for _ in range(200):
            attack(witness, rng, 1)
            rows.append(witness.firmware.aspect.tobytes() + bytes([witness.firmware.mode, witness.firmware.stage + 1]))
        return b"".join(rows)

    assert shown(1) == shown(1)
    assert shown(1) != shown(2)


def test_what_it_gave_away_is_not_written_to() -> None:
    witness = made()
    kept = []
    for _ in range(120):
        firmware = witness.firmware
        arrays = (firmware.aspect, firmware.age_ds, firmware.call, firmware.detector_on, firmware.detector_count)
        kept.append((arrays, [array.copy() for array in arrays]))
        witness.tick(calls=0.2)
    assert all((now == then).all() for arrays, before in kept for now, then in zip(arrays, before, strict=True))


def test_its_own_program_is_its_first_plan() -> None:
    witness = made()
    seen = []
    for _ in range(94):
        witness.tick(calls=0.0)
        seen.append(witness.firmware.stage)
    assert list(dict.fromkeys(stage for stage in seen if stage >= 0)) == [0, 1, 2, 3]
    assert witness.firmware.cycle_position_ds == 0
    assert witness.firmware.age_ds.max() > 0


def test_legal_aspects_are_shown_as_they_are_requested() -> None:
    witness = made()
    witness.ticks(20)
    assert green(witness) == {"north_ahead", "south_ahead", "north_walk", "south_walk"} ^ {
        "north_walk", "south_walk", "east_walk", "west_walk"
    }  # fmt: skip
    assert witness.firmware.take()
    ask(witness, north_ahead=AMBER)
    witness.ticks(1)
    assert witness.firmware.mode is Mode.OURS
    assert witness.firmware.aspect[0] == AMBER
    ask(witness)
    witness.ticks(4)  # asked to stay in amber, it does for a while
    assert witness.firmware.aspect[0] == AMBER
    ask(witness, north_ahead=RED)
    witness.ticks(1)
    assert witness.firmware.aspect[0] == RED
    assert (witness.firmware.alarms, witness.firmware.illegal) == ((), ())


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"east_ahead": GREEN}, "conflicting"),
        ({"north_ahead": RED}, "followed by something else"),
        ({"east_ahead": AMBER}, "followed by something else"),
    ],
)
def test_what_is_illegal_is_not_shown_and_becomes_a_fault(wish: dict, why: str) -> None:
    witness = made(illegal_ticks=3)
    witness.ticks(20)
    before = witness.firmware.aspect.tolist()
    witness.firmware.take()
    ask(witness, **wish)
    for _ in range(2):
        witness.ticks(1)
        assert witness.firmware.aspect.tolist() == before
        assert witness.firmware.alarms == ("illegal-request",)
        assert why in witness.firmware.illegal[0]
    witness.ticks(1)
    assert witness.firmware.mode is Mode.FAULT
    assert witness.firmware.alarms == ("fault",)
    assert not witness.firmware.take()
    witness.ticks(FAULT_REST_DS // 10)
    assert witness.firmware.mode is Mode.READY
    assert witness.firmware.take()


def test_a_green_is_not_cut() -> None:
    witness = made(illegal_ticks=100)
    while "north_ahead" not in green(witness):
        witness.ticks(1)
    witness.firmware.take()
    ask(witness, north_ahead=AMBER)
    witness.ticks(4)
    assert "too short" in witness.firmware.illegal[0]
    assert "north_ahead" in green(witness)
    witness.ticks(1)
    assert "north_ahead" not in green(witness)
    assert witness.firmware.alarms == ()


def test_a_request_that_is_legal_again_is_no_alarm() -> None:
    witness = made()
    witness.ticks(20)
    witness.firmware.take()
    ask(witness, east_ahead=GREEN)
    witness.ticks(2)
    ask(witness)
    witness.ticks(1)
    assert witness.firmware.alarms == ()
    assert witness.firmware.mode is Mode.OURS


@pytest.mark.parametrize("backup_s", [2.0, 10.0])
def test_it_goes_home_when_it_misses_us(backup_s: float) -> None:
    witness = made(backup_s=backup_s, tick_ds=1)
    witness.ticks(100)
    witness.firmware.take()
    witness.firmware.request_stage(2)
    witness.ticks(round(10 * backup_s) - 1)
    assert witness.firmware.mode is Mode.OURS
    witness.firmware.alive()
    witness.ticks(round(10 * backup_s))
    assert witness.firmware.mode is Mode.BACKUP
    witness.ticks(BACKUP_REST_DS - 1)
    assert witness.firmware.mode is Mode.BACKUP
    witness.ticks(300)
    assert witness.firmware.mode is Mode.READY
    witness.firmware.take()
    witness.firmware.alive()
    before = witness.firmware._wish
    assert before is None  # what was asked before is forgotten


def test_without_a_backup_time_it_never_misses_us() -> None:
    witness = made(backup_s=0.0)
    witness.firmware.take()
    witness.ticks(500)
    assert witness.firmware.mode is Mode.OURS


def test_giving_back_is_safe_and_at_once() -> None:
    witness = made()
    witness.firmware.take()
    witness.firmware.request_stage(3)
    witness.ticks(60)
    witness.firmware.give_back()
    assert witness.firmware.mode is Mode.READY
    witness.firmware.request_stage(3)  # not ours to ask any more
    seen = set()
    for _ in range(94):
        witness.ticks(1)
        seen.add(witness.firmware.stage)
    assert seen >= {0, 1, 2, 3}
    assert witness.violations == []


def test_a_stage_is_served_and_stays() -> None:
    witness = made()
    witness.ticks(20)
    witness.firmware.take()
    witness.firmware.request_stage(3)
    for _ in range(40):
        witness.firmware.alive()
        witness.ticks(1)
    assert green(witness) == {"east_left", "west_left"}
    assert witness.firmware.stage == 3
    with pytest.raises(ValueError, match="from 0 to 3"):
        witness.firmware.request_stage(4)


def test_holds_reach_the_lamps() -> None:
    witness = made()
    witness.ticks(20)
    firmware = witness.firmware
    firmware.take()
    none = np.zeros(12, np.bool_)
    east = np.array([name == "east_ahead" for name in firmware.site.groups])
    firmware.request_holds(east, none, ~east, east)
    for _ in range(60):
        firmware.alive()
        witness.ticks(1)
    assert green(witness) == {"east_ahead"}


def test_a_plan_is_run_with_other_times() -> None:
    witness = made()
    firmware = witness.firmware
    lengths = tuple(step.duration_ds // 10 for step in firmware.site.intersection.plans[0].steps)
    other = (lengths[0] + 6, *lengths[1:])
    asked = PlanRequest(1, sum(other), 0, other)
    assert not firmware.request_plan(asked)  # nobody has let us
    firmware.take()
    assert not firmware.request_plan(asked._replace(cycle_s=asked.cycle_s + 1))
    assert firmware.request_plan(asked)
    for _ in range(94):
        assert firmware.cycle_ds == 940
        firmware.alive()
        witness.ticks(1)
    assert firmware.cycle_ds == 1000
    firmware.give_back()
    for _ in range(120):
        witness.ticks(1)
    assert firmware.cycle_ds == 940


@pytest.mark.parametrize("asked", [np.zeros(11, np.int8), np.zeros((12, 1), np.int8)])
def test_arrays_of_another_size_are_an_error(asked: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected 12 groups"):
        Firmware(site_of(crossing())).request_groups(asked)


def test_settings_that_mean_nothing_are_an_error() -> None:
    site = site_of(crossing())
    for wrong in ({"tick_ds": 0}, {"illegal_ticks": 0}, {"backup_s": -1.0}):
        with pytest.raises(ValueError, match="expected tick_ds > 0"):
            Firmware(site, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="16 detectors, got 1"):
        Firmware(site, detector_groups=[(0,)])


@pytest.mark.parametrize(
    ("what", "mode"), [("manual", Mode.MANUAL), ("preempt", Mode.PREEMPT), ("flash", Mode.FLASH), ("fault", Mode.FAULT)]
)
def test_whoever_stands_above_us_takes_over_at_once(what: str, mode: Mode) -> None:
    witness = made()
    witness.ticks(20)
    firmware = witness.firmware
    firmware.take()
    firmware.misbehave(what)
    assert firmware.mode is mode
    assert not firmware.take()
    witness.ticks(30)
    assert firmware.mode is mode
    if what == "flash":
        assert set(firmware.aspect.tolist()) == {Aspect.UNKNOWN}
    if what == "preempt":
        assert firmware.stage == 0
    assert firmware.alarms == (("fault",) if what == "fault" else ())
    firmware.misbehave(what, on=False)
    witness.ticks(1 + STARTUP_DS // 10)
    assert firmware.mode is Mode.READY
    assert firmware.take()


def test_by_hand_the_stage_stays() -> None:
    witness = made()
    witness.ticks(20)
    witness.firmware.misbehave("manual")
    before = witness.firmware.stage
    witness.ticks(200)
    assert witness.firmware.stage == before == 0


def test_a_reboot_forgets_everything() -> None:
    witness = made()
    firmware = witness.firmware
    firmware.set_clock(1_000.0)
    witness.ticks(100)
    assert firmware.detector_count.sum() > 0
    firmware.take()
    firmware.misbehave("reboot")
    assert (firmware.time_ds, firmware.mode, firmware.silent) == (0, Mode.FLASH, True)
    witness.ticks(1)
    assert firmware.detector_count.sum() == firmware.call.sum() == 0
    assert set(firmware.aspect.tolist()) == {Aspect.UNKNOWN}
    witness.ticks(DARK_DS // 10)
    assert (firmware.mode, firmware.silent) == (Mode.LOCAL, False)
    assert set(firmware.aspect.tolist()) == {RED}
    assert not firmware.take()
    witness.ticks(STARTUP_DS // 10)
    assert firmware.mode is Mode.READY
    assert firmware._clock_ds() == 10_000 + 1_000 + firmware.time_ds
    firmware.misbehave("reboot", on=False)
    assert firmware.time_ds > 0


def test_whoever_takes_over_finds_what_it_has_seen() -> None:
    """Its own program would have gone on between the two: 25 s of green are over at 21 s, for 3 s of walking less."""
    witness = made()
    firmware = witness.firmware
    while firmware.cycle_position_ds != 200:
        witness.ticks(1)
    before = firmware.aspect.tolist()
    firmware.take()
    for _ in range(HANDOVER_DS // 10):
        witness.ticks(1)
        assert firmware.aspect.tolist() == before
        assert firmware.alarms == ()
    witness.ticks(1)  # nobody has asked for anything
    assert firmware.aspect.tolist() != before
    firmware.request_groups(firmware.aspect)
    before = firmware.aspect.tolist()
    firmware.take()
    witness.ticks(2)
    assert firmware.aspect.tolist() == before


def test_a_plan_needs_no_handover() -> None:
    witness = made()
    firmware = witness.firmware
    lengths = tuple(step.duration_ds // 10 for step in firmware.site.intersection.plans[0].steps)
    while firmware.cycle_position_ds != 200:
        witness.ticks(1)
    before = firmware.aspect.tolist()
    firmware.take()
    assert firmware.request_plan(PlanRequest(1, 94, 0, lengths))
    witness.ticks(2)
    assert firmware.aspect.tolist() != before


def test_a_liar_takes_everything_and_does_nothing() -> None:
    witness = made()
    firmware = witness.firmware
    firmware.misbehave("lies")
    assert firmware.take()
    firmware.request_stage(3)
    assert firmware.request_plan(PlanRequest(9, 1, 1, ()))
    seen = []
    for _ in range(94):
        firmware.alive()
        witness.ticks(1)
        seen.append(firmware.stage)
    assert firmware.mode is Mode.OURS
    assert {0, 1, 2, 3} <= set(seen)


def test_one_that_refuses_lets_nobody_in() -> None:
    witness = made()
    firmware = witness.firmware
    firmware.take()
    firmware.misbehave("refuses")
    assert firmware.mode is Mode.LOCAL
    assert not firmware.take()
    assert not firmware.request_plan(PlanRequest(1, 94, 0, (94,)))


def test_silence_is_a_flag() -> None:
    firmware = made().firmware
    firmware.misbehave("silent")
    assert firmware.silent
    firmware.misbehave("silent", on=False)
    assert not firmware.silent


def test_a_clock_that_was_set_moves_the_program_little_by_little() -> None:
    witness = made()
    firmware = witness.firmware
    witness.ticks(94)
    firmware.misbehave("clock_jump")
    assert firmware.clock_offset_s > 3_600
    off = []
    for _ in range(94 * 8):
        witness.ticks(1)
        off.append((firmware.cycle_position_ds - firmware._clock_ds()) % 940)
    assert off[0] != 0
    assert off[-1] == 0
    assert witness.violations == []
    firmware.misbehave("clock_jump", on=False)
    assert firmware.clock_offset_s == 0


def test_somebody_changed_the_backup_time() -> None:
    firmware = made(backup_s=8.0).firmware
    firmware.misbehave("backup_changed")
    assert firmware.backup_s == 0
    firmware.misbehave("backup_changed", on=False)
    assert firmware.backup_s == 8.0


def test_a_backup_time_that_a_protocol_has_set_outlives_other_misbehaviours() -> None:
    firmware = made(backup_s=8.0).firmware
    firmware.backup_s = 60.0
    firmware.misbehave("manual")
    firmware.misbehave("manual", on=False)
    assert firmware.backup_s == 60.0
    for on in (False, True, True, False, False):
        firmware.misbehave("backup_changed", on)
        assert firmware.backup_s == (0.0 if on else 60.0)


def test_detectors_get_stuck() -> None:
    witness = made(seed=5)
    firmware = witness.firmware
    firmware.misbehave("detector_stuck_on")
    witness.ticks(310)
    assert firmware.detector_on.any()
    assert firmware.detector_fault.sum() == 1
    firmware.misbehave("detector_stuck_on", on=False)
    firmware.misbehave("detector_stuck_off")
    stuck = firmware._senses.stuck
    before = firmware.detector_count[stuck]
    witness.ticks(100)
    assert firmware.detector_count[stuck] == before
    assert not firmware.detector_on[stuck]
    assert firmware.detector_fault.sum() == 0


def test_an_unknown_misbehaviour_names_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="clock_jump"):
        made().firmware.misbehave("clock_jumps")


@pytest.mark.parametrize(("name", "drift"), [("clock_stopped", -1), ("clock_fast", 1)])
def test_a_clock_that_stands_still_or_runs_too_fast_is_further_off_each_tick(name: str, drift: int) -> None:
    witness = made()
    firmware = witness.firmware
    firmware.misbehave(name)
    assert firmware.clock_offset_s == 0
    witness.ticks(30)
    assert firmware.clock_offset_s == pytest.approx(30 * drift * firmware.tick_ds / 10)
    witness.ticks(300)
    assert witness.violations == []
    firmware.misbehave("silent")
    assert firmware.clock_offset_s == pytest.approx(330 * drift * firmware.tick_ds / 10)
    firmware.misbehave(name, on=False)
    witness.ticks(5)
    assert firmware.clock_offset_s == 0
