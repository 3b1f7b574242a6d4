"""Every column is explained, none is an identity, and the units in the names are the units."""

from __future__ import annotations

from signals.record.dictionary import TABLES


def test_every_column_is_explained_and_none_is_an_identity() -> None:
    for columns in TABLES.values():
        assert len({column.name for column in columns}) == len(columns)
        for column in columns:
            assert column.kind in ("integer", "number", "text")
            assert column.meaning.endswith(".")
            assert not {"vehicle_id", "person_id", "id", "handle", "plate"} & {column.name}
            unit = {"_s": "s", "_veh": "veh", "_veh_h": "veh/h"}
            for ending, expected in unit.items():
                if column.name.endswith(ending) and column.unit:
                    assert column.unit == expected, column.name
