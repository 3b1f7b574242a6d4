from __future__ import annotations

from dataclasses import MISSING, fields

import pytest

from signals.model import document_rows
from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import Lane
from signals.model.movements import Movement
from signals.model.network import Detector, Finding, Network

PAIRS = [
    (document_rows.LaneRow, Lane),
    (document_rows.MovementRow, Movement),
    (document_rows.GroupRow, SignalGroup),
    (document_rows.StageRow, Stage),
    (document_rows.StepRow, PlanStep),
    (document_rows.PlanRow, Plan),
    (document_rows.IntersectionRow, Intersection),
    (document_rows.DetectorRow, Detector),
    (document_rows.FindingRow, Finding),
    (document_rows.NetworkRow, Network),
]
ELSEWHERE = {"intergreen_ds", "format"}
"""A group's intergreens are a matrix of the intersection; the format is not part of the network."""


@pytest.mark.parametrize(("row", "kind"), PAIRS)
def test_the_format_has_a_key_for_every_field_of_the_model(row: type, kind: type) -> None:
    """Who adds a field to the model learns here that the text form would lose it."""
    keys = {field.name for field in fields(row)} - ELSEWHERE
    assert keys == {field.name for field in fields(kind)} - ELSEWHERE


@pytest.mark.parametrize(("row", "kind"), PAIRS)
def test_what_may_be_left_out_means_what_the_model_means(row: type, kind: type) -> None:
    usual = {field.name: field.default for field in fields(kind)}
    for field in fields(row):
        plain = isinstance(field.default, int | float | bool)
        if plain and usual.get(field.name, MISSING) is not MISSING:
            assert field.default == usual[field.name], field.name
