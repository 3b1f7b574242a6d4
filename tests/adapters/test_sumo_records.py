from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.raw_net import read_raw
from tests.adapters.sumo_tee import tee


def test_records_cannot_be_changed(tmp_path: Path) -> None:
    raw = read_raw(tee(tmp_path))
    for record in (
        raw,
        raw.edges[0],
        raw.edges[0].lanes[0],
        raw.junctions[0],
        raw.connections[0],
        raw.programs["C"][0],
    ):
        with pytest.raises(AttributeError):
            setattr(record, record._fields[0], "other")
