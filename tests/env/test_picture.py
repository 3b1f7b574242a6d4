"""The environment as text."""

from __future__ import annotations

from pathlib import Path

from signals.env.picture import picture
from signals.env.rollout import Rollout
from signals.env.setting import setting_of
from tests.env.made import two_junctions


def test_every_controlled_intersection_has_a_line(tmp_path: Path) -> None:
    rollout = Rollout(setting_of(two_junctions(tmp_path)))
    rollout.begin(1)
    first = picture(rollout).splitlines()
    assert first[0].split() == ["0.0", "s"]
    assert [line.split()[0] for line in first[1:]] == ["centre", "b:centre"]
    assert first[1].split()[3] == "?" * 12  # nothing was shown yet
    for _ in range(8):
        rollout.advance({0: 1, 1: 2})
    later = picture(rollout).splitlines()
    rollout.close()
    assert later[0].split()[0] == "40.0"
    shown = later[1].split()[3]
    assert set(shown) <= set("ruGac")
    assert "G" in shown
    stages = [place.stages for place in rollout.setting.network.intersections]
    assert later[1].split()[2] == stages[0][1].id
    assert later[2].split()[2] == stages[1][2].id
    assert len(later[2].split("queues")[1].split()) == 8
