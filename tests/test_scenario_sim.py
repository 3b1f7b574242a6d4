from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from signals.errors import InputError
from signals.model.travel import CAR, VehicleKind
from signals.scenario_sim import KindPart, SimPart, TurnPart
from signals.schema import from_table


def parse(table: dict[str, object]) -> SimPart:
    return from_table(SimPart, table, "scenario.toml", "sim")


def test_a_kind_is_a_car_where_nothing_else_is_said() -> None:
    given = asdict(KindPart(id="car"))
    assert [field.name for field in fields(VehicleKind)] == list(given)
    assert given.pop("user") == CAR.user.name.lower()
    assert given == {key: value for key, value in asdict(CAR).items() if key != "user"}


def test_sources_turns_and_kinds_are_tables() -> None:
    sim = parse(
        {
            "network": "town.toml",
            "sources": [{"edge": "west", "rate_veh_h": 300, "kind": "van"}],
            "turns": [{"from_edge": "west", "to_edge": "side", "share": 0.25}],
            "kinds": [{"id": "van", "length_m": 6.5}],
        }
    )
    assert sim.sources[0].rate_veh_h == 300.0
    assert sim.sources[0].begin_s is None
    assert sim.turns == (TurnPart(from_edge="west", to_edge="side", share=0.25),)
    assert sim.kinds[0].length_m == 6.5


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"kinds": [{"id": "van", "length_m": 0}]}, r"sim\.kinds\[0\]\.length_m must be more than 0"),
        ({"kinds": [{"id": "van", "user": "pedestrian"}]}, r"sim\.kinds\[0\]\.user"),
        ({"kinds": [{}]}, r"sim\.kinds\[0\]\.id is missing"),
        ({"sources": [{"edge": "a"}]}, "rate_veh_h is missing"),
        ({"turns": [{"from_edge": "a", "to_edge": "b", "share": -1}]}, "share must be at least 0"),
        ({"turns": [{"from_edge": "a", "to_edge": "b", "share": 1}]}, r"sim\.sources go, and there are none"),
        ({"sources": [{"edge": "a", "rate": 3}]}, r'did you mean "sim\.sources\[0\]\.rate_veh_h"'),
    ],
)
def test_wrong_keys_are_named(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse(table)
