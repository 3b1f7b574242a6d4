from __future__ import annotations

import pytest

from signals.kernels.queue_state import Fleet, Signals, Streets, Traffic, Walkers


@pytest.mark.parametrize("state", [Fleet, Signals, Streets, Traffic, Walkers])
def test_every_column_is_explained(state: type[Fleet | Signals | Streets | Traffic | Walkers]) -> None:
    explained = (state.__doc__ or "").replace(",", " ").split()
    assert not [name for name in state._fields if name not in explained]
