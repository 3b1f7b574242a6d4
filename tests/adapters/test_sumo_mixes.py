from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.mixes import mix_of
from signals.adapters.sumo.safe_xml import Element
from signals.errors import FileError

WEIGHTS = {"a": 1.0, "b": 3.0, "c": 4.0}


def element(**attributes: str) -> Element:
    return Element("vTypeDistribution", {"id": "m", **attributes}, [], 7, Path("x.xml"))


def shares(mix: object, count: int = 8000) -> dict[str, float]:
    stream = np.random.default_rng(1)
    drawn = Counter(mix.draw(stream) for _ in range(count))  # type: ignore[attr-defined]
    return {name: number / count for name, number in drawn.items()}


def test_names_are_drawn_in_proportion() -> None:
    assert shares(mix_of(element(things="a b"), ["c"], WEIGHTS, "things")) == pytest.approx(
        {"a": 0.125, "b": 0.375, "c": 0.5}, abs=0.02
    )
    given = element(things="a b", probabilities="30 10")
    assert shares(mix_of(given, [], WEIGHTS, "things")) == pytest.approx({"a": 0.75, "b": 0.25}, abs=0.02)
    assert shares(mix_of(element(things="a b", probabilities="0 1"), [], WEIGHTS, "things")) == {"b": 1.0}


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"things": "a x"}, 'it names "x", which is not defined before it'),
        ({"things": "a b", "probabilities": "1"}, "a probability >= 0 for each of its 2 entries"),
        ({"things": "a", "probabilities": "-1"}, "a probability >= 0"),
        ({"things": "a", "probabilities": "nan"}, "a probability >= 0"),
        ({"things": "a", "probabilities": "0"}, "one of them > 0"),
        ({"things": "a", "probabilities": "often"}, 'probabilities must be numbers, got "often"'),
        ({}, "each of its 0 entries"),
    ],
)
def test_mixes_that_make_no_sense(attributes: dict[str, str], sentence: str) -> None:
    with pytest.raises(FileError, match=f'line 7: <vTypeDistribution> "m": .*{sentence}'):
        mix_of(element(**attributes), [], WEIGHTS, "things")
