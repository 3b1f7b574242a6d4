from __future__ import annotations

from pathlib import Path

import pytest

from signals.control.plan_file import plans_text, read_plans
from signals.errors import InputError, UnknownNameError, UnsafePlanError
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep

NETWORK = crossroads()
PLAN = Plan("mine", (PlanStep(300, (0, 4)), PlanStep(70, ()), PlanStep(250, (2, 6))), offset_ds=120)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(plans_text(NETWORK, {"centre": PLAN}, {"tried": 3}))
    assert read_plans(path, NETWORK) == {"centre": PLAN}


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("plans = 3", InputError, "expected tables"),
        ("[[plans", InputError, "is not TOML"),
        ('[[plans]]\nintersection = "center"', UnknownNameError, 'did you mean "centre"'),
        ('[[plans]]\nintersection = "centre"', InputError, "expected steps"),
        ('[[plans]]\nintersection = "centre"\nsteps = [{duration_ds = 1.5, groups = []}]', InputError, r"steps\[0\]"),
        ('[[plans]]\nintersection = "centre"\nsteps = [{duration_ds = 9, groups = ["x"]}]', UnknownNameError, "group"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, error: type[Exception], sentence: str) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(text)
    with pytest.raises(error, match=sentence):
        read_plans(path, NETWORK)


def test_conflicting_greens_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(plans_text(NETWORK, {"centre": Plan("bad", (PlanStep(100, (0, 2)),))}, {}))
    with pytest.raises(UnsafePlanError):
        read_plans(path, NETWORK)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_plans(tmp_path / "nowhere.toml", NETWORK)
