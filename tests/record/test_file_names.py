"""Any name becomes a file's name, and no two names the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.record.file_names import file_name


@pytest.mark.parametrize("name", ["rolling_horizon", "J1", "cluster-1.2_3", "x" * 100])
def test_a_name_that_can_be_a_files_is_kept(name: str) -> None:
    assert file_name(name, "other") == name


@pytest.mark.parametrize("name", ["a:B", "../up", "..", "", ".hidden", "a\\B", "Straße", "tab\tand\nline", "x" * 5_000])
def test_any_other_name_is_marked(tmp_path: Path, name: str) -> None:
    made = file_name(name, "other")
    assert len(made) <= 109
    assert not made.startswith(".")
    (tmp_path / made).write_text("")
    assert [path.name for path in tmp_path.iterdir()] == [made]


def test_no_two_names_become_one() -> None:
    names = ["a:B", "a/B", "a-B", "", ".", "..", "other", "x" * 100, "x" * 101, "x" * 102]
    assert len({file_name(name, "other") for name in names}) == len(names)


def test_where_nothing_is_left_the_other_name_stands_before_the_mark() -> None:
    assert file_name("..", "signal").startswith("signal-")
