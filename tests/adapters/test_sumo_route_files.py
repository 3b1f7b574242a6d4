from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.config import SINGLE, RouteFile
from signals.adapters.sumo.route_files import check_edges, read_routes
from signals.errors import FileError, ScenarioError
from tests.adapters.sumo_tee import write


def read(folder: Path, body: str, begin_s: float = 0.0, **how: object) -> tuple[list[str], list[str], int]:
    contents = read_routes(RouteFile(write(folder, "x.rou.xml", f"<routes>{body}</routes>"), **how), begin_s)
    return (
        [element.attributes.get("id", element.tag) for element in contents.definitions],
        [element.attributes["id"] for element in contents.travellers],
        contents.early,
    )


BODY = """
  <vType id="t"/><route id="r" edges="a"/>
  <trip id="late" depart="90"/><flow id="f" begin="20" number="3"/><trip id="early" depart="0:0:9"/>
  <interval begin="30" end="60"><flow id="g" period="5"/></interval>
  <vehicle id="with" depart="triggered"/><person id="p" depart="begin"/>
"""


def test_travellers_come_in_order_and_the_early_ones_are_counted(tmp_path: Path) -> None:
    assert read(tmp_path, BODY) == (["t", "r"], ["p", "early", "f", "g", "with", "late"], 0)
    assert read(tmp_path, BODY, 10.0) == (["t", "r"], ["p", "f", "g", "with", "late"], 1)


def test_a_file_may_be_scaled_and_its_flows_be_single(tmp_path: Path) -> None:
    assert read(tmp_path, BODY, scale=0.0) == (["t", "r"], [], 0)
    twice = read(tmp_path, BODY, 10.0, scale=2.0)[1]
    assert twice == ["p", "p#1", "f", "g", "with", "with#1", "late", "late#1"]
    contents = read_routes(RouteFile(tmp_path / "x.rou.xml", SINGLE), 10.0)
    assert [(one.tag, one.attributes["depart"]) for one in contents.travellers[1:3]] == [("trip", "20"), ("trip", "30")]


def test_what_names_files_or_is_no_traveller_is_left_out(tmp_path: Path) -> None:
    body = '<include href="x"/><interval begin="1" end="2"><edge id="a"/></interval><trip id="a" depart="1" file="x"/>'
    contents = read_routes(RouteFile(write(tmp_path, "y.xml", f"<routes>{body}</routes>")), 0.0)
    assert [(one.tag, one.attributes) for one in contents.travellers] == [("trip", {"id": "a", "depart": "1"})]


@pytest.mark.parametrize("depart", ["-1", "soon"])
def test_a_departure_is_a_time(tmp_path: Path, depart: str) -> None:
    with pytest.raises(FileError, match=r'line 1: <trip> "x": .*depart'):
        read(tmp_path, f'<trip id="x" depart="{depart}"/>')


def test_edges_are_looked_for_everywhere_in_a_traveller(tmp_path: Path) -> None:
    body = '<person id="p" depart="1"><walk edges="a b"/><walk from="b" to="c"/></person>'
    (person,) = read_routes(RouteFile(write(tmp_path, "z.xml", f"<routes>{body}</routes>")), 0.0).travellers
    check_edges(person, {"a", "b", "c"})
    with pytest.raises(ScenarioError, match='<person> "p" uses the edge "c", which the network does not have'):
        check_edges(person, {"a", "b"})
