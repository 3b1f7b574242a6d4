from __future__ import annotations

from math import floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.sumo.flows import copies, departures, scaled, single
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


def when(text: str, folder: Path, begin_s: float = 0.0, end_s: float = 200.0, seed: int = 1) -> list[float]:
    flow = element(f'<r><flow id="f" {text}/></r>', folder)
    return departures(flow, begin_s, end_s, np.random.default_rng(seed)).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('begin="0" end="100" period="30"', [0, 30, 60, 90]),
        ('begin="0" end="90" period="30"', [0, 30, 60]),
        ('begin="0" end="100" number="4"', [0, 25, 50, 75]),
        ('begin="5" end="100" vehsPerHour="100"', [5, 41, 77]),
        ('end="100" perHour="72"', [0, 50]),
        ('begin="5" number="4" period="7"', [5, 12, 19, 26]),
        ('begin="5" number="3"', [5, 70, 135]),
        ('period="80"', [0, 80, 160]),
        ('begin="0" end="0" period="5"', []),
        ('begin="0" end="50" number="0"', []),
        ('begin="100" end="400" number="3"', [100]),
        ('probability="0"', []),
        ('begin="1.5" end="4" probability="1"', [2, 3]),
    ],
)  # as SUMO 1.28.0 had them depart in an experiment
def test_departures_of_flows(tmp_path: Path, text: str, expected: list[float]) -> None:
    assert when(text, tmp_path) == expected


def test_a_flow_that_began_before_the_run_goes_on(tmp_path: Path) -> None:
    assert when('begin="5" end="100" period="20"', tmp_path, 25.0) == [25, 45, 65, 85]
    assert when('begin="5" end="100" number="4"', tmp_path, 31.0) == [52.5, 76.25]
    assert when('begin="5" end="90" probability="1"', tmp_path, 85.0) == [85, 86, 87, 88, 89]


def test_random_flows_have_the_rate_that_they_name(tmp_path: Path) -> None:
    for text in ('period="exp(0.2)"', 'probability="0.2"'):
        found = np.array(when(text, tmp_path, 1000.0, 5000.0))
        assert len(found) == pytest.approx(800, abs=4 * np.sqrt(800))
        assert (np.diff(found) > 0).all()
        assert 1000.0 <= found[0] < found[-1] < 5000.0
        assert found.tolist() == when(text, tmp_path, 1000.0, 5000.0) != when(text, tmp_path, 1000.0, 5000.0, 2)
    gaps = np.diff(when('period="exp(0.2)"', tmp_path, 0.0, 20000.0))
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.1)
    assert len(when('period="exp(0.2)" number="7"', tmp_path, 0.0, 20000.0)) == 7


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('begin="0"', "expected one of number, period, vehsPerHour"),
        ('period="5" vehsPerHour="3"', "expected one of number"),
        ('period="5" end="9" number="3"', "expected end or number beside period, not both"),
        ('begin="9" end="5" period="1"', "it ends at 5 s, before it begins at 9 s"),
        ('period="0"', "period must be > 0"),
        ('vehsPerHour="0"', "vehsPerHour must be > 0"),
        ('period="exp(0)"', r"the rate of the period exp\(0\) must be > 0"),
        ('period="exp(x)"', "must be a number"),
        ('probability="1.1"', "probability must be 0 to 1"),
        ('number="1e12"', "more than 10000000 travellers"),
        ('period="1e-9"', "more than 10000000 travellers"),
        ('period="exp(1e9)"', "more than 10000000 travellers"),
    ],
)
def test_flows_that_make_no_sense(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(FileError, match=f'<flow> "f": .*{sentence}'):
        when(text, tmp_path)
