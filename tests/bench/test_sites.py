from __future__ import annotations

import pytest

from signals.adapters.sumo import install
from signals.bench.sites import RESCO, load_site, shipped_sites, site
from signals.errors import MissingDependencyError, UnknownNameError


def test_rescos_maps_are_read_where_the_user_put_them() -> None:
    scenario = load_site("cologne1")
    assert (scenario.name, scenario.file.time.begin_s, scenario.file.time.end_s) == ("cologne1", 25200, 28800)
    assert not site("cologne1").designed


def test_what_is_missing_is_said_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "_package_folder", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"pip install --no-deps sumo-rl"):
        load_site("cologne3")


def test_shipped_scenarios_are_maps_and_those_in_sumo_belong_to_suites() -> None:
    assert site("braunschweig").designed
    assert "braunschweig" in shipped_sites()
    assert "crossroads" not in shipped_sites()
    assert load_site("crossroads").file.scenario.world == "sim"
    assert not set(shipped_sites()) & set(RESCO)


def test_another_name_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match='map "cologne2"; did you mean "cologne'):
        site("cologne2")
