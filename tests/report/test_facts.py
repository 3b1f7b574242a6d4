"""Provenance as lines."""

from __future__ import annotations

from signals.record.comparison import ComparisonRecord
from signals.report.facts import Fact, facts_in, facts_of


def test_nested_keys_are_joined() -> None:
    record = ComparisonRecord(
        "town",
        (),
        settings={"sensing": {"range_m": 200}, "seeds": [1, 2]},
        provenance={"settings": {"old": 1}, "commit": None, "inputs": [{"name": "a.net.xml", "sha256": "ab"}]},
    )
    assert facts_of(record) == [
        Fact("settings.sensing.range_m", "200"),
        Fact("settings.seeds", "1, 2"),
        Fact("commit", ""),
        Fact("inputs.0.name", "a.net.xml"),
        Fact("inputs.0.sha256", "ab"),
    ]


def test_settings_of_the_provenance_are_used_where_there_are_no_others() -> None:
    record = ComparisonRecord("town", (), provenance={"settings": {"old": 1}})
    assert facts_of(record) == [Fact("settings.old", "1")]


def test_any_mapping_becomes_lines() -> None:
    assert facts_in({"seat": {}, "files": {"policy.onnx": "ab"}}) == [Fact("files.policy.onnx", "ab")]
