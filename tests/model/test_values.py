from __future__ import annotations

from signals.model.values import Aspect


def test_aspects_keep_their_numbers() -> None:
    """They stand in recorded files and in kernels; changing one would make old records lie."""
    assert {aspect.name: aspect.value for aspect in Aspect} == {
        "RED": 0,
        "RED_AMBER": 1,
        "GREEN": 2,
        "AMBER": 3,
        "CLEARANCE": 4,
        "UNKNOWN": -1,
    }
