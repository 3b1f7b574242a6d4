from __future__ import annotations

import pytest

from signals.adapters.sumo.options import SumoOptions
from signals.errors import ScenarioError


def test_options_are_checked_at_birth() -> None:
    for wrong in (
        {"sensing": "some"},
        {"step_s": 0.25},
        {"step_s": 0.0},
        {"range_m": float("nan")},
        {"seed": -1},
        {"seed": 2**31},
    ):
        with pytest.raises(ScenarioError, match=next(iter(wrong))):
            SumoOptions(**wrong)  # type: ignore[arg-type]
