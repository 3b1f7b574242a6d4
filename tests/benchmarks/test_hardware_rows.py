"""The fault matrix is whole: every row of it has its name, its place and something that is expected of it."""

from __future__ import annotations

from benchmarks.hardware.rows import PROTOCOLS, ROWS

MATRIX = (*(f"N{number}" for number in range(1, 8)), *(f"H{number}" for number in range(1, 6)), "A1")


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert len({row.what for row in ROWS}) == len(ROWS)


def test_every_fault_of_the_matrix_has_a_row_in_every_protocol_where_it_can_happen() -> None:
    for protocol in PROTOCOLS:
        there = {row.id[:2] for row in ROWS if protocol in row.protocols}
        cannot = {"tlcfi": {"N3", "N4", "H5"}, "rsmp": {"N3", "N4"}}.get(protocol, set())
        assert set(MATRIX) - there == cannot


def test_where_we_must_stand_back_it_must_end_our_control() -> None:
    assert all(row.ends for row in ROWS if row.barred or row.shared or row.settled or row.shows_s)


def test_where_plans_are_driven_what_does_nothing_is_seen_after_cycles() -> None:
    (row,) = [row for row in ROWS if row.id == "H2a"]
    assert row.at("ntcip", 94.0) is row
    assert row.at("rsmp", 94.0).shows_s == 5 * 94.0
    assert all(row.at("rsmp", 94.0) is row for row in ROWS if not row.cycles)
