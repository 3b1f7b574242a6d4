from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.programs import OwnPrograms
from signals.adapters.sim.timetable import timetable
from signals.model.copies import copies
from signals.model.crossroads import crossroads
from signals.model.intersections import PlanStep
from signals.model.network import Network


def with_plan(network: Network, **other: object) -> Network:
    place = network.intersections[0]
    return replace(network, intersections=(replace(place, plans=(replace(place.plans[0], **other),)),))


def compatible(network: Network, stream: np.random.Generator) -> tuple[int, ...]:
    """Some groups that may be green together, drawn one after the other."""
    matrix, chosen = network.intersections[0].intergreen_ds, list[int]()
    for group in stream.permutation(len(matrix)).tolist():
        if all(matrix[group][other] is None for other in chosen) and stream.random() < 0.8:
            chosen.append(group)
    return tuple(sorted(chosen))


def lit_by_tick(network: Network, begin_s: float, ticks: int, tick_ds: int) -> np.ndarray:
    """What each movement shows in each tick, from the programs themselves, after a cycle of running in."""
    heads, programs = Heads(network), OwnPrograms(network)
    begin_ds = round(begin_s * 10)
    before = -(-network.intersections[0].plans[0].cycle_ds // tick_ds)
    aspect, shown = np.zeros(len(network.arrays.group_user), np.int8), []
    for tick in range(-before, ticks):
        programs.show(begin_ds + tick * tick_ds, np.ones(1, np.bool_), aspect)
        programs.note(begin_ds + (tick + 1) * tick_ds, aspect)
        shown.append(heads.lit(0, aspect).copy())
    return np.array(shown[before:])


@pytest.mark.parametrize(
    ("tick_ds", "offset_ds", "begin_s"), [(10, 0, 0.0), (10, 130, 3600.0), (5, 7, 0.0), (7, 0, 50.0)]
)
def test_it_is_what_the_programs_show(tick_ds: int, offset_ds: int, begin_s: float) -> None:
    network = with_plan(crossroads(), offset_ds=offset_ds)
    ticks = 700
    wanted = lit_by_tick(network, begin_s, ticks, tick_ds)
    found = timetable(network, begin_s, begin_s + ticks * tick_ds / 10, tick_ds)
    assert np.all(np.diff(found.change_s) >= 0)
    column = {move: number for number, move in enumerate(Heads(network).moves(0).tolist())}
    lit, row = np.full(wanted.shape[1], -1), 0
    for tick in range(ticks):
        while row < len(found.change_s) and found.change_s[row] <= tick * tick_ds / 10 + 1e-9:
            move, shown = found.change[row]
            lit[column[move]] = shown
            row += 1
        np.testing.assert_array_equal(lit, wanted[tick])
    assert row == len(found.change_s)


@pytest.mark.parametrize("seed", range(6))
def test_odd_plans_are_shown_as_the_programs_show_them(seed: int) -> None:
    stream = np.random.default_rng(seed)
    network = crossroads()
    steps = tuple(PlanStep(int(stream.integers(1, 30)) * 10, compatible(network, stream)) for _ in range(5))
    odd = with_plan(network, steps=steps, offset_ds=int(stream.integers(0, 5000)))
    found, wanted = timetable(odd, 900.0, 1000.0), lit_by_tick(odd, 900.0, 100, 10)
    for column, move in enumerate(Heads(odd).moves(0).tolist()):
        rows = found.change[:, 0] == move
        at = np.searchsorted(found.change_s[rows], np.arange(100), side="right") - 1
        np.testing.assert_array_equal(found.change[rows, 1][at], wanted[:, column])


def test_the_same_plans_with_other_offsets_are_shown_each_at_its_time() -> None:
    network, offsets_ds = copies(crossroads(), 3), (0, 130, 130 + 940)
    places = tuple(
        replace(place, plans=(replace(place.plans[0], offset_ds=offset_ds),))
        for place, offset_ds in zip(network.intersections, offsets_ds, strict=True)
    )
    found = timetable(replace(network, intersections=places), 0.0, 300.0)
    moves = len(network.movements) // 3
    for number, offset_ds in enumerate(offsets_ds):
        alone = timetable(with_plan(crossroads(), offset_ds=offset_ds), 0.0, 300.0)
        rows = found.change[:, 0] // moves == number
        np.testing.assert_array_equal(found.change_s[rows], alone.change_s)
        np.testing.assert_array_equal(found.change[rows] - [number * moves, 0], alone.change)


def test_a_cycle_that_hardly_ever_repeats_is_listed_to_the_end() -> None:
    network = crossroads()
    steps = network.intersections[0].plans[0].steps
    odd = (PlanStep(steps[0].duration_ds + 1, steps[0].groups), *steps[1:])
    found = timetable(with_plan(network, steps=odd), 0.0, 600.0, 10)
    assert found.change_s[-1] > 550


def test_without_a_plan_everything_stays_red() -> None:
    network = crossroads()
    bare = replace(network, intersections=(replace(network.intersections[0], plans=()),))
    found = timetable(bare, 0.0, 600.0)
    assert set(found.change[:, 1].tolist()) == {0}
    assert set(found.change_s.tolist()) == {0.0}
