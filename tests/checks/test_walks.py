from __future__ import annotations

from signals.checks.walks import Arrival, Run, changes, onward, runs
from tests.checks.made import cycle, graph, record

STEPS = ((3, "G"), (2, "y"), (4, "r"), (1, "G"))


def test_a_run_goes_on_over_the_end_of_the_cycle() -> None:
    made = cycle(STEPS)
    column = made.layout.ways[0].column
    assert list(runs(made, column, "G")) == [Run(3, "r", "y", 40)]
    assert list(runs(made, column, "y")) == [Run(1, "G", "r", 20)]
    assert list(runs(made, column, "yr")) == [Run(1, "G", "G", 60)]


def test_what_lasts_for_ever_is_no_run() -> None:
    made = cycle(((3, "G"), (2, "g")))
    assert list(runs(made, "Gg", "Gg")) == []
    assert list(runs(made, "Gg", "y")) == []


def test_what_a_record_does_not_show_whole_is_no_run() -> None:
    made = record(STEPS)
    column = made.layout.ways[0].column
    assert list(runs(made, column, "G")) == []
    assert list(runs(made, column, "y")) == [Run(1, "G", "r", 20)]
    assert list(changes(made, column)) == [(0, 1), (1, 2), (2, 3)]


def test_the_shortest_way_counts() -> None:
    # From step 1 on either through the long amber or at once to red.
    made = graph(((3, "G"), (2, "y"), (4, "y"), (5, "r")), ((1,), (2, 3), (3,), (0,)))
    assert list(runs(made, "Gyyr", "y")) == [Run(1, "G", "r", 20)]
    assert list(onward(made, 1, lambda _: True)) == [
        Arrival(0, 1),
        Arrival(20, 2),
        Arrival(20, 3),
        Arrival(70, 0),
    ]


def test_nobody_goes_on_where_he_must_not() -> None:
    made = cycle(STEPS)
    assert [arrival.step for arrival in onward(made, 1, lambda step: step != 2)] == [1, 2]
    assert list(changes(made, "GGGG")) == []
