"""Lengths of steps become bands and lengths again, or are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.rsmp.bands import Bands, bands_of, read_bands, read_pairs
from signals.model.intersections import Plan, PlanStep

STEPS = st.lists(st.integers(1, 3_000), min_size=1, max_size=14)


@given(STEPS)
def test_the_plan_as_it_is_can_be_said(durations_ds: list[int]) -> None:
    plan = Plan("p", tuple(PlanStep(duration, ()) for duration in durations_ds))
    bands = bands_of(plan)
    lengths_s = [max(1, round(duration / 10)) for duration in durations_ds]
    found = bands.extensions(lengths_s)
    assert found is not None
    assert bands.lengths(found) == tuple(lengths_s)
    assert len(found) == min(10, len(durations_ds))


@given(STEPS, st.data())
def test_whatever_can_be_said_comes_back(durations_ds: list[int], data: st.DataObject) -> None:
    bands = bands_of(Plan("p", tuple(PlanStep(duration, ()) for duration in durations_ds)))
    wanted = {band: data.draw(st.integers(0, 99)) for band in range(1, len(bands.step_of) + 1)}
    assert bands.extensions(bands.lengths(wanted)) == wanted


def test_minimums_are_the_base_and_the_longest_steps_have_the_bands() -> None:
    steps = (PlanStep(200, (), min_ds=55), PlanStep(1_500, ()), *(PlanStep(30 + n, ()) for n in range(9)))
    bands = bands_of(Plan("p", steps))
    assert bands.shortest_s[:3] == (6, 51, 3)
    assert bands.step_of == (0, 1, *range(3, 11))
    assert bands.extensions([20, 150, 4, *bands.shortest_s[3:]]) is None, "a step without a band"


@pytest.mark.parametrize("green_s", [(4, 10), (110, 10), (5, 10, 1), ()])
def test_what_bands_cannot_say_is_refused(green_s: tuple[int, ...]) -> None:
    assert Bands((5, 10), (0, 1)).extensions(green_s) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1-22,10-0", {1: 22, 10: 0}),
        ("", {}),
        ("11-1", None),
        ("0-1", None),
        ("1-100", None),
        ("1-2,1-3", None),
        ("1-2;2-3", None),
        ("1--2", None),
        ("٣-1", None),
        (",".join(["1-1"] * 600), None),
    ],
)
def test_bands_are_read(text: str, found: dict[int, int] | None) -> None:
    assert read_bands(text) == found


def test_pairs_are_read() -> None:
    assert read_pairs("1-70,2-80") == {1: 70, 2: 80}
