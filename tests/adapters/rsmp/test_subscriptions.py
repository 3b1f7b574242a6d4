"""Values are told at once, by the clock, and when they change."""

from __future__ import annotations

from signals.adapters.rsmp.messages import StatusValue, Wanted
from signals.adapters.rsmp.subscriptions import MOST, Subscriptions


class Site:
    """A site with one value."""

    def __init__(self) -> None:
        self.value, self.asked = "0", 0

    def read(self, component: str, code: str, name: str) -> StatusValue:
        self.asked += 1
        return StatusValue(code, name, self.value, "recent")


def test_a_new_one_is_told_at_once_and_then_by_the_clock() -> None:
    site, found = Site(), Subscriptions()
    assert found.subscribe("C", (Wanted("S0001", "stage", 5, on_change=False),), 0.0)
    told = [now for now in range(12) if found.due(float(now), site.read)]
    assert told == [0, 5, 10]
    site.value = "1"
    assert found.due(11.0, site.read) == {}
    assert site.asked == 3


def test_a_change_is_told_when_it_happens_and_sets_the_clock_back() -> None:
    site, found = Site(), Subscriptions()
    found.subscribe("C", (Wanted("S0001", "stage", 5, on_change=True), Wanted("S0002", "x", 0, on_change=True)), 0.0)
    found.due(0.0, site.read)
    assert found.due(1.0, site.read) == {}
    site.value = "1"
    assert len(found.due(2.0, site.read)["C"]) == 2
    assert [now for now in range(3, 14) if found.due(float(now), site.read)] == [7, 12]


def test_who_looks_a_little_early_or_late_tells_it_each_time_all_the_same() -> None:
    site, found = Site(), Subscriptions()
    found.subscribe("C", (Wanted("S0001", "stage", 1, on_change=False),), 0.0)
    looks = [second + 0.1 * (second % 3 - 1) for second in range(1, 60)]
    assert [now for now in looks if found.due(now, site.read)] == looks
    assert found.due(looks[-1] + 0.5, site.read) == {}
    assert found.due(90.0, site.read)
    assert [now for now in range(90, 93) if found.due(float(now), site.read)] == [91, 92]


def test_who_subscribes_again_changes_the_pace_and_is_not_told_at_once() -> None:
    site, found = Site(), Subscriptions()
    found.subscribe("C", (Wanted("S0001", "stage", 60, on_change=False),), 0.0)
    found.due(0.0, site.read)
    found.subscribe("C", (Wanted("S0001", "stage", 2, on_change=False),), 1.0)
    assert [now for now in range(1, 6) if found.due(float(now), site.read)] == [3, 5]
    found.subscribe("C", (Wanted("S0001", "stage", 0, on_change=True),), 6.0)
    assert found.due(99.0, site.read) == {}


def test_it_ends_when_it_is_ended() -> None:
    site, found = Site(), Subscriptions()
    found.subscribe("C", (Wanted("S0001", "stage", 1, on_change=False),), 0.0)
    found.unsubscribe("C", (("S0001", "stage"), ("S0001", "never")))
    assert found.due(5.0, site.read) == {}
    assert len(found) == 0


def test_there_is_room_for_so_many() -> None:
    found = Subscriptions()
    rows = tuple(Wanted("S0001", str(number), 1, on_change=False) for number in range(MOST))
    assert found.subscribe("C", rows, 0.0)
    assert found.subscribe("C", rows, 0.0)
    assert not found.subscribe("D", rows[:1], 0.0)
