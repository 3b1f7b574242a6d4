"""A record is a value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from signals.record.run_record import RunRecord


def test_it_cannot_be_changed_and_shares_nothing() -> None:
    one, two = (RunRecord("town", "net", seed, finished=True, metrics={}) for seed in (1, 2))
    assert one.settings is not two.settings
    assert one == RunRecord("town", "net", 1, finished=True, metrics={})
    with pytest.raises(FrozenInstanceError):
        one.violations = 1  # type: ignore[misc]
