"""The database of a virtual controller says what the site is."""

from __future__ import annotations

import dataclasses
from itertools import combinations

import pytest

from signals.adapters.ntcip.objects import OBJECTS
from signals.adapters.ntcip.phases import PhaseMap, Service
from signals.adapters.ntcip.tables import Database, seconds_of
from signals.errors import InputError
from signals.model.cabinets import CabinetSite
from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup
from signals.model.lanes import User

from .street import site

OWN = PhaseMap.of(site(), None)


def small(**vehicle: int) -> CabinetSite:
    """One group for vehicles and one for people, in conflict."""
    car = SignalGroup("car", User.VEHICLE, (0,), **{"amber_ds": 35, "min_green_ds": 61, **vehicle})
    walk = SignalGroup("walk", User.PEDESTRIAN, (1,), min_green_ds=60, amber_ds=0, clearance_ds=55)
    steps = (PlanStep(255, (0,)), PlanStep(35, ()), PlanStep(155, (1,)), PlanStep(60, ()))
    place = Intersection("J", (car, walk), ((None, 60), (75, None)), (), (Plan("p", steps, 1_234),))
    return CabinetSite(place)


def table(where: CabinetSite, map_: PhaseMap) -> dict[tuple[str, tuple[int, ...]], int | bytes]:
    return {(name, index): value for name, index, value in Database(where, map_).rows()}


def test_every_object_is_there_once_and_fits() -> None:
    rows = list(Database(site(), OWN).rows())
    assert len({(name, index) for name, index, _ in rows}) == len(rows)
    for name, _, value in rows:
        if isinstance(value, int):
            assert OBJECTS[name].low <= value <= OBJECTS[name].high


def test_phases_have_the_times_of_their_groups() -> None:
    rows = table(small(), PhaseMap.of(small(), None))
    car = [
        rows[f"phase{name}", (1,)] for name in ("Walk", "PedestrianClear", "MinimumGreen", "YellowChange", "RedClear")
    ]
    walk = [
        rows[f"phase{name}", (2,)] for name in ("Walk", "PedestrianClear", "MinimumGreen", "YellowChange", "RedClear")
    ]
    assert car == [0, 0, 7, 35, 25]
    assert walk == [6, 6, 6, 0, 15]  # clearance is in whole seconds, rounded up; the sum of all is the intergreen
    assert rows["phaseConcurrency", (1,)] == b""
    assert rows["phaseRing", (1,)] == rows["phaseRing", (2,)] == 1
    assert rows["sequenceData", (1, 1)] == b"\x01\x02"


def test_people_may_share_the_phase_of_vehicles() -> None:
    car, walk = small().intersection.groups
    place = Intersection("J", (walk, car), ((None, None), (None, None)), ())
    shared = PhaseMap((Service(2, people=True), Service(2, people=False)))
    rows = table(CabinetSite(place), shared)
    names = ("Walk", "PedestrianClear", "MinimumGreen", "YellowChange", "RedClear")
    assert [rows[f"phase{name}", (2,)] for name in names] == [6, 6, 7, 35, 0]


def test_plans_become_patterns_in_whole_seconds() -> None:
    (plan,) = small().intersection.plans
    assert seconds_of(plan) == (26, 3, 16, 6)
    rows = table(small(), PhaseMap.of(small(), None))
    assert [rows[name, (1,)] for name in ("patternCycleTime", "patternOffsetTime", "patternSplitNumber")] == [
        51,
        123 % 51,
        1,
    ]
    assert rows["splitTime", (1, 1)] == 26 + 6
    assert rows["splitMode", (1, 2)] == 2


def test_a_phase_without_green_is_omitted_and_a_long_cycle_is_no_pattern() -> None:
    where = small()
    only = dataclasses.replace(
        where.intersection, plans=(Plan("a", (PlanStep(300, (0,)),)), Plan("b", (PlanStep(2_560, (0,)),)))
    )
    rows = table(CabinetSite(only), PhaseMap.of(where, None))
    assert (rows["splitMode", (1, 2)], rows["splitTime", (1, 2)]) == (7, 0)
    assert ("patternCycleTime", (2,)) not in rows
    assert rows["maxPatterns", (0,)] == 2


def test_a_time_that_does_not_fit_is_refused() -> None:
    where = small(min_green_ds=2_600, max_green_ds=9_000)
    with pytest.raises(InputError, match='"J": phaseMinimumGreen of phase 1 is 260; 255 at most fit'):
        table(where, PhaseMap.of(where, None))


def test_rings_and_concurrency_are_the_conflicts_of_the_site() -> None:
    database = Database(site(), OWN)
    rows, place = table(site(), OWN), site().intersection
    for a, b in combinations(range(12), 2):
        together = rows["phaseConcurrency", (a + 1,)]
        assert isinstance(together, bytes)
        assert (b + 1 in together) == (not place.conflict(a, b))
    for ring in database.rings():
        assert all(place.conflict(a - 1, b - 1) for a, b in combinations(ring, 2))
    assert rows["maxRings", (0,)] == len(database.rings())
