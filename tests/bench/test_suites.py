from __future__ import annotations

import pytest

from signals.bench.sites import RESCO, shipped_sites
from signals.bench.suites import SUITES, cut, lineup_of, suite
from signals.errors import InputError, UnknownNameError
from tests.bench.made import small_suite


def test_the_suites() -> None:
    quick, full, m7, legacy = map(suite, SUITES)
    assert len(quick.maps) == len(quick.seeds) == 3
    assert set(full.maps) == {*RESCO, *shipped_sites()}
    assert (full.tiers, full.demands, len(full.seeds)) == (("A", "B", "C"), (0.6, 1.0, 1.2), 30)
    assert (m7.rules, m7.maps, m7.tiers, len(m7.seeds)) == ("M7", RESCO, ("A",), 30)
    assert full.seeds == m7.seeds == legacy.seeds
    assert (legacy.rules, legacy.maps, legacy.tiers, legacy.demands) == ("L", RESCO, ("A",), (1.0,))
    assert legacy.controllers == tuple(lineup_of("legacy"))
    assert not lineup_of("m7")
    assert "rolling_horizon" in full.controllers
    with pytest.raises(UnknownNameError, match='suite "quik"; did you mean "quick"'):
        suite("quik")


def test_a_suite_is_cut_down() -> None:
    found = cut(suite("full"), maps=["cologne1"], seeds=[7, 8], demands=[1.0], controllers=["net", "mine:Own"])
    assert (found.maps, found.seeds, found.demands, found.controllers) == (
        ("cologne1",), (7, 8), (1.0,), ("net", "mine:Own"),
    )  # fmt: skip
    assert found.tiers == ("A", "B", "C")
    assert found.runs == 1 * 3 * 1 * 2 * 2


@pytest.mark.parametrize(
    ("otherwise", "text"),
    [
        ({"maps": ("nowhere",)}, 'unknown map "nowhere"'),
        ({"tiers": ("Z",)}, 'unknown tier "Z"'),
        ({"rules": "M8"}, 'unknown rule set "M8"'),
        ({"seeds": ()}, "there are no seeds"),
        ({"controllers": ("net", "net")}, "one of the controllers is named twice"),
        ({"demands": (0.0,)}, "a demand must be a number > 0"),
        ({"demands": (float("nan"),)}, "a demand must be a number > 0"),
    ],
)
def test_what_makes_no_sense_is_refused(otherwise: dict[str, object], text: str) -> None:
    with pytest.raises(InputError, match=text):
        small_suite(**otherwise)
