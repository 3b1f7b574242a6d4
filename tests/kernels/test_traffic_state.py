from __future__ import annotations

from inspect import cleandoc

from signals.adapters.sim.layout import traffic
from signals.kernels.traffic_state import State
from signals.model.crossroads import crossroads
from tests.kernels.driven import random_travel


def test_a_vehicle_takes_less_than_200_bytes() -> None:
    network = crossroads()
    parts = [traffic(network, random_travel(network, 1, count)) for count in (100, 1100)]
    size = [sum(column.nbytes for part in (made.travellers, made.state) for column in part) for made in parts]
    assert (size[1] - size[0]) / 1000 <= 200


def test_every_column_is_documented() -> None:
    assert set(State._fields) <= set(cleandoc(State.__doc__ or "").splitlines())  # Python 3.13 keeps no indent
