"""Who is late lets fewer be asked at once, and who is not lets more."""

from __future__ import annotations

import pytest

from signals.drive.turns import AT_ONCE_PER_S, Turns


@pytest.mark.parametrize(("tick_ds", "most"), [(10, AT_ONCE_PER_S), (1, AT_ONCE_PER_S // 10), (20, 2 * AT_ONCE_PER_S)])
def test_it_begins_with_all_that_may_be(tick_ds: int, most: int) -> None:
    turns = Turns(tick_ds)
    turns.note(late=False)
    assert turns.most == most


def test_it_finds_how_many_can_answer() -> None:
    turns, asked = Turns(10), []
    for _ in range(40):
        asked.append(turns.most)
        turns.note(late=turns.most > 7)
    assert max(asked[10:]) <= 14
    assert sum(count <= 7 for count in asked[10:]) >= 15
    for _ in range(20):
        turns.note(late=True)
    assert turns.most == 1
    for _ in range(20):
        turns.note(late=False)
    assert turns.most == AT_ONCE_PER_S
