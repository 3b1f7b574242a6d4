from __future__ import annotations

import pytest

from signals.bench.campaign import entered
from signals.bench.legacy_lineup import LEGACY_LINEUP
from signals.entrants import controller_of
from signals.scenario import load

ON_THE_GRID = [name for name in LEGACY_LINEUP if name.endswith("_grid")]


def test_who_decides_on_the_grid_does_so_on_that_of_the_map() -> None:
    assert len(ON_THE_GRID) == 3
    for name in ON_THE_GRID:
        assert LEGACY_LINEUP[name].on("arterial4x4") == {"decision_s": 5, "amber_s": 2.0}
        assert LEGACY_LINEUP[name].on("cologne1") == {}


@pytest.mark.parametrize("name", LEGACY_LINEUP)
@pytest.mark.parametrize("site", ["cologne1", "arterial4x4"])
def test_everybody_can_be_made(name: str, site: str) -> None:
    chosen = LEGACY_LINEUP[name]
    controller_of(chosen.controller, load("crossroads"), chosen.on(site))


def test_each_is_what_its_name_says() -> None:
    found = entered(tuple(LEGACY_LINEUP), lineup=LEGACY_LINEUP)
    assert [entrant.name for entrant in found] == list(LEGACY_LINEUP)
    assert len({entrant.sha256 for entrant in found}) == len(found)
