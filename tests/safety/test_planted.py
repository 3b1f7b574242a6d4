"""Bugs that people write, planted in the safety layer: the monitor has to find every one, and to name it."""

from __future__ import annotations

from collections import Counter

import pytest

from signals.safety.guard import Guard
from signals.safety.monitor import RULES
from tests.safety.bugs import BUGS, TWIN, Bug
from tests.safety.hostile import rules_broken, site
from tests.safety.planted import guard_with, plant

MONITORED = [bug for bug in BUGS if bug.found != TWIN]


def name_of(bug: Bug) -> str:
    return f"{bug.place}: {bug.name}"


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(MONITORED) >= 50
    assert not [name for name, count in Counter(map(name_of, BUGS)).items() if count > 1]
    assert {bug.found for bug in MONITORED} == set(RULES)


def test_the_guard_as_it_is_breaks_no_rule() -> None:
    assert rules_broken(Guard(site(), on_violation="count"), "") == set()


@pytest.mark.parametrize("bug", MONITORED, ids=name_of)
def test_the_monitor_finds_the_bug(bug: Bug) -> None:
    guard = guard_with(site(), (bug.old, bug.new), module=bug.module, on_violation="count")
    assert bug.found in rules_broken(guard, bug.found)


@pytest.mark.parametrize("bug", MONITORED, ids=name_of)
def test_a_guard_with_the_bug_stops_writing(bug: Bug) -> None:
    guard = guard_with(site(), (bug.old, bug.new), module=bug.module)
    rules_broken(guard, bug.found)
    assert guard.latched.any()


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.found == TWIN], ids=name_of)
def test_what_only_a_twin_can_find_can_be_planted(bug: Bug) -> None:
    """Whether it is found is the business of `benchmarks/safety/mutate.py`."""
    plant(bug.module, (bug.old, bug.new))
