from __future__ import annotations

import pytest

from signals.bench.tiers import TIERS, tier
from signals.errors import UnknownNameError


def test_from_exact_to_broken() -> None:
    assert [TIERS[name].sensing for name in "ABC"] == ["full", "detectors", "detectors"]
    assert [TIERS[name].distorted for name in "ABC"] == [False, False, True]
    assert [(TIERS[name].closes, TIERS[name].shock) for name in "ABC"] == [(False, 1.0), (False, 1.0), (True, 1.5)]


def test_every_fault_of_the_text_is_there() -> None:
    faults = tier("C").faults
    assert all(getattr(faults, name) > 0 for name in ("dead", "stuck_on", "stuck_off", "noisy", "late", "lost"))


def test_names() -> None:
    with pytest.raises(UnknownNameError, match='tier "D"'):
        tier("D")
