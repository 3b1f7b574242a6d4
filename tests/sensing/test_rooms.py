from __future__ import annotations

import numpy as np

from signals.model.feeders import feeders
from signals.sensing.places import places_of
from signals.sensing.rooms import (
    FIRST_HANDLES,
    MOST_HANDLES,
    first_beliefs,
    first_memory,
    first_seen,
    for_arrivals,
    for_handles,
    for_vehicles,
)
from tests.sensing.corridor import corridor

NETWORK = corridor()
PLACES = places_of(NETWORK, feeders(NETWORK, 200.0))


def test_the_memory_begins_with_the_priors() -> None:
    memory = first_memory(NETWORK, PLACES)
    assert (memory.row_weight == PLACES.row_prior).all()
    assert memory.row_weight is not PLACES.row_prior
    assert (memory.handle == -1).all()
    assert np.isnan(memory.since_s).all()


def test_handles_get_room_before_they_need_it_and_nothing_is_forgotten() -> None:
    memory = first_memory(NETWORK, PLACES)
    memory.handle[7], memory.since_s[7], memory.trail[7, 3], memory.lane[7] = 7, 12.5, 4, 3
    assert for_handles(memory, FIRST_HANDLES // 2 - 1) is memory
    larger = for_handles(memory, FIRST_HANDLES // 2)
    assert len(larger.handle) == 2 * FIRST_HANDLES
    assert (larger.handle[7], larger.since_s[7], larger.trail[7, 3], larger.lane[7]) == (7, 12.5, 4, 3)
    assert (larger.handle[FIRST_HANDLES:] == -1).all()
    assert len({len(larger.handle), len(larger.tick), len(larger.trail), len(larger.trail_length)}) == 1
    largest = for_handles(memory, 2**40)
    assert len(largest.handle) == MOST_HANDLES
    assert for_handles(largest, 2**60) is largest


def test_vehicles_get_room_and_the_last_tick_stays() -> None:
    memory = first_memory(NETWORK, PLACES)
    memory.previous[:] = np.arange(len(memory.previous))
    seen, larger = for_vehicles(memory, 1000)
    assert all(len(column) == 1000 for column in seen)
    assert (larger.previous[: len(memory.previous)] == memory.previous).all()
    assert len(larger.slot) == 1000
    assert larger.handle is memory.handle


def test_arrivals_get_room_in_every_column() -> None:
    beliefs = for_arrivals(first_beliefs(NETWORK), 5000)
    rows = [getattr(beliefs, name) for name in beliefs._fields if name.startswith("arrival_") and "offset" not in name]
    assert len(rows) == 5
    assert all(len(row) == 5000 for row in rows)
    assert np.isnan(beliefs.lane_veh).all()
    assert len(first_seen().lane) > 0
