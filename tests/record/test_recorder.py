"""The recorder keeps changes, sums and counts; nothing else, and quickly."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Aspect, Decision, Event, Violation
from signals.record.recorder import RECORDED, Recorder
from signals.record.tables import read_table
from signals.safety.interstage import REASONS
from tests.record.made import decision_of, snapshot_of, verdict_of


@pytest.fixture(scope="module")
def network() -> Network:
    return crossroads()


def play(
    network: Network, aspects: list[dict[int, Aspect]], *, tick_ds: int = 10, queues: list[float] | None = None
) -> Recorder:
    """Note a list of ticks; groups that are not named are red."""
    recorder = Recorder(network, tick_ds, interval_s=3.0)
    for number, shown in enumerate(aspects):
        aspect = np.zeros(12, np.int8)
        for group, value in shown.items():
            aspect[group] = value
        snapshot = snapshot_of(network, number * tick_ds / 10, aspect, queues[number] if queues else 0.0)
        recorder.note(snapshot, decision_of(network, [0]), verdict_of(snapshot), ())
    return recorder


def signals(recorder: Recorder, folder: Path, group: str) -> list[tuple[float, str, float]]:
    recorder.write(folder)
    table = read_table(folder / "signals.csv")
    rows = zip(*(table[name].tolist() for name in ("group", "time_s", "aspect", "duration_s")), strict=True)
    return [(time_s, aspect, duration_s) for name, time_s, aspect, duration_s in rows if name == group]


def test_only_changes_are_kept_with_when_they_began(network: Network, tmp_path: Path) -> None:
    green, amber = {0: Aspect.GREEN}, {0: Aspect.AMBER}
    recorder = play(network, [{}, {}, green, green, green, amber, {}, {}])
    # What is seen at t was shown from one tick before on.
    assert signals(recorder, tmp_path, "north_ahead") == [
        (-1, "red", 2), (1, "green", 3), (4, "amber", 1), (5, "red", 2),
    ]  # fmt: skip
    assert signals(recorder, tmp_path, "east_ahead") == [(-1, "red", 8)]


def test_tenths_of_a_second_stay_exact(network: Network, tmp_path: Path) -> None:
    recorder = play(network, [{}, {0: Aspect.GREEN}, {}], tick_ds=1)
    assert signals(recorder, tmp_path, "north_ahead") == [(-0.1, "red", 0.1), (0, "green", 0.1), (0.1, "red", 0.1)]


def test_what_cannot_be_read_back_is_unknown(network: Network, tmp_path: Path) -> None:
    recorder = play(network, [{0: Aspect.UNKNOWN}, {0: Aspect.CLEARANCE}])
    assert [row[1] for row in signals(recorder, tmp_path, "north_ahead")] == ["unknown", "clearance"]


def test_the_log_agrees_with_a_slow_twin(network: Network, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    seen = [rng.integers(0, 3, 12) for _ in range(60)]
    recorder = play(network, [dict(enumerate(map(Aspect, row.tolist()))) for row in seen])
    for number, group in enumerate(network.intersections[0].groups):
        expected: list[tuple[float, str, float]] = []
        for tick, row in enumerate(seen):
            name = Aspect(row[number]).name.lower()
            if expected and expected[-1][1] == name:
                expected[-1] = (*expected[-1][:2], expected[-1][2] + 1)
            else:
                expected.append((tick - 1.0, name, 1.0))
        assert signals(recorder, tmp_path, group.id) == expected


def test_queues_are_means_and_maxima_per_interval(network: Network, tmp_path: Path) -> None:
    recorder = play(network, [{}] * 5, queues=[0, 1, 5, 4, 2])
    recorder.write(tmp_path)
    table = read_table(tmp_path / "queues.csv")
    first = table["approach"] == "north_in_0"
    assert table["time_s"][first].tolist() == [0, 3]
    assert table["duration_s"][first].tolist() == [3, 2]
    assert table["queue_mean_veh"][first].tolist() == [2, 3]
    assert table["queue_max_veh"][first].tolist() == [5, 4]
    assert table["count_mean_veh"][first].tolist() == [3, 4]
    assert len(table["time_s"]) == 2 * len(network.arrays.approach_lane)


def test_the_mean_queue_is_over_time_and_all_approaches(network: Network) -> None:
    recorder = play(network, [{}] * 5, queues=[0, 1, 5, 4, 2])
    approaches = len(network.arrays.approach_lane)
    assert recorder.mean_queue_veh() == pytest.approx(12 / 5 * approaches)
    assert recorder.mean_queue_veh(3.0) == pytest.approx(3 * approaches)
    assert np.isnan(recorder.mean_queue_veh(100.0))


def test_wishes_are_kept_when_they_change(network: Network, tmp_path: Path) -> None:
    recorder = Recorder(network, 10)
    free = Decision(np.arange(12) == 3, np.array([-1], np.int32))
    for number, decision in enumerate([decision_of(network, [0])] * 2 + [decision_of(network, [1]), free, free]):
        snapshot = snapshot_of(network, float(number), np.zeros(12))
        recorder.note(snapshot, decision, verdict_of(snapshot), ())
    recorder.write(tmp_path)
    table = read_table(tmp_path / "decisions.csv")
    assert table["time_s"].tolist() == [0, 2, 3]
    assert table["stage"].tolist() == ["ahead_ns", "left_ns", ""]
    assert table["groups"].tolist() == [
        "north_ahead south_ahead east_walk west_walk", "north_left south_left", "east_left",
    ]  # fmt: skip


def test_a_value_that_is_reused_by_its_maker_is_copied(network: Network, tmp_path: Path) -> None:
    recorder, aspect = Recorder(network, 10), np.zeros(12, np.int8)
    decision = decision_of(network, [0])
    for number in range(3):
        aspect[0] = Aspect.GREEN if number == 1 else Aspect.RED
        decision.want[0] = number != 1
        decision.stage[0] = number
        snapshot = snapshot_of(network, float(number), aspect)
        recorder.note(snapshot, decision, verdict_of(snapshot), ())
    assert [row[1] for row in signals(recorder, tmp_path, "north_ahead")] == ["red", "green", "red"]
    table = read_table(tmp_path / "decisions.csv")
    assert table["stage"].tolist() == ["ahead_ns", "left_ns", "ahead_ew"]
    assert ["north_ahead" in row for row in table["groups"].tolist()] == [True, False, True]


def test_refusals_violations_and_events(network: Network, tmp_path: Path) -> None:
    recorder = Recorder(network, 10)
    snapshot = snapshot_of(network, 5.0, np.zeros(12))
    seen = (Violation(5.0, 0, "green-conflict", 0, 2, "both are green"), Violation(5.0, 0, "short", 1, -1, "too short"))
    happened = (Event(5.0, -1, "controller-raised", "it raised"), Event(5.0, 0, "level-1", "plan"))
    reason = np.zeros(12)
    reason[[0, 1]] = 2
    recorder.note(snapshot, decision_of(network, [0]), verdict_of(snapshot, reason, seen), happened)
    recorder.note(snapshot, decision_of(network, [0]), verdict_of(snapshot), ())
    recorder.write(tmp_path)
    assert recorder.violations == seen
    assert recorder.events == happened
    assert recorder.refusals == {REASONS[2]: 2}
    violations, events = read_table(tmp_path / "violations.csv"), read_table(tmp_path / "events.csv")
    assert violations["group"].tolist() == ["north_ahead", "north_left"]
    assert violations["other"].tolist() == ["east_ahead", ""]
    assert events["intersection"].tolist() == ["", "centre"]
    assert events["code"].tolist() == ["controller-raised", "level-1"]


def test_writing_early_and_again_is_allowed(network: Network, tmp_path: Path) -> None:
    recorder = Recorder(network, 10)
    recorder.write(tmp_path)
    assert all(len(read_table(tmp_path / f"{name}.csv")["intersection"]) == 0 for name in RECORDED)
    snapshot = snapshot_of(network, 0.0, np.zeros(12))
    recorder.note(snapshot, decision_of(network, [0]), verdict_of(snapshot), ())
    recorder.write(tmp_path)
    first = (tmp_path / "queues.csv").read_bytes()
    recorder.write(tmp_path)
    assert (tmp_path / "queues.csv").read_bytes() == first
    assert len(read_table(tmp_path / "signals.csv")["group"]) == 12


def test_a_tick_without_a_change_is_cheap(network: Network) -> None:
    """5 microseconds on a quiet machine; the bound leaves room for a busy one."""
    recorder = Recorder(network, 10)
    snapshot, decision = snapshot_of(network, 0.0, np.zeros(12), 1.0), decision_of(network, [0])
    verdict = verdict_of(snapshot)
    best = np.inf
    for _ in range(20):
        begin = time.perf_counter()
        for _ in range(200):
            recorder.note(snapshot, decision, verdict, ())
        best = min(best, (time.perf_counter() - begin) / 200)
    assert best < 20e-6


def test_what_the_controller_says_that_happened_is_in_the_table_and_apart(network: Network, tmp_path: Path) -> None:
    told = iter([(Event(1.0, 0, "plan-late", "no time"),), (), ()])
    recorder = Recorder(network, 10, happened=lambda: next(told))
    fallen = Event(0.5, -1, "controller-late", "level 1")
    for second, events in enumerate(((), (fallen,), ())):
        snapshot = snapshot_of(network, float(second), np.zeros(12))
        recorder.note(snapshot, decision_of(network, [0]), verdict_of(snapshot), events)
    assert [event.code for event in recorder.said] == ["plan-late"]
    assert recorder.events == (fallen,)
    recorder.write(tmp_path)
    assert read_table(tmp_path / "events.csv")["code"].tolist() == ["controller-late", "plan-late"]
