from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from signals.errors import InputError
from signals.inspection import against_cards, inspection, inspection_tables, network_of
from signals.model.crossroads import crossroads
from signals.model.network import Finding
from signals.scenario import write_network_file
from signals.site_cards import write_site_cards

FINDING = Finding("warning", "centre", "short-intergreen", "an intergreen is short")


def test_the_object_holds_everything_that_was_read() -> None:
    network = replace(crossroads(), findings=(FINDING,))
    found = inspection(network)
    assert (found["network"], found["lanes"], found["detectors"]) == ("crossroads", len(network.lanes), 16)
    (place,) = found["intersections"]
    group = place["groups"][8]
    assert (group["id"], group["user"], group["min_green_s"], group["clearance_s"]) == (
        "north_walk",
        "pedestrian",
        6,
        8,
    )
    assert place["stages"][1] == {"id": "left_ns", "source": "file", "groups": ["north_left", "south_left"]}
    assert place["plans"][0]["cycle_s"] == 94
    assert place["plans"][0]["steps"][2] == {"duration_s": 5, "green": []}
    assert found["findings"] == [
        {"level": "warning", "intersection": "centre", "code": "short-intergreen", "text": "an intergreen is short"}
    ]


def test_no_conflict_and_a_conflict_of_no_time_are_not_the_same() -> None:
    network = crossroads()
    place = network.intersections[0]
    rows = [list(row) for row in place.intergreen_ds]
    rows[0][1] = rows[1][0] = 0
    free = tuple(stage for stage in place.stages if not {0, 1} <= set(stage.groups))
    place = replace(place, intergreen_ds=tuple(map(tuple, rows)), stages=free)
    network = replace(network, intersections=(place,))
    (found,) = inspection(network)["intersections"]
    assert (found["intergreen_s"][0][1], found["intergreen_s"][0][4]) == (0.0, None)
    assert (found["conflict"][0][1], found["conflict"][0][4]) == (True, False)
    console = Console(file=io.StringIO(), width=250)
    matrix = next(part for part in inspection_tables(network) if "intergreens" in str(part.title))
    console.print(matrix)
    assert isinstance(console.file, io.StringIO)
    (row,) = (line for line in console.file.getvalue().splitlines() if line.startswith("│ north_ahead"))
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert cells[2] == "0"
    assert cells[5] == ""


def test_people_see_findings() -> None:
    tables = list(inspection_tables(replace(crossroads(), findings=(FINDING,))))
    assert [str(part.title) for part in tables][-1] == "Findings"
    assert len(tables) == 5
    assert len(list(inspection_tables(crossroads()))) == 4


def test_whatever_has_a_network_can_be_inspected(tmp_path: Path) -> None:
    write_network_file(tmp_path / "network.toml", crossroads(pedestrians=False))
    assert network_of(str(tmp_path / "network.toml")) == crossroads(pedestrians=False)
    assert network_of("crossroads") == crossroads()
    with pytest.raises(InputError, match="others can only be given"):
        network_of("crossroads", [tmp_path / "more.add.xml"])


def test_a_scenario_is_held_against_its_cards(tmp_path: Path) -> None:
    assert against_cards("crossroads", crossroads()) == crossroads()
    path = tmp_path / "scenario.toml"
    path.write_text(
        'format = 1\n[scenario]\nname = "x"\nworld = "sim"\n[sim]\nveh_h = 1\n[safety]\nsite_cards = "cards"\n'
    )
    write_site_cards(tmp_path / "cards", crossroads(pedestrians=False))
    network = network_of(str(path))
    findings = against_cards(str(path), network).findings
    assert findings[0] == Finding(
        "error", "centre", "site-card", 'site card "centre": link_count is 12 on the card, 16 in the network'
    )
    write_network_file(tmp_path / "network.toml", network)
    assert against_cards(str(tmp_path / "network.toml"), network) == network


@pytest.mark.sumo
def test_a_scenario_says_by_which_profile_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(
        'format = 1\n[scenario]\nname = "x"\n[timing]\nprofile = "crow"\nrespect_plans = false\n'
        '[sumo]\npackage = "eclipse-sumo"\nnet = "tools/game/cross/cross.net.xml"\n'
    )
    own = network_of(str(path))
    assert own == network_of(str(path), profile="crow", respect_plans=False)
    assert own != network_of(str(path), profile="rilsa")
    assert own != network_of(str(path), respect_plans=True)
    write_site_cards(tmp_path / "cards", own)
    path.write_text(path.read_text() + '[safety]\nsite_cards = "cards"\n')
    assert against_cards(str(path), own) == own
    other = against_cards(str(path), network_of(str(path), profile="rilsa"))
    assert {finding.code for finding in other.findings} >= {"site-card"}


@pytest.mark.sumo
def test_a_net_brings_its_own_plans_or_not() -> None:
    from signals.adapters.sumo.install import package_path  # noqa: PLC0415

    folder = package_path("eclipse-sumo", "tools/game/fokr_bs_demo")
    net, plan = folder / "fokr_bs.net.xml.gz", folder / "signalPlan.add.xml"
    assert [plan.id for plan in network_of(str(net)).intersections[0].plans] == ["0"]
    deployed = network_of(str(net), [plan]).intersections[0]
    assert deployed.plans[0].id == "DLR_UT_v1-0-0"
    ruled = network_of(str(net), [plan], respect_plans=False).intersections[0]
    assert ruled.intergreen_ds != deployed.intergreen_ds
