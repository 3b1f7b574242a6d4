"""Programs that are designed: nobody starts too early, nobody is cut short, and the formulas are kept."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET

import pytest

import signals
from benchmarks.towns.make import PLACES
from benchmarks.towns.programs import MOTOR, Program, Signal, change, programs
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network

PLACE = crossroads(pedestrians=True).intersections[0]
STAGES = [frozenset(stage.groups) for stage in PLACE.stages]


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  our own


def between_ds(one: int, other: int) -> int:
    found_ds = PLACE.intergreen_ds[one][other]
    return 0 if found_ds is None else max(found_ds, PLACE.groups[one].clearance_ds)


@pytest.mark.parametrize("k", range(len(STAGES)))
def test_a_change_keeps_every_intergreen_and_no_motor_green_waits_for_people_on_foot(k: int) -> None:
    before, after = STAGES[k], STAGES[(k + 1) % len(STAGES)]
    found = change(PLACE, before, after)
    assert set(found.ends_s) == before - after
    assert set(found.starts_s) == after - before
    for one, ends_s in found.ends_s.items():
        assert ends_s == 0 if PLACE.groups[one].user in MOTOR else ends_s <= 0
        for other, starts_s in found.starts_s.items():
            assert 10 * (starts_s - ends_s) >= between_ds(one, other)
    motor = [group for group in found.ends_s if PLACE.groups[group].user in MOTOR]
    soonest_ds = max((between_ds(one, other) for one in motor for other in after - before), default=0)
    assert 10 * (found.motor_s - 1) < soonest_ds <= 10 * max(found.starts_s.values())


def test_without_motor_traffic_everybody_ends_at_once() -> None:
    on_foot = frozenset(number for number, group in enumerate(PLACE.groups) if group.user is User.PEDESTRIAN)
    foes = frozenset(g for g in range(len(PLACE.groups)) if any(PLACE.conflict(g, walk) for walk in on_foot))
    found = change(PLACE, on_foot, foes - on_foot)
    assert set(found.ends_s.values()) == {0}
    assert found.motor_s >= max(PLACE.groups[group].clearance_ds for group in on_foot) / 10


def test_equal_seconds_become_one_step() -> None:
    text = programs([Program("J", ("G", "G", "y", "r", "r", "r"), (2,), 0.1)], {"J": 7}, ["<connection/>"])
    logic = parsed(text).find("tlLogic")
    assert logic is not None
    assert logic.get("offset") == "7"
    assert [(step.get("duration"), step.get("state")) for step in logic] == [("2", "G"), ("1", "y"), ("3", "r")]
    assert parsed(text).find("connection") is not None


def _network(name: str) -> Network:
    return signals.load(name).network


def _greens_s(place: Intersection, group: int) -> list[int]:
    """Return the lengths of the greens of a group in its plan, around the cycle."""
    seconds = [group in step.groups for step in place.plans[0].steps for _ in range(step.duration_ds // 10)]
    start = seconds.index(False) if False in seconds else 0
    return [len(list(run)) for green, run in groupby(seconds[start:] + seconds[:start]) if green]


@pytest.mark.sumo
@pytest.mark.parametrize("name", PLACES)
def test_deployed_programs_show_every_green_once_a_cycle_and_long_enough(name: str) -> None:
    network = _network(name)
    wanted: dict[str, Signal] = {signal.junction: signal for signal in PLACES[name].signals}
    assert set(wanted) == {place.id for place in network.intersections}
    for place in network.intersections:
        shortest_s, longest_s = wanted[place.id].cycle_s
        assert 10 * shortest_s <= place.plans[0].cycle_ds <= 10 * longest_s
        for number, group in enumerate(place.groups):
            greens_s = _greens_s(place, number)
            assert len(greens_s) == 1, f"{place.id} {group.id}"
            assert 10 * greens_s[0] >= group.min_green_ds
        assert all(stage.source == "file" for stage in place.stages)
        assert len(place.stages) == len(wanted[place.id].stages)
