"""Who predicts is known by its method."""

from __future__ import annotations

import numpy as np

from signals.control.fixed_time import FixedTime
from signals.control.rolling_horizon import RollingHorizon
from signals.model.crossroads import crossroads
from signals.model.predictions import Prediction, Predicts


def test_who_predicts_is_known_by_its_method() -> None:
    network = crossroads(pedestrians=False)
    assert isinstance(RollingHorizon(network, horizon_s=20), Predicts)
    assert not isinstance(FixedTime(network), Predicts)


def test_it_is_a_plain_value() -> None:
    start_s, end_s = np.zeros((2, 4), np.float32)
    assert Prediction(start_s, end_s)._fields == ("green_start_s", "green_end_s")
