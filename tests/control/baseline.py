"""What every baseline has to pass: the contract, a street behind the guard, and a run of the built-in world."""

from __future__ import annotations

from typing import Any

import numpy as np

import signals
from signals.model.crossroads import crossroads
from signals.testing import check_controller
from signals.trial import RunOptions
from tests.control.made import Street

__all__ = ["drives_safely", "serves_everybody"]


def serves_everybody(make: Any) -> None:
    """It keeps the contract; on a street nobody waits for ever, on foot neither."""
    check_controller(make)
    street = Street(crossroads(), make)
    calls = {90: (8,), 140: (11,)}
    street.run(900, np.array([300.0, 80.0] * 4, np.float32), lambda t: calls.get(t % 200, ()))
    assert street.longest_wait_s <= 125.0
    assert street.served_veh >= 0.85 * (street.served_veh + street.queue.sum())
    assert min(street.greens[[8, 11]]) >= 3
    assert min(street.greens[:8]) >= 5


def drives_safely(name: str, **settings: Any) -> float:
    """Run it in the built-in world without a violation and return the mean delay."""
    scenario = signals.load("crossroads", end_s=900.0)
    record = signals.run(scenario, name, seed=3, options=RunOptions(settings=settings))
    assert record.violations == 0
    assert not [finding for finding in record.findings if finding.code in ("fallback", "latched")]
    return record.metrics["delay_s"]
