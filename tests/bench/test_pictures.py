from __future__ import annotations

from xml.etree import ElementTree as ET

from signals.bench.pictures import pictures_of, standalone
from signals.bench.standings import standings_of
from tests.bench.made import GROUND, failed_result, make_result


def test_every_map_has_two_pictures_that_stand_alone() -> None:
    there = GROUND._replace(site="elsewhere")
    results = [
        make_result(name, seed, ground=ground)
        for name in ("net", "mine")
        for seed in (1, 2)
        for ground in (GROUND, there)
    ]
    (standing,) = standings_of(results)
    pictures = pictures_of(standing, "M-A-0.6")
    assert [(picture.site, picture.kind) for picture in pictures] == [
        (site, kind) for site in ("crossroads", "elsewhere") for kind in ("delays", "queues")
    ]
    for picture in pictures:
        root = ET.fromstring(standalone(picture))  # noqa: S314  ours
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        text = "".join(root.itertext())
        assert "mine" in text
    assert [picture.svg for picture in pictures_of(standing, "M-A-0.6")] == [picture.svg for picture in pictures]


def test_where_nobody_has_runs_there_is_nothing_to_draw() -> None:
    (standing,) = standings_of([failed_result()])
    assert not pictures_of(standing, "x")


def test_everybody_keeps_a_colour_through_all_tables() -> None:
    better = [make_result("net", 1, 40.0), make_result("mine", 1, 20.0)]
    worse = [make_result("net", 1, 20.0), make_result("mine", 1, 40.0)]
    legends = []
    for results in (better, worse):
        (standing,) = standings_of(results)
        svg = str(pictures_of(standing, "x")[1].svg)
        legends.append(svg.index(">mine<") > svg.index(">net<"))
    assert legends == [True, True]
