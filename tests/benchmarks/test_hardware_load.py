"""What load is put on, and when it was carried."""

from __future__ import annotations

from benchmarks.hardware.load import Measured, network_of, verdict

CARRIED = Measured(1_000, 600, 9.0, 0, (0.05, 0.09, 0.2), 0, 0, (300.0, 301.0), (1_010, 1_010), 90.0, 80.0)


def test_so_many_junctions() -> None:
    network = network_of("ntcip", 3, 10)
    assert len(network.intersections) == 3
    assert len({place.id for place in network.intersections}) == 3
    for place in network.intersections:
        for row in place.intergreen_ds:
            assert len({between for between in row if between is not None}) == 1  # timed by group
    assert len(network_of("tlcfi", 2, 10).intersections) == 2


def test_when_it_was_carried() -> None:
    assert verdict(CARRIED)
    assert not verdict(CARRIED._replace(missed=1))
    assert not verdict(CARRIED._replace(busy_s=(0.05, 0.11, 0.2)))
    assert not verdict(CARRIED._replace(lost=1))
    assert not verdict(CARRIED._replace(violations=1))
