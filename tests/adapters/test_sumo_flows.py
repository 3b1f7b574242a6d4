from __future__ import annotations

from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.sumo.flows import copies, scaled, single
from signals.errors import FileError
from tests.adapters.sumo_pair import element


def test_a_flow_without_begin_begins_at_once(tmp_path: Path) -> None:
    flow = element('<r><flow id="f" end="9" period="1" from="a" to="b"/></r>', tmp_path)
    assert single(flow).attributes["depart"] == "0"


def test_scaled_flows(tmp_path: Path) -> None:
    flow = element('<r><flow id="f" vehsPerHour="100" number="3" period="exp(0.5)"/></r>', tmp_path)
    assert scaled(flow, 1.5).attributes == {"id": "f", "vehsPerHour": "150.0", "number": "4", "period": "exp(0.75)"}
    for text in ('probability="0.9"', 'period="exp(x)"', 'perHour="many"'):
        with pytest.raises(FileError, match=r"<flow> "):
            scaled(element(f'<r><flow id="f" {text}/></r>', tmp_path), 1.5)


@given(st.integers(0, 500), st.floats(0, 5))
def test_copies_add_up_to_the_share(travellers: int, factor: float) -> None:
    total = sum(copies(n, factor) for n in range(travellers))
    assert total == floor(travellers * factor + 1e-9)
