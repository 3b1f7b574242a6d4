from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.route_book import RouteBook, is_routed
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError
from tests.adapters.sumo_tee import write


def elements(folder: Path, body: str) -> list[Element]:
    tags = {"route", "routeDistribution", "vehicle", "trip"}
    return list(events(write(folder, "b.xml", f"<routes>{body}</routes>"), tags))


def test_routes_by_name_inside_and_drawn(tmp_path: Path) -> None:
    route, mix, *vehicles = elements(
        tmp_path,
        '<route id="r" edges="a b" probability="3"/>'
        '<routeDistribution id="m" routes="r"><route edges="c"/></routeDistribution>'
        '<vehicle id="1" route="r"/><vehicle id="2" route="m"/><vehicle id="3"><route edges="d e"/></vehicle>'
        '<vehicle id="4"><routeDistribution><route edges="f"/></routeDistribution></vehicle><trip id="5"/>',
    )
    book, stream = RouteBook(), np.random.default_rng(1)
    book.take(route)
    book.take(mix)
    assert [is_routed(vehicle) for vehicle in vehicles] == [True] * 4 + [False]
    names = [book.name_of(vehicle) for vehicle in vehicles[:4]]
    assert [book.choose(name, stream) for name in (names[0], *names[2:])] == [("a", "b"), ("d", "e"), ("f",)]
    drawn = [book.choose(names[1], stream) for _ in range(2000)]
    assert set(drawn) == {("a", "b"), ("c",)}
    assert drawn.count(("c",)) == pytest.approx(500, abs=80)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<vehicle id="1" route="r"/>', '<vehicle> "1": there is no route "r"'),
        ('<vehicle id="1"><route edges=" "/></vehicle>', "a route needs at least one edge"),
        ('<vehicle id="1"><route/></vehicle>', 'attribute "edges" is missing'),
        ('<vehicle id="1"><routeDistribution routes="r"/></vehicle>', 'it names "r", which is not defined'),
    ],
)
def test_routes_that_are_none(tmp_path: Path, body: str, sentence: str) -> None:
    (vehicle,) = elements(tmp_path, body)
    with pytest.raises(FileError, match=sentence):
        RouteBook().name_of(vehicle)
