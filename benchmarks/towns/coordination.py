"""Offsets along a road: the widest band of green both ways (Little, Martin, Morgan 1966), by trying them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Band", "best_offsets"]


class Band(NamedTuple):
    """Offsets and what they give.

    Attributes
    ----------
    offsets_s
        Of each junction; the first is 0.
    there_s, back_s
        For how long in a cycle somebody may start at one end and meet no red, in either direction.
    """

    offsets_s: tuple[int, ...]
    there_s: int
    back_s: int


def best_offsets(green_s: Sequence[int], places_m: Sequence[float], cycle_s: int, speed_mps: float) -> Band:
    """Choose offsets.

    Of all offsets that give the widest band, both directions together, those count whose narrower direction is widest;
    of these the first.

    Parameters
    ----------
    green_s
        How long the road has green at each junction, from the beginning of the cycle.
    places_m
        Where the junctions lie on it, ascending.
    cycle_s
        The cycle of all.
    speed_mps
        How fast one goes.
    """
    best = Band(tuple(0 for _ in green_s), 0, 0)
    travel_s = [round((place - places_m[0]) / speed_mps) for place in places_m]
    full = (1 << cycle_s) - 1
    rows: list[tuple[tuple[int, ...], int, int]] = [((), full, full)]
    for number, (green, travel) in enumerate(zip(green_s, travel_s, strict=True)):
        window = (1 << green) - 1
        rows = [
            ((*offsets, offset), east, west)
            for offsets, there, back in rows
            for offset in (range(cycle_s) if number else (0,))
            if (east := there & _turned(window, offset - travel, cycle_s))
            and (west := back & _turned(window, offset + travel, cycle_s))
        ]
    for offsets, there, back in rows:
        band = Band(offsets, _longest(there, cycle_s), _longest(back, cycle_s))
        if _worth(band) > _worth(best):
            best = band
    return best


def _worth(band: Band) -> tuple[int, int]:
    return band.there_s + band.back_s, min(band.there_s, band.back_s)


def _turned(window: int, by: int, cycle_s: int) -> int:
    """Turn a cycle of bits, one a second."""
    by %= cycle_s
    return (window << by | window >> (cycle_s - by)) & ((1 << cycle_s) - 1)


def _longest(bits: int, cycle_s: int) -> int:
    """Return the longest run of ones in a cycle of bits."""
    if bits == (1 << cycle_s) - 1:
        return cycle_s
    twice, length = bits | bits << cycle_s, 0
    while twice:
        twice &= twice >> 1
        length += 1
    return length
