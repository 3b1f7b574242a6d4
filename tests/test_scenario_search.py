from __future__ import annotations

from pathlib import Path

import pytest

from signals import scenario_search
from signals.errors import FileError, InputError, ScenarioError, UnknownNameError
from signals.scenario_search import find, shipped

SIM = 'format = 1\n[scenario]\nname = "mine"\nworld = "sim"\n[sim]\n'
ROUTES = '<routes><vehicle id="v" depart="{}"><route edges="a b"/></vehicle></routes>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenario.toml").write_text(SIM)
    (tmp_path / "town.net.xml").write_text("<net/>")
    (tmp_path / "town.rou.xml").write_text(ROUTES.format("3725.5"))
    (tmp_path / "other.rou.xml").write_text(ROUTES.format("99"))
    (tmp_path / "plan.add.xml").write_text("<additional/>")
    (tmp_path / "town.sumocfg").write_text(
        '<configuration><net-file value="town.net.xml"/><route-files value="town.rou.xml"/>'
        '<additional-files value="plan.add.xml"/><begin value="60"/><end value="120"/>'
        '<tripinfo-output value="/etc/passwd"/></configuration>'
    )
    return tmp_path


def test_what_is_shipped_is_found_by_name() -> None:
    assert {"braunschweig", "crossroads"} <= set(shipped())
    for name, place in shipped().items():
        found = find(name)
        assert found.file.scenario.name == name
        assert found.origin == place / "scenario.toml"
        assert (place / "SOURCE.md").is_file()


def test_a_wheel_has_them_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "site" / "signals" / "scenarios" / "one"
    inside.mkdir(parents=True)
    (inside / "scenario.toml").write_text(SIM)
    monkeypatch.setattr(scenario_search, "__file__", str(tmp_path / "site" / "signals" / "scenario_search.py"))
    assert shipped() == {"one": inside}


@pytest.mark.parametrize("name", ["", "scenario.toml"])
def test_a_folder_or_its_file(folder: Path, name: str) -> None:
    found = find(folder / name)
    assert found.file.scenario.name == "mine"
    assert (found.folder, found.origin) == (folder, folder / "scenario.toml")


def test_a_sumocfg_is_taken_apart(folder: Path) -> None:
    found = find(folder / "town.sumocfg")
    assert found.file.scenario.name == "town"
    assert (found.file.time.begin_s, found.file.time.end_s) == (60.0, 120.0)
    assert found.file.sumo is not None
    assert found.file.sumo.net == str(folder / "town.net.xml")
    assert found.file.sumo.additionals == (str(folder / "plan.add.xml"),)
    assert [row.file for row in found.file.demand] == [str(folder / "town.rou.xml")]
    assert any("tripinfo-output" in note for note in found.notes)


def test_a_network_brings_the_routes_beside_it(folder: Path) -> None:
    found = find(folder / "town.net.xml")
    assert [row.file for row in found.file.demand] == [str(folder / "town.rou.xml")]
    assert (found.file.time.begin_s, found.file.time.end_s) == (3720.0, 7320.0)  # the minute of the first departure
    assert found.origin is None
    assert "one hour" in found.notes[0]


def test_other_routes_and_additionals_can_be_named(folder: Path) -> None:
    found = find(folder / "town.net.xml", [folder / "other.rou.xml", str(folder / "plan.add.xml")])
    assert [row.file for row in found.file.demand] == [str(folder / "other.rou.xml")]
    assert found.file.sumo is not None
    assert found.file.sumo.additionals == (str(folder / "plan.add.xml"),)
    assert found.file.time.begin_s == 60.0


def test_routes_in_which_nobody_departs_begin_at_zero(folder: Path) -> None:
    (folder / "town.rou.xml").write_text('<routes><vType id="t"/></routes>')
    assert find(folder / "town.net.xml").file.time.begin_s == 0.0


@pytest.mark.parametrize(("file", "name"), [("a b[1].net.xml", "a-b-1-"), ("._.net.xml", "scenario")])
def test_a_name_is_made_of_any_file(folder: Path, file: str, name: str) -> None:
    (folder / file).write_text("<net/>")
    assert find(folder / file, [folder / "town.rou.xml"]).file.scenario.name == name


def test_a_name_that_is_not_known_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match='unknown scenario "braunschwieg"; did you mean "braunschweig"'):
        find("braunschwieg")


@pytest.mark.parametrize("source", ["no/such/folder", "no.net.xml", "x" * 5000 + ".toml", "a\0.b"])
def test_what_is_not_there_says_what_is_expected(source: str) -> None:
    with pytest.raises(FileError, match="expected the name of a scenario, a folder"):
        find(source)


def test_a_folder_without_a_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"has no scenario.toml"):
        find(tmp_path)


def test_another_file(folder: Path) -> None:
    with pytest.raises(FileError, match=r"plan.add.xml\" is not a scenario: expected"):
        find(folder / "plan.add.xml")


def test_a_network_without_routes(folder: Path) -> None:
    (folder / "town.rou.xml").unlink()
    with pytest.raises(ScenarioError, match=r'no "town.rou.xml" beside it'):
        find(folder / "town.net.xml")
    with pytest.raises(FileError, match=r"there is no file .*none.rou.xml"):
        find(folder / "town.net.xml", [folder / "none.rou.xml"])


def test_a_scenario_brings_its_own_routes(folder: Path) -> None:
    with pytest.raises(InputError, match="brings its own demand"):
        find(folder, [folder / "town.rou.xml"])
