"""`small_town`: a main road with four coordinated junctions, a street behind it, and what lies between them."""

from __future__ import annotations

from typing import Final

from benchmarks.towns.demand import BusLine, BusStop, Demand, Trips
from benchmarks.towns.programs import Signal
from benchmarks.towns.streets import Junction, Street, Town

__all__ = ["DEMAND", "MAIN_ROAD", "PROGRESSION_KMH", "SIGNALS", "TOWN"]

PLAIN, POCKET = "w b slr", "w b sr l"
CYCLE_S: Final = (90, 90)
MAIN_ROAD: Final = ("A", "B", "C", "D")
"""The junctions that are coordinated."""
PROGRESSION_KMH: Final = 43.0

LIGHT: Final = "traffic_light"
TOWN: Final = Town(
    junctions=(
        Junction("A", 0, 0, LIGHT, ("nA1", "eA", "sA1", "wA")),
        Junction("B", 280, 0, LIGHT, ("nB", "eB", "sB", "wB")),
        Junction("C", 460, 0, LIGHT, ("F", "eC", "sC", "wC")),
        Junction("D", 800, 0, LIGHT, ("nD1", "eD", "sD1", "wD")),
        Junction("T", 460, 230, LIGHT, ("F", "k")),
        Junction("F", 460, 115, LIGHT, ("C",)),
        *(Junction(*row) for row in (("W", -450, 0), ("wA", -70, 0), ("eA", 70, 0))),
        *(Junction(*row) for row in (("wB", 220, 0), ("eB", 335, 0), ("wC", 405, 0), ("eC", 520, 0))),
        *(Junction(*row) for row in (("wD", 730, 0), ("eD", 870, 0), ("E", 1250, 0))),
        *(Junction(*row) for row in (("sA1", 0, -80), ("sA", 0, -300), ("sB", 280, -250), ("sC", 460, -300))),
        *(Junction(*row) for row in (("sD1", 800, -70), ("sD", 800, -350), ("nD1", 800, 70), ("nA1", 0, 90))),
        *(Junction(*row) for row in (("N", 0, 520), ("M", 800, 520), ("uS", 130, -220))),
        Junction("u", 130, 0, crossed=("uS",)),
        Junction("v", 620, 0, crossed=("k",)),
        Junction("nA", 0, 230, crossed=("nB",)),
        Junction("nB", 280, 230, crossed=("B",)),
        Junction("k", 620, 230, crossed=("v",)),
        Junction("nD", 800, 230, crossed=("k",)),
    ),
    streets=(
        Street("W", "wA", PLAIN, PLAIN, priority=4),
        Street("wA", "A", POCKET, PLAIN, priority=4),
        Street("A", "eA", PLAIN, POCKET, priority=4),
        Street("eA", "u", PLAIN, PLAIN, priority=4),
        Street("u", "wB", PLAIN, PLAIN, priority=4),
        Street("wB", "B", POCKET, PLAIN, priority=4),
        Street("B", "eB", PLAIN, POCKET, priority=4),
        Street("eB", "wC", PLAIN, PLAIN, priority=4),
        Street("wC", "C", POCKET, PLAIN, priority=4),
        Street("C", "eC", PLAIN, POCKET, priority=4),
        Street("eC", "v", PLAIN, PLAIN, priority=4),
        Street("v", "wD", PLAIN, PLAIN, priority=4),
        Street("wD", "D", POCKET, PLAIN, priority=4),
        Street("D", "eD", PLAIN, POCKET, priority=4),
        Street("eD", "E", PLAIN, PLAIN, priority=4),
        Street("N", "nA", PLAIN, PLAIN, 50, 3),
        Street("nA", "nA1", PLAIN, PLAIN, 50, 3),
        Street("nA1", "A", POCKET, PLAIN, 50, 3),
        Street("A", "sA1", PLAIN, POCKET, 50, 3),
        Street("sA1", "sA", PLAIN, PLAIN, 50, 3),
        Street("B", "nB", PLAIN, PLAIN, 30, 1),
        Street("B", "sB", PLAIN, PLAIN, 30, 1),
        Street("C", "F", PLAIN, PLAIN, 30, 2),
        Street("F", "T", PLAIN, PLAIN, 30, 2),
        Street("C", "sC", PLAIN, PLAIN, 30, 2),
        Street("D", "nD1", PLAIN, POCKET, 50, 3),
        Street("nD1", "nD", PLAIN, PLAIN, 50, 3),
        Street("nD", "M", PLAIN, PLAIN, 50, 3),
        Street("D", "sD1", PLAIN, POCKET, 50, 3),
        Street("sD1", "sD", PLAIN, PLAIN, 50, 3),
        Street("u", "uS", PLAIN, PLAIN, 30, 1),
        Street("v", "k", PLAIN, PLAIN, 30, 1),
        Street("nA", "nB", PLAIN, PLAIN, 30, 2),
        Street("nB", "T", PLAIN, PLAIN, 30, 2),
        Street("T", "k", PLAIN, PLAIN, 30, 2),
        Street("k", "nD", PLAIN, PLAIN, 30, 2),
    ),
)

