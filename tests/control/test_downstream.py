from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from signals.control.downstream import Downstream, stop_lines_downstream
from signals.model.crossroads import crossroads

NETWORK = crossroads()


def chained() -> Any:
    """Who goes straight on to the south arrives at the northern stop lines again."""
    lanes = list(NETWORK.lanes)
    out = NETWORK.lane_index["south_out_0"]
    lanes[out] = replace(lanes[out], edge="north_in")
    return replace(NETWORK, lanes=tuple(lanes))


def test_where_no_stop_line_follows_nothing_is_known() -> None:
    found = Downstream(NETWORK)
    assert not found.known.any()
    assert found.mean(np.ones(8)).tolist() == [0.0] * 12


def test_the_mean_of_the_lanes_at_the_end_of_the_road() -> None:
    network = chained()
    links, approaches = stop_lines_downstream(network)
    into = {k for k, to in enumerate(network.arrays.link_to_lane) if network.lanes[to].edge == "north_in"}
    assert into
    assert set(links.tolist()) == into
    north = [a for a, lane in enumerate(network.arrays.approach_lane) if network.lanes[lane].edge == "north_in"]
    assert sorted(set(approaches.tolist())) == north
    values = np.full(8, np.nan)
    values[north[0]] = 6.0
    found = Downstream(network).mean(values)
    assert {k for k in range(12) if found[k]} == into
    assert found[min(into)] == 6.0 / len(north)
