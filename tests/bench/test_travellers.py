from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from signals.bench.travellers import COPY_MARK, Lengthened, Spans, lengthened
from signals.scenario_file import DemandPart

ROUTES = """<routes>
    <vType id="car"/>
    <flow id="late" begin="1500" end="2000" period="10" from="a" to="b"/>
    <flow id="through" begin="0" end="3000" period="10" from="a" to="b"/>
    <trip id="first" depart="1000" type="car" from="a" to="b" departLane="1"/>
    <vehicle id="bus" depart="1050.5"><route edges="a b"/><stop lane="b_0" until="1100"/></vehicle>
    <trip id="second" depart="0:20:00" from="a" to="b"/>
    <trip id="third" depart="1900" from="a" to="b"/>
    <person id="waits" depart="triggered"><walk from="a" to="b"/></person>
</routes>"""
SPANS = Spans(begin_s=1000.0, warmup_s=100.0, shock_s=(1250.0, 1400.0))


@pytest.fixture
def made(tmp_path: Path) -> Lengthened:
    path = tmp_path / "demand.rou.xml"
    path.write_text(ROUTES)
    (tmp_path / "out").mkdir()
    return lengthened([(path, DemandPart(file="x", scale=2.0))], SPANS, tmp_path / "out")


def travellers(parts: tuple[DemandPart, ...]) -> dict[str, ET.Element]:
    return {row.get("id", ""): row for part in parts for row in ET.parse(part.file).getroot()}  # noqa: S314  ours


def test_everybody_is_later_and_the_first_drive_twice(made: Lengthened) -> None:
    found = travellers(made.calm)
    assert float(found["first"].get("depart", "")) == 1100
    assert float(found[f"{COPY_MARK}first"].get("depart", "")) == 1000
    assert float(found["bus"].get("depart", "")) == 1150.5
    assert float(found[f"{COPY_MARK}bus"].get("depart", "")) == 1050.5
    assert float(found["third"].get("depart", "")) == 2000
    assert not {f"{COPY_MARK}second", f"{COPY_MARK}third"} & found.keys()


def test_timetables_move_with_them(made: Lengthened) -> None:
    found = travellers(made.calm)
    stop, again = (found[name].find("stop") for name in ("bus", f"{COPY_MARK}bus"))
    assert stop is not None
    assert again is not None
    assert float(stop.get("until", "")) == 1200
    assert float(again.get("until", "")) == 1100


def test_flows_cover_the_warm_up_or_are_later(made: Lengthened) -> None:
    found = travellers(made.calm)
    assert [float(found["through"].get(key, "")) for key in ("begin", "end")] == [0, 3100]
    assert [float(found["late"].get(key, "")) for key in ("begin", "end")] == [1600, 2100]


def test_who_departs_during_the_shock_stands_apart(made: Lengthened) -> None:
    assert set(travellers(made.shock)) == {"second"}
    assert "second" not in travellers(made.calm)
    assert [part.scale for part in made.parts(1.2, 1.5)] == [2.4, 3.6]


def test_flows_at_random_are_cut_and_timetables_are_not(tmp_path: Path) -> None:
    path = tmp_path / "demand.rou.xml"
    path.write_text(
        "<routes>"
        '<flow id="random" begin="1000" end="2000" period="exp(0.1)" from="a" to="b"/>'
        '<flow id="chance" begin="1300" probability="0.1" from="a" to="b"/>'
        '<flow id="bus" begin="1000" end="2000" period="300" from="a" to="b"/>'
        '<flow id="few" begin="1000" end="2000" number="3" from="a" to="b"/>'
        "</routes>"
    )
    made = lengthened([(path, DemandPart(file="x"))], SPANS._replace(warmup_s=0.0), tmp_path)
    found = [
        {name: (row.get("begin"), row.get("end")) for name, row in travellers(parts).items()}
        for parts in (made.calm, made.shock)
    ]
    assert found[0] == {
        "random": ("1000", "1250"),
        "random.after": ("1400", "2000"),
        "chance.after": ("1400", None),
        "bus": ("1000", "2000"),
        "few": ("1000", "2000"),
    }
    assert found[1] == {"random.during": ("1250", "1400"), "chance.during": ("1300", "1400")}


def test_who_waits_for_another_one_has_no_time(made: Lengthened) -> None:
    assert travellers(made.calm)["waits"].get("depart") == "triggered"


def test_lanes_that_somebody_needs_are_known(made: Lengthened) -> None:
    assert made.fixed_lanes == {"a_1", "b_0"}


def test_without_a_warm_up_nobody_moves(tmp_path: Path) -> None:
    path = tmp_path / "demand.rou.xml"
    path.write_text(ROUTES)
    made = lengthened([(path, DemandPart(file="x"))], SPANS._replace(warmup_s=0.0), tmp_path)
    found = travellers(made.calm)
    assert float(found["first"].get("depart", "")) == 1000
    assert not [name for name in found if name.startswith(COPY_MARK)]
