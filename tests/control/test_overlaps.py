from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from signals.control.overlaps import Overlaps, late_ends_ds
from signals.model.crossroads import crossroads
from signals.model.values import Aspect
from tests.control.made import marked, quiet, shows

NETWORK = crossroads()
PLACE = NETWORK.intersections[0]


def with_intergreens(**cells: int) -> Any:
    """The crossroads where some intergreens are longer, such as ``g0_2=100``."""
    matrix = [list(row) for row in PLACE.intergreen_ds]
    for name, cell in cells.items():
        i, j = (int(part) for part in name[1:].split("_"))
        assert matrix[i][j] is not None
        matrix[i][j] = cell
    return replace(PLACE, intergreen_ds=tuple(tuple(row) for row in matrix))


def test_who_is_not_critical_may_end_later() -> None:
    """0 needs 10 s before 2 may start, 4 only 4 s: 4 has 6 s to spare."""
    place = with_intergreens(g0_2=100, g4_2=40)
    assert late_ends_ds(place, {0: 0, 4: 0}, (2,)) == {0: 0, 4: 60}


def test_what_runs_already_and_what_must_stay_count() -> None:
    place = with_intergreens(g0_2=50, g4_2=40)
    assert late_ends_ds(place, {0: 0, 4: 0}, (2,), {2: 70}) == {0: 20, 4: 30}
    assert late_ends_ds(place, {0: 30, 4: 0}, (2,)) == {0: 30, 4: 40}


def test_who_conflicts_with_nobody_stays_until_all_have_started() -> None:
    place = with_intergreens(g0_2=50)
    other = next(g for g in range(12) if g != 0 and not place.conflict(g, 2) and place.conflict(0, 2))
    assert late_ends_ds(place, {0: 0, other: 0}, (2,))[other] == 50


def test_the_start_is_not_delayed() -> None:
    """The same change with and without: 2 is wanted, and may start, at the same time."""
    place = with_intergreens(g0_2=100, g4_2=40)
    network = replace(NETWORK, intersections=(place,))
    overlaps, want = Overlaps(network), np.zeros(12, np.bool_)
    want[2] = True
    shown, wanted = shows(quiet(network), (0, 4)), []
    for t in range(12):
        shown = shown._replace(time_s=float(t))
        found = overlaps.apply(want, shown)
        wanted.append(marked(found))
        aspect = shown.aspect.copy()
        aspect[(aspect == Aspect.GREEN) & ~found] = Aspect.AMBER
        shown = shown._replace(aspect=aspect)
    # 0 ends at once and lets 2 in after 10 s; 4 may stay for 6 s.
    assert wanted == [(4,)] * 6 + [(2,)] * 6


def test_without_a_change_nothing_is_touched() -> None:
    want = np.zeros(12, np.bool_)
    want[[0, 4]] = True
    assert Overlaps(NETWORK).apply(want, shows(quiet(NETWORK), (0, 4))) is want