_MAIN: Final = "W:sr W:b E:sr E:b N:x S:x"
_LEFT: Final = "W:l E:l"
SIGNALS: Final = (
    Signal("A", (_MAIN, _LEFT, "N:sr N:b S:sr S:b E:x W:x", "N:l S:l"), CYCLE_S),
    Signal("B", (_MAIN, _LEFT, "N:slr N:b S:slr S:b E:x W:x"), CYCLE_S),
    Signal("C", (_MAIN, _LEFT, "N:slr N:b W:x", "S:slr S:b E:x"), CYCLE_S),
    Signal("D", (_MAIN, _LEFT, "N:sr N:b S:sr S:b E:x W:x", "N:l S:l"), CYCLE_S),
    Signal("T", ("W:slr W:b E:slr E:b S:x", "S:slr S:b E:x"), (60, 60)),
    Signal("F", ("N:s N:b S:s S:b", "S:x"), (60, 60)),
)

_IN: Final = {
    "W": "W_wA", "E": "E_eD", "N": "N_nA", "M": "M_nD", "A": "sA_sA1", "B": "sB_B", "C": "sC_C", "D": "sD_sD1",
    "U": "uS_u",
}  # fmt: skip
_OUT: Final = {
    "W": "wA_W", "E": "eD_E", "N": "nA_N", "M": "nD_M", "A": "sA1_sA", "B": "B_sB", "C": "C_sC", "D": "sD1_sD",
    "U": "u_uS",
}  # fmt: skip


def _trips(table: dict[str, dict[str, float]]) -> tuple[Trips, ...]:
    return tuple(Trips(_IN[a], _OUT[b], per_h) for a, row in table.items() for b, per_h in row.items())


DEMAND: Final = Demand(
    motor=(
        *_trips(
            {
                "W": {"E": 265, "M": 30, "N": 35, "A": 40, "B": 20, "C": 30, "D": 45, "U": 10},
                "E": {"W": 200, "N": 25, "M": 40, "A": 25, "B": 20, "C": 40, "D": 50, "U": 10},
                "N": {"A": 90, "W": 30, "E": 45, "B": 10, "C": 15, "D": 10},
                "M": {"D": 95, "W": 25, "E": 35, "A": 10, "C": 20},
                "A": {"N": 70, "W": 40, "E": 50, "M": 10, "C": 10},
                "B": {"W": 25, "E": 30, "M": 10, "N": 10},
                "C": {"W": 30, "E": 30, "N": 10, "M": 15},
                "D": {"M": 80, "W": 50, "E": 50, "N": 10},
                "U": {"W": 15, "E": 25},
            }
        ),
        Trips("nB_T", "C_sC", 50),
        Trips("sC_C", "T_nB", 30),
        Trips("v_k", "k_nD", 10),
        Trips("nB_B", "B_sB", 30),
    ),
    bicycles=(
        *_trips({"W": {"E": 60, "A": 15, "C": 25, "D": 15}, "E": {"W": 45, "M": 15}}),
        *_trips({"N": {"A": 40, "W": 15}, "M": {"D": 35}, "A": {"N": 30, "E": 20}, "D": {"M": 30, "E": 20}}),
        *_trips({"C": {"E": 20}, "B": {"E": 15}}),
        Trips("sC_C", "F_T", 40),
        Trips("T_F", "C_sC", 40),
        Trips("nA_nB", "T_k", 25),
        Trips("k_T", "nB_nA", 25),
    ),
    on_foot=(
        Trips("sC_C", "F_T", 60),
        Trips("nB_T", "C_sC", 40),
        Trips("u_wB", "B_nB", 30),
        Trips("sB_B", "eB_wC", 40),
        Trips("eC_v", "wC_C", 30),
        Trips("sA1_sA", "A_eA", 30),
        Trips("N_nA", "sA1_sA", 20),
        Trips("eD_E", "v_wD", 25),
        Trips("sD_sD1", "nD1_nD", 25),
        Trips("C_F", "F_C", 70),
        Trips("F_T", "T_F", 30),
    ),
    lines=(
        BusLine("line2.east", "N_nA", "eD_E", 600, 150, ("school.east", "market.east", "east.out"), ("nB_T", "C_eC")),
        BusLine("line2.west", "E_eD", "nA_N", 600, 420, ("east.in", "market.west", "school.west"), ("C_F", "nB_nA")),
    ),
    stops=(
        BusStop("school.east", "nB_T", 60),
        BusStop("market.east", "eC_v", 30),
        BusStop("east.out", "eD_E", 30),
        BusStop("east.in", "E_eD", 200),
        BusStop("market.west", "v_eC", 30),
        BusStop("school.west", "T_nB", 40),
    ),
)
