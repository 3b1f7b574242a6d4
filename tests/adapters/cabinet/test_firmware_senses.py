"""Calls are remembered until they are served; broken detectors call for ever."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from signals.adapters.cabinet.firmware_senses import MAX_PRESENCE_DS, Senses
from signals.model.cabinets import CabinetSite
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect

RED, GREEN = Aspect.RED, Aspect.GREEN

GROUPS = (
    SignalGroup("a", User.VEHICLE, (0,)),
    SignalGroup("b", User.VEHICLE, (1,)),
    SignalGroup("walk", User.PEDESTRIAN, (2,), amber_ds=0),
)
SITE = CabinetSite(Intersection("j", GROUPS, ((None,) * 3,) * 3, ()), ("da", "da2"))
ALL_RED = [RED] * 3


def senses(detector_groups: Sequence[Sequence[int]] = ((0,), (0,))) -> Senses:
    return Senses(SITE, detector_groups, Random(0))


def see(
    made: Senses, now_ds: int, *entered: int, occupied: float | None = None, aspect: Sequence[int] = ALL_RED
) -> None:
    share = [float(count > 0) if occupied is None else occupied for count in entered]
    made.see(now_ds, np.array(entered, np.int32), np.array(share, np.float32), aspect)


def test_a_button_is_remembered_until_green() -> None:
    made = senses()
    made.hear(10, np.array([False, False, True]), ALL_RED)
    made.hear(20, np.array([False, False, True]), ALL_RED)
    made.hear(30, np.zeros(3, np.bool_), ALL_RED)
    assert made.button.tolist() == [False, False, True]
    assert made.called_ds == [-1, -1, 10]
    made.serve([RED, RED, GREEN])
    assert not made.button.any()
    assert made.called_ds == [-1, -1, -1]


def test_whoever_has_green_does_not_wait() -> None:
    made = senses()
    made.hear(10, np.array([False, False, True]), [RED, RED, GREEN])
    assert not made.button.any()
    assert made.called_ds[2] == -1


def test_detectors_count_and_call_their_groups() -> None:
    made = senses()
    see(made, 10, 0, 0)
    assert made.called_ds == [-1, 10, -1]  # nobody sees who waits for b, so that it is always called
    see(made, 20, 0, 2)
    see(made, 30, 1, 1)
    assert made.called_ds == [20, 10, -1]
    assert made.count.tolist() == [1, 3]
    assert made.on.tolist() == [True, True]
    see(made, 40, 0, 0)
    assert made.on.tolist() == [False, False]
    assert made.count.tolist() == [1, 3]


def test_without_a_word_on_detectors_all_vehicles_are_always_called() -> None:
    made = senses(())
    see(made, 10, 1, 0)
    assert made.called_ds == [10, 10, -1]


def test_a_detector_that_says_nothing_is_a_fault_and_calls() -> None:
    made = senses()
    see(made, 10, -1, 0, occupied=float("nan"))
    assert made.fault.tolist() == [True, False]
    assert made.on.tolist() == [False, False]
    assert made.count.tolist() == [0, 0]
    assert made.called_ds[0] == 10


def test_a_detector_that_is_never_free_is_a_fault_until_it_is() -> None:
    made = senses()
    see(made, 0, 0, 0)
    for now_ds in range(10, MAX_PRESENCE_DS + 10, 10):
        see(made, now_ds, 0, 0, occupied=0.2)
        assert not made.fault.any()
    see(made, MAX_PRESENCE_DS + 10, 0, 0, occupied=0.2)
    assert made.fault.all()
    see(made, MAX_PRESENCE_DS + 20, 0, 0)
    assert not made.fault.any()


def test_stuck_detectors() -> None:
    made = senses()
    made.stuck_on = True
    see(made, 10, 0, 0)
    assert made.on[made.stuck]
    assert made.called_ds[0] == 10
    made.stuck_on, made.stuck_off = False, True
    see(made, 20, 5, 5)
    assert not made.on[made.stuck]
    assert made.count[made.stuck] == 0
    assert made.count.sum() == 5


def test_a_site_without_detectors_has_nothing_to_see() -> None:
    made = Senses(CabinetSite(SITE.intersection), (), Random(0))
    made.stuck_on = True
    made.see(10, np.zeros(0, np.int32), np.zeros(0, np.float32), ALL_RED)
    assert made.called_ds == [10, 10, -1]


def test_forgetting() -> None:
    made = senses()
    see(made, 10, 1, 1)
    made.hear(10, np.ones(3, np.bool_), ALL_RED)
    made.forget()
    assert made.called_ds == [-1] * 3
    assert made.count.sum() == made.button.sum() == made.on.sum() == 0
