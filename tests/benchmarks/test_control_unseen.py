"""The networks that nobody has seen: that they are the same everywhere, and that the table tells what was run."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks.control import unseen
from signals.record.comparison import ComparisonRecord, ControllerRow
from signals.record.run_folder import read_comparison
from signals.record.statistics import Interval
from signals.scenario import load

pytestmark = pytest.mark.sumo


@pytest.mark.parametrize("kind", unseen.KINDS)
def test_a_draw_is_the_same_bytes_wherever_it_is_made_and_another_is_not(tmp_path: Path, kind: str) -> None:
    first, second = (unseen.drawn(kind, 1, tmp_path / folder) for folder in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    other = unseen.drawn(kind, 2, tmp_path / "one")
    assert other[0].read_bytes() != first[0].read_bytes()
    assert other[1].read_bytes() != first[1].read_bytes()


@pytest.mark.parametrize("kind", unseen.KINDS)
def test_every_kind_has_lights_with_several_stages(tmp_path: Path, kind: str) -> None:
    net, rows = unseen.drawn(kind, 1, tmp_path)
    network = load(net, [rows]).network
    assert len(network.intersections) >= 5
    assert sum(len(place.stages) > 1 for place in network.intersections) > len(network.intersections) / 2


def test_the_table_has_a_row_for_each_network_and_sensing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(unseen, "WARM_UP_S", 30.0)
    monkeypatch.setattr(unseen, "END_S", 120.0)
    monkeypatch.setattr(unseen, "CONTROLLERS", ("net", "actuated"))
    arguments = ["--kinds", "short", "--draws", "1", "--seeds", "1", "--out", str(tmp_path)]
    assert unseen.main(arguments) == 0
    said = capsys.readouterr()
    head, _, *rows = (line.strip("| ").split(" | ") for line in said.out.splitlines())
    assert head == ["network", "lights", "sensing", "net", "actuated"]
    assert [row[:3] for row in rows] == [["short 1", "9", "full"], ["short 1", "9", "detectors"]]
    record = read_comparison(tmp_path / "short-1-full")
    assert rows[0][3:] == [f"{row.delay.mean:.1f}" for row in record.rows]
    assert [row.runs for row in record.rows] == [1, 1]
    assert "net, seed 1: finished" in said.err
    assert unseen.main(arguments) == 0
    assert capsys.readouterr().out == said.out  # nothing was run twice


def test_what_went_wrong_stands_beside_the_delay() -> None:
    def metrics(runs: int, gridlock: float) -> dict[str, Interval]:
        found = Interval(math.nan, math.nan, math.nan, 0) if runs == 0 else Interval(12.34, math.nan, math.nan, runs)
        return {"delay_s": found, "gridlock": found._replace(mean=gridlock)}

    rows = (
        ControllerRow("fine", 2, 0, 0, 0, metrics(2, 0.0)),
        ControllerRow("stood", 2, 0, 0, 0, metrics(2, 0.5)),
        ControllerRow("broke", 2, 1, 3, 0, metrics(2, 1.0)),
        ControllerRow("failed", 0, 2, 0, 0, metrics(0, math.nan)),
    )
    record = cast("ComparisonRecord", SimpleNamespace(rows=rows))
    assert unseen._cells(record) == ["12.3", "12.3 G 1", "12.3 G 2 V 3 F 1", "- F 2"]


@pytest.mark.parametrize("wrong", [["--kinds", "square"], ["--sensing", "radar"], ["--draws", "0"], ["--seeds", "0"]])
def test_what_there_is_not_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        unseen.main(wrong)
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err
