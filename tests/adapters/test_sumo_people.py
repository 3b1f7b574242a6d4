from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from signals.adapters.sumo.people import People
from signals.model.crossroads import crossroads


def people(network: object, next_edges: dict[str, str]) -> People:
    person = SimpleNamespace(
        getIDList=lambda: tuple(next_edges), getNextEdge=next_edges.__getitem__, getWaitingTime=len
    )
    client = SimpleNamespace(api=SimpleNamespace(person=person))
    return People(client, network)  # type: ignore[arg-type]


def test_whoever_goes_to_a_crossing_next_calls_its_group() -> None:
    network = crossroads()
    somebody = {"a": "north_cross", "bb": "", "c": "south_cross", "d": "south_cross", "e": "nowhere"}
    seen = people(network, somebody)
    assert np.flatnonzero(seen.read()).tolist() == [8, 10]
    somebody.clear()
    assert not seen.read().any()


def test_how_long_they_stand_is_known() -> None:
    assert people(crossroads(), {"a": "", "bb": ""}).standing_s() == {"a": 1, "bb": 2}


def test_without_crossings_nobody_is_asked() -> None:
    seen = people(crossroads(pedestrians=False), {"a": "north_cross"})
    assert not seen.read().any()
