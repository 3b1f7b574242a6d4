"""The page on controllers: all are there, their settings are real, and its example runs."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import signals
from signals import plugins, tuning
from signals.control.rolling_horizon import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "controllers.md").read_text(encoding="utf-8")
NAMES = tuple(plugins.BUILT_IN["controllers"])


def section(name: str) -> str:
    found = re.search(rf"^## `{name}`\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, f"no section on {name}"
    return found.group(1)


@pytest.mark.parametrize("name", NAMES)
def test_every_controller_has_a_section_and_a_row(name: str) -> None:
    assert section(name).strip()
    assert f"[`{name}`](#{name})" in PAGE


def test_no_section_is_about_something_else() -> None:
    assert set(re.findall(r"^## `(\w+)`", PAGE, re.MULTILINE)) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_beside_settings_are_the_defaults(name: str) -> None:
    maker = Settings if name == "rolling_horizon" else plugins.load("controllers", name)
    settings = inspect.signature(maker).parameters
    for setting, number in re.findall(r"`(\w+)` \(([\d.]+)", section(name)):
        assert setting in settings
        assert settings[setting].default == float(number)


def test_the_seeds_are_those_of_the_page() -> None:
    assert all(str(seed) in PAGE for seed in tuning.TUNING_SEEDS)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    code = (
        found.group(1)
        .replace("tries=2000", "tries=10")
        .replace("tune_actuated(scenario)", "tune_actuated(scenario, choices={'gap_s': (3.0,)}, seeds=(90001,))")
    )
    names: dict[str, object] = {"scenario": signals.load("crossroads", end_s=120.0)}
    exec(code, names)  # noqa: S102  our own page
    assert Path("plans.toml").is_file()
    assert isinstance(names["settings"], dict)
