from __future__ import annotations

import pytest

from signals.kernels.queue_state import Fleet, Signals, Streets, Traffic, Walkers


@pytest.mark.parametrize("state", [Fleet, Signals, Streets, Traffic, Walkers])
def test_every_column_is_explained(state: type) -> None:
    assert state.__doc__ is not None
    names = {name.removesuffix("_s") for name in state._fields if state is Signals}  # type: ignore[attr-defined]
    assert not names - {"aspect", "green", "amber"}
    assert all(name.removesuffix("_s") in state.__doc__ for name in state._fields)  # type: ignore[attr-defined]
