from __future__ import annotations

from signals.control.green_chains import longest_chain_ds
from signals.model.crossroads import crossroads

PLACE = crossroads().intersections[0]
STEPS = [frozenset(stage.groups) for stage in PLACE.stages]


def test_a_cycle_of_stages_is_their_greens_and_intergreens() -> None:
    green, lost = longest_chain_ds(PLACE, STEPS, [100] * 12)
    assert green == 400
    cells = [PLACE.intergreen_ds[i][j] for i in range(8) for j in range(8) if PLACE.intergreen_ds[i][j] is not None]
    assert 4 * min(cells) <= lost


def test_the_longest_green_of_a_stage_counts() -> None:
    greens = [100] * 12
    greens[4] = 300
    assert longest_chain_ds(PLACE, STEPS, greens)[0] == 600


def test_groups_that_do_not_conflict_do_not_follow_each_other() -> None:
    assert longest_chain_ds(PLACE, [frozenset((0,)), frozenset((4,))], [100] * 12) == (0, 0)


def test_who_is_always_green_is_in_no_chain() -> None:
    assert longest_chain_ds(PLACE, [frozenset((0, 4))], [100] * 12) == (0, 0)
