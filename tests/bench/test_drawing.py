from __future__ import annotations

from pathlib import Path

import pytest

from signals.bench.drawing import DRAWN_FILE, drawn_seeds
from signals.errors import InputError, RecordError

FROZEN = {"net": "aa", "mine": "bb"}


def test_seeds_are_drawn_once_and_kept(tmp_path: Path) -> None:
    seeds = drawn_seeds(tmp_path / "a", 30, FROZEN)
    assert len(set(seeds)) == 30
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert drawn_seeds(tmp_path / "a", 30, FROZEN) == seeds
    assert drawn_seeds(tmp_path / "b", 30, FROZEN) != seeds
    assert drawn_seeds(tmp_path / "a", 30, {"net": "aa"}) == seeds


@pytest.mark.parametrize("now", [{**FROZEN, "mine": "cc"}, {**FROZEN, "late": "dd"}])
def test_who_changed_or_came_later_does_not_get_them(tmp_path: Path, now: dict[str, str]) -> None:
    drawn_seeds(tmp_path, 3, FROZEN)
    with pytest.raises(InputError, match="is not what it was when the seeds"):
        drawn_seeds(tmp_path, 3, now)


def test_another_number_or_a_damaged_file_is_refused(tmp_path: Path) -> None:
    drawn_seeds(tmp_path, 3, FROZEN)
    with pytest.raises(InputError, match="holds 3 seeds, and 4"):
        drawn_seeds(tmp_path, 4, FROZEN)
    (tmp_path / DRAWN_FILE).write_text("{")
    with pytest.raises(RecordError, match="damaged"):
        drawn_seeds(tmp_path, 3, FROZEN)
