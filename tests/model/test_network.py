from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signals.errors import NetworkError
from signals.model.crossroads import crossroads
from signals.model.network import Detector, Network

NETWORK = crossroads()
PLACE = NETWORK.intersections[0]


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (
            {"movements": (replace(NETWORK.movements[0], to_lane=99), *NETWORK.movements[1:])},
            'movement "north_in_0>south_out_0" refers to a lane that does not exist',
        ),
        ({"movements": (replace(NETWORK.movements[0], via=(-1,)), *NETWORK.movements[1:])}, "refers to a lane"),
        (
            {"movements": NETWORK.movements[:3]},
            'intersection "centre", group "east_ahead" refers to a movement that does not exist',
        ),
        ({"lanes": (*NETWORK.lanes, NETWORK.lanes[0])}, 'lane "north_in_0" is defined twice'),
        ({"intersections": (PLACE, PLACE)}, 'intersection "centre" is defined twice'),
        ({"detectors": (Detector("d", 20, 0.0),)}, "a detector lies on a lane that does not exist"),
    ],
)
def test_what_does_not_fit_together_is_not_born(known: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        replace(NETWORK, **known)


def test_ids_lead_to_indices() -> None:
    assert NETWORK.lanes[NETWORK.lane_index["east_out_0"]].id == "east_out_0"
    assert NETWORK.intersection_index == {"centre": 0}


def test_the_twin_is_built_once_and_cannot_be_written() -> None:
    network = Network("again", NETWORK.lanes, NETWORK.movements, NETWORK.intersections)
    assert network.arrays is network.arrays
    with pytest.raises(ValueError, match="read-only"):
        network.arrays.min_green_ds[0] = 1
