from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmarks.control.bound_delay import STANDING_COST_S, DelayMeter


class Street:
    """What SUMO would say, as it is set."""

    def __init__(self) -> None:
        self.lost_s: dict[str, float] = {}
        self.speed_mps: dict[str, float] = {}
        self.arrived: list[str] = []
        self.pending: list[str] = []
        self.walk_mps: dict[str, float] = {}
        self.vehicle = SimpleNamespace(
            getIDList=lambda: tuple(self.lost_s),
            getTimeLoss=self.lost_s.__getitem__,
            getSpeed=self.speed_mps.__getitem__,
        )
        self.simulation = SimpleNamespace(
            getArrivedIDList=lambda: tuple(self.arrived), getPendingVehicles=lambda: tuple(self.pending)
        )
        self.person = SimpleNamespace(getIDList=lambda: tuple(self.walk_mps), getSpeed=self.walk_mps.__getitem__)

    def shows(self, vehicle: str, lost_s: float, speed_mps: float) -> None:
        self.lost_s[vehicle], self.speed_mps[vehicle] = lost_s, speed_mps


def test_what_somebody_lost_stays_when_it_has_arrived() -> None:
    street = Street()
    meter = DelayMeter(street, 1.0)
    street.shows("a", 3.0, 10.0)
    street.shows("b", 1.0, 10.0)
    meter.stepped()
    assert meter.spent_s == pytest.approx(4.0)
    del street.lost_s["a"]
    street.arrived = ["a"]
    street.shows("b", 1.5, 10.0)
    meter.stepped()
    assert meter.spent_s == pytest.approx(4.5)
    street.arrived = []
    meter.stepped()
    assert meter.spent_s == pytest.approx(4.5)


def test_somebody_who_came_and_went_within_a_step_lost_nothing() -> None:
    street = Street()
    street.arrived = ["quick"]
    meter = DelayMeter(street, 1.0)
    meter.stepped()
    assert meter.spent_s == 0.0


@pytest.mark.parametrize("step_s", [0.5, 1.0])
def test_who_waits_to_get_in_loses_every_step(step_s: float) -> None:
    street = Street()
    street.pending += ["a", "b"]
    meter = DelayMeter(street, step_s)
    for _ in range(3):
        meter.stepped()
    assert meter.spent_s == pytest.approx(2 * 3 * step_s)
    assert meter.owed_s == pytest.approx(2 * STANDING_COST_S)


def test_people_count_while_they_stand() -> None:
    street = Street()
    street.walk_mps.update(walks=1.2, waits=0.0)
    meter = DelayMeter(street, 1.0, person_weight=0.5)
    meter.stepped()
    assert meter.spent_s == pytest.approx(0.5)
    assert meter.owed_s == pytest.approx(0.5 * STANDING_COST_S)


def test_only_who_stands_owes() -> None:
    street = Street()
    street.shows("stands", 0.0, 0.2)
    street.shows("drives", 0.0, 12.0)
    meter = DelayMeter(street, 1.0)
    meter.stepped()
    assert meter.owed_s == pytest.approx(STANDING_COST_S)
