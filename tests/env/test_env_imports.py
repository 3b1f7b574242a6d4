"""What the package of environments costs, and what it offers."""

from __future__ import annotations

import gymnasium
import pytest

import signals.env
from tests.test_imports import loaded_after


def test_importing_it_registers_ids_and_loads_neither_compiler_nor_simulator() -> None:
    loaded = loaded_after("import signals.env")
    assert "gymnasium" in loaded
    assert not loaded & {"numba", "pettingzoo", "sumolib", "traci", "libsumo", "matplotlib", "onnxruntime", "torch"}
    assert {signals.env.JUNCTION_ID, signals.env.NETWORK_ID} <= set(gymnasium.registry)


def test_the_package_itself_does_not_load_gymnasium() -> None:
    assert "gymnasium" not in loaded_after("import signals\nsignals.load\nsignals.run")


def test_its_names_are_there() -> None:
    for name in signals.env.__all__:
        assert getattr(signals.env, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        signals.env.Nothing  # noqa: B018
