"""Who is asked for in vain is named, and nobody else."""

from __future__ import annotations

from signals.adapters.ntcip.exchange import Chunks
from signals.adapters.ntcip.identity import identify
from signals.adapters.ntcip.overdue import MARGIN_S, OverdueWatch
from signals.adapters.ntcip.phases import NO_MASKS, PhaseMap, bits_of
from signals.adapters.ntcip.settings import Settings

from .street import Desk, address, site

SETTINGS = Settings.of(site(), address())
LIMIT_S = 14.0 + MARGIN_S  # walk 6, pedestrian clearance 8, no yellow and no red clearance


def watch() -> OverdueWatch:
    return OverdueWatch(PhaseMap.of(site(), None), Desk().run(identify(SETTINGS, Chunks(8))))


def test_a_phase_that_does_not_come_is_named() -> None:
    late = watch()
    late.ask(NO_MASKS._replace(veh_call=bits_of([1])), 0.0)
    late.look(0, LIMIT_S - 0.1)
    assert late.alarms == ()
    late.ask(NO_MASKS._replace(hold=bits_of([1])), LIMIT_S)  # still the same wish
    late.look(0, LIMIT_S + 0.1)
    assert late.alarms == ("phase-1-not-served",)
    late.look(1, LIMIT_S + 1.0)
    assert late.alarms == ()


def test_a_phase_that_was_served_has_time_again() -> None:
    late = watch()
    late.ask(NO_MASKS._replace(ped_call=bits_of([9])), 0.0)
    late.look(bits_of([9]), 10.0)
    late.look(0, 24.0)  # people wait for vehicles: minimum green 5, yellow 3, red clearance 2, margin 5
    assert late.alarms == ()


def test_who_waits_for_somebody_else_or_is_left_out_is_not_late() -> None:
    late = watch()
    late.ask(NO_MASKS._replace(veh_call=bits_of([1, 3])), 0.0)  # they conflict
    late.look(0, 1_000.0)
    assert late.alarms == ()
    late.ask(NO_MASKS._replace(veh_call=bits_of([1, 3]), phase_omit=bits_of([1])), 1_000.0)
    late.look(0, 2_000.0)
    assert late.alarms == ("phase-3-not-served",)
    late.ask(NO_MASKS, 2_000.0)
    late.look(0, 3_000.0)
    assert late.alarms == ()


def test_phases_that_nobody_speaks_about_are_not_watched() -> None:
    late = watch()
    late.ask(NO_MASKS._replace(veh_call=bits_of([16])), 0.0)
    late.look(0, 1_000.0)
    assert late.alarms == ()
