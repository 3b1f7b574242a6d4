from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from signals.checks.breaches import Breach
from signals.checks.place_rules import foe_breaches, place_breaches
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.timing import profile
from tests.adapters.streets import town

CAR = SignalGroup("car", User.VEHICLE, (0,))
FOOT = SignalGroup("foot", User.PEDESTRIAN, (1,), amber_ds=0, clearance_ds=80)


def found(groups: Sequence[SignalGroup], there: int = 60, back: int = 70) -> list[Breach]:
    place = Intersection("J", tuple(groups), ((None, there), (back, None)), ())
    return list(place_breaches(place, (("a",), ("b",)), profile("rilsa")))


def test_what_is_plausible() -> None:
    assert found((CAR, FOOT)) == []
    network = crossroads()
    place = network.intersections[0]
    names = [tuple(network.movements[m].id for m in group.movements) for group in place.groups]
    assert list(place_breaches(place, names, profile("rilsa"))) == []
    assert list(foe_breaches(place, network)) == []


@pytest.mark.parametrize(
    ("groups", "level", "rule", "seen"),
    [
        ((replace(CAR, amber_ds=29), FOOT), "error", "short-amber", "amber_ds = 29"),
        ((replace(CAR, red_amber_ds=21), FOOT), "warning", "long-red-amber", "red_amber_ds = 21"),
        ((CAR, replace(FOOT, clearance_ds=0)), "error", "clearance-cut", "clearance_ds = 0"),
        ((replace(CAR, min_green_ds=49), FOOT), "warning", "short-green", "min_green_ds = 49"),
    ],
)
def test_times(groups: Sequence[SignalGroup], level: str, rule: str, seen: str) -> None:
    (breach,) = found(groups)
    assert (breach.level, breach.rule, breach.seen) == (level, rule, seen)
    assert breach.movements in {("a",), ("b",)}


def test_an_intergreen_shorter_than_the_amber_before_it() -> None:
    (breach,) = found((CAR, FOOT), there=29)
    assert (breach.level, breach.rule, breach.groups) == ("error", "intergreen", ("car", "foot"))
    assert (breach.seen, breach.required) == ("intergreen_ds = 29", "at least amber_ds = 30")


def test_a_conflict_of_no_time_at_all() -> None:
    bikes = replace(CAR, id="bike", user=User.BICYCLE, amber_ds=0)
    assert [breach.seen for breach in found((bikes, FOOT), 0, 0)] == ["intergreen_ds = 0 both ways"]
    assert found((bikes, FOOT), 0, 10) == []


def test_groups_that_do_not_conflict_but_meet() -> None:
    network = town()
    place = network.intersections[0]
    assert list(foe_breaches(place, network)) == [], "nobody is said to meet anybody"
    movements = [replace(way, foes=(5,)) if number == 1 else way for number, way in enumerate(network.movements)]
    met = Network(network.name, network.lanes, tuple(movements), network.intersections)
    assert list(foe_breaches(place, met)) == [], "it is shown the yielding green"
    strong = replace(place, groups=(replace(place.groups[0], permissive_links=()), place.groups[1]))
    (breach,) = foe_breaches(strong, met)
    assert (breach.level, breach.rule, breach.groups) == ("error", "conflict", ("main", "foot"))
    assert (breach.links, breach.movements) == ((1, 3), ("west>side", "walk>cross"))
    apart = replace(strong, intergreen_ds=((None, 50), (50, None)))
    assert list(foe_breaches(apart, met)) == []
