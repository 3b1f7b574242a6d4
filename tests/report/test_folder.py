"""Only what lies in the folder is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from signals.errors import RecordError
from signals.model.network import Network
from signals.record.run_folder import read_comparison, run_path
from signals.report.folder import Played, network_of, played_in


def test_finished_runs_with_a_folder_are_played(comparison: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(comparison, tmp_path / "copy")
    shutil.rmtree(run_path(folder, "net", 2))
    found = played_in(folder, read_comparison(folder))
    assert [(run.controller, run.seed) for run in found] == [
        ("net", 1), ("net", 4), ("max_pressure", 1), ("max_pressure", 2), ("max_pressure", 4),
        ("rolling_horizon", 1), ("rolling_horizon", 2),
    ]  # fmt: skip


def test_the_first_network_is_taken(comparison: Path, network: Network, tmp_path: Path) -> None:
    assert network_of([comparison, run_path(comparison, "net", 1)]) == network
    assert network_of([comparison, tmp_path]) is None


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"queues\.csv"):
        Played("net", 1, tmp_path).table("queues")
