"""Offsets: the band that they promise is there, and there is no wider one."""

from __future__ import annotations

from itertools import product

import pytest

from benchmarks.towns.coordination import best_offsets


def band_s(offsets_s: tuple[int, ...], green_s: list[int], travel_s: list[int], cycle_s: int, sense: int) -> int:
    """Count by looking at every second: who starts there, and meets green everywhere."""
    free = [
        all(
            (start + sense * travel - offset) % cycle_s < green
            for offset, green, travel in zip(offsets_s, green_s, travel_s, strict=True)
        )
        for start in range(cycle_s)
    ]
    if all(free):
        return cycle_s
    longest = run = 0
    for second in free * 2:
        run = run + 1 if second else 0
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize(
    ("green_s", "travel_s", "cycle_s"), [([8, 9, 5], [0, 5, 11], 16), ([4, 4], [0, 8], 16), ([12, 6, 7], [0, 3, 6], 14)]
)
def test_no_offsets_give_a_wider_band(green_s: list[int], travel_s: list[int], cycle_s: int) -> None:
    found = best_offsets(green_s, travel_s, cycle_s, 1.0)
    there = band_s(found.offsets_s, green_s, travel_s, cycle_s, 1)
    back = band_s(found.offsets_s, green_s, travel_s, cycle_s, -1)
    assert (found.there_s, found.back_s) == (there, back)
    others = [
        (band_s((0, *rest), green_s, travel_s, cycle_s, 1), band_s((0, *rest), green_s, travel_s, cycle_s, -1))
        for rest in product(range(cycle_s), repeat=len(green_s) - 1)
    ]
    both = [pair for pair in others if min(pair) > 0]
    assert (there + back, min(there, back)) == max((sum(pair), min(pair)) for pair in both)


def test_a_whole_cycle_of_green() -> None:
    assert best_offsets([10, 10], [0.0, 30.0], 10, 10.0) == ((0, 0), 10, 10)


def test_half_a_cycle_apart_it_is_all_green_in_both_directions() -> None:
    found = best_offsets([10, 10], [0.0, 100.0], 20, 10.0)
    assert found == ((0, 10), 10, 10)
