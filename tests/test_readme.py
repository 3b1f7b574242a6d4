"""What the README shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals.testing import check_controller

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def block_with(text: str) -> str:
    return next(block for block in BLOCKS if text in block)


def test_the_first_lines_run_without_sumo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(block_with("import signals"), {})  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert float(printed[0].split()[0]) > 0
    assert printed[0].split()[1] == "0", "violations"
    assert [line.split()[0] for line in printed[1:3]] == ["fixed_time", "rolling_horizon"]
    assert (tmp_path / printed[3]).is_file()


def test_the_environments_are_made_and_stepped() -> None:
    names: dict[str, Any] = {}
    exec(block_with("gym.make_vec"), names)  # noqa: S102
    assert names["env"].observation_space.contains(names["observation"])
    assert not names["info"]["violations"]
    assert names["info"]["action_mask"].any()
    assert names["many"].num_envs == 128


def test_the_controller_of_twenty_lines_keeps_the_contract() -> None:
    block = block_with("class LongestQueue")
    assert len([line for line in block.splitlines() if line.strip()]) <= 22
    names: dict[str, object] = {"np": np}
    exec(block, names)  # noqa: S102
    check_controller(names["LongestQueue"])
