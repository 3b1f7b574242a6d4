from __future__ import annotations

import numpy as np

from signals.model.values import Aspect
from signals.safety.displayed import displayed


def test_what_is_shown_is_written_everywhere() -> None:
    shown = np.array([Aspect.GREEN, Aspect.AMBER, Aspect.CLEARANCE, Aspect.RED_AMBER, Aspect.RED], np.int8)
    command = displayed(7.5, shown, 2)
    assert command.time_s == 7.5
    assert command.aspect.tolist() == shown.tolist()
    assert command.aspect.dtype == np.int8
    assert command.write.tolist() == [True, True]


def test_dark_is_red() -> None:
    shown = np.array([Aspect.UNKNOWN, Aspect.GREEN], np.int8)
    assert displayed(0.0, shown, 1).aspect.tolist() == [Aspect.RED, Aspect.GREEN]
    assert shown.tolist() == [Aspect.UNKNOWN, Aspect.GREEN]
