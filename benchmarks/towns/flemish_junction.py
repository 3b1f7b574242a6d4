"""`flemish_junction`: where a road with two lanes each way crosses a smaller one."""

from __future__ import annotations

from typing import Final

from benchmarks.towns.demand import BusLine, BusStop, Demand, Trips
from benchmarks.towns.programs import Signal
from benchmarks.towns.streets import Junction, Street, Town

__all__ = ["DEMAND", "SIGNALS", "TOWN"]

MAIN, MAIN_IN = "w b slr slr", "w b sr s l"
SIDE, SIDE_IN = "w b slr", "w b sr l"

TOWN: Final = Town(
    junctions=(
        Junction("J", 0, 0, "traffic_light", ("N1", "E1", "S1", "W1")),
        *(Junction(*row) for row in (("N", 0, 350), ("E", 350, 0), ("S", 0, -350), ("W", -350, 0))),
        *(Junction(*row) for row in (("N1", 0, 110), ("E1", 90, 0), ("S1", 0, -110), ("W1", -90, 0))),
    ),
    streets=(
        Street("N", "N1", MAIN, MAIN, priority=3),
        Street("S", "S1", MAIN, MAIN, priority=3),
        Street("E", "E1", SIDE, SIDE),
        Street("W", "W1", SIDE, SIDE),
        Street("N1", "J", MAIN_IN, MAIN, priority=3),
        Street("S1", "J", MAIN_IN, MAIN, priority=3),
        Street("E1", "J", SIDE_IN, SIDE),
        Street("W1", "J", SIDE_IN, SIDE),
    ),
)

SIGNALS: Final = (
    Signal(
        "J",
        (
            "N:sr N:b S:sr S:b E:x W:x",
            "N:l S:l",
            "E:sr E:b W:sr W:b N:x S:x",
            "E:l W:l",
        ),
        cycle_s=(60, 110),
    ),
)

_IN: Final = {"N": "N_N1", "E": "E_E1", "S": "S_S1", "W": "W_W1"}
_OUT: Final = {"N": "N1_N", "E": "E1_E", "S": "S1_S", "W": "W1_W"}


def _trips(table: dict[str, dict[str, float]]) -> tuple[Trips, ...]:
    return tuple(Trips(_IN[a], _OUT[b], per_h) for a, row in table.items() for b, per_h in row.items())


DEMAND: Final = Demand(
    motor=_trips(
        {
            "N": {"S": 610, "W": 90, "E": 110},
            "S": {"N": 460, "E": 80, "W": 90},
            "E": {"W": 180, "N": 90, "S": 100},
            "W": {"E": 210, "S": 70, "N": 90},
        }
    ),
    bicycles=_trips(
        {"N": {"S": 130, "W": 25}, "S": {"N": 70, "E": 20}, "E": {"W": 60, "N": 15}, "W": {"E": 90, "S": 20}}
    ),
    on_foot=_trips(
        {"N": {"S": 35, "E": 15, "W": 15}, "S": {"N": 25, "E": 15, "W": 15}, "E": {"W": 40, "N": 10}, "W": {"E": 50}}
    ),
    lines=(
        BusLine("line5.south", "N_N1", "S1_S", 600, 150, ("park.south", "church.south")),
        BusLine("line5.north", "S_S1", "N1_N", 600, 400, ("church.north", "park.north")),
    ),
    stops=(
        BusStop("park.south", "N_N1", 120),
        BusStop("church.south", "S1_S", 15),
        BusStop("church.north", "S_S1", 120),
        BusStop("park.north", "N1_N", 15),
    ),
)
