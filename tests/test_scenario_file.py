from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from signals.errors import FileError, ScenarioError, UnknownNameError
from signals.scenario_file import (
    MOST_BYTES,
    ClosurePart,
    DemandPart,
    ScenarioFile,
    TimePart,
    parse_scenario,
    read_scenario_file,
    read_toml,
    time_of,
)
from signals.scenario_sim import SimPart

WHOLE = """
format = 1
[scenario]
name = "here"
title = "Over there"
[time]
begin = "15:00:00"
end = "16:00"
warmup_s = 60
[sumo]
package = "eclipse-sumo"
net = "a.net.xml"
additionals = ["b.add.xml"]
[[demand]]
file = "c.rou.xml"
flows = "single"
scale = 0.5
[[demand]]
file = "d.rou.xml"
[timing]
profile = "crow"
respect_plans = false
stages = "derived"
[control]
intersections = ["j1"]
[safety]
site_cards = "cards"
[sensing]
level = "detectors"
range_m = 150
connected_share = 0.2
[[closures]]
lane = "e1_0"
begin_s = 54600
[world]
whatever = 3
"""
SMALLEST = 'format = 1\n[scenario]\nname = "x"\nworld = "sim"\n[sim]\n'


def parse(text: str) -> ScenarioFile:
    return parse_scenario(tomllib.loads(text), "x.toml")


def test_every_key_is_read() -> None:
    file = parse(WHOLE)
    assert file.scenario.title == "Over there"
    assert file.time == TimePart(begin_s=54000.0, end_s=57600.0, step_s=1.0, warmup_s=60.0)
    assert file.sumo is not None
    assert (file.sumo.package, file.sumo.additionals) == ("eclipse-sumo", ("b.add.xml",))
    assert file.demand == (
        DemandPart(file="c.rou.xml", flows="single", scale=0.5),
        DemandPart(file="d.rou.xml", flows="as-written", scale=1.0),
    )
    assert (file.timing.profile, file.timing.respect_plans, file.timing.stages) == ("crow", False, "derived")
    assert file.control.intersections == ("j1",)
    assert file.safety.site_cards == "cards"
    assert (file.sensing.level, file.sensing.range_m) == ("detectors", 150.0)
    assert file.sensing.connected_share == 0.2
    assert file.closures == (ClosurePart(lane="e1_0", begin_s=54600.0, end_s=None),)
    assert file.world == {"whatever": 3}


def test_little_is_enough() -> None:
    assert parse(SMALLEST).sim == SimPart()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("format = 1", "format = 2"), '"x.toml": format must be 1, got 2'),
        (("format = 1", "format = true"), "format must be 1, got True"),
        (("format = 1", ""), "format must be 1, got None"),
        (('name = "here"', 'name = "a/b"'), 'scenario.name "a/b" must be letters'),
        (('name = "here"', 'name = ".."'), 'scenario.name ".." must be letters'),
        (('begin = "15:00:00"', 'begin = "noon"'), 'time.begin must be a time such as "15:00:00"'),
        (('begin = "15:00:00"', 'begin = "1:0:0"\nbegin_s = 3'), "time.begin and time.begin_s say the same"),
        (('begin = "15:00:00"', 'begin = "16:00"'), "time: begin + warmup must be before end"),
        (("range_m = 150", "range_m = 0"), "sensing.range_m must be more than 0"),
        (("connected_share = 0.2", "connected_share = 1.2"), "sensing.connected_share is a share, 0 to 1, got 1.2"),
        (("connected_share = 0.2", "connected_share = nan"), "sensing.connected_share"),
        (("connected_share = 0.2", "connected_share = -0.1"), "sensing.connected_share must be at least 0"),
        (('level = "detectors"', 'level = "full"'), 'at level "full" every vehicle is seen; leave it out'),
        (
            ('level = "detectors"\nrange_m = 150\nconnected_share = 0.2', 'level = "connected"'),
            'sensing.connected_share must be more than 0 at level "connected"',
        ),
        (("[sumo]", "[sim]\n[world2]"), "world2"),
        (("begin_s = 54600", "begin_s = -1"), "closures[0].begin_s must be at least 0"),
        (('lane = "e1_0"', ""), "closures[0].lane is missing"),
        (("scale = 0.5", "scale = -1"), "demand[0].scale must be at least 0"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], sentence: str) -> None:
    assert change[0] in WHOLE
    with pytest.raises((ScenarioError, UnknownNameError)) as caught:
        parse(WHOLE.replace(*change, 1))
    assert sentence in str(caught.value)
    assert "x.toml" in str(caught.value)


@pytest.mark.parametrize("world", ["sumo", "sim"])
def test_a_world_needs_its_section(world: str) -> None:
    with pytest.raises(ScenarioError, match=rf"the world {world} needs a section \[{world}\]"):
        parse(f'format = 1\n[scenario]\nname = "x"\nworld = "{world}"\n')


def test_the_nearest_key_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match=r'"sumo.additional"; did you mean "sumo.additionals"\?'):
        parse(WHOLE.replace("additionals", "additional"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"format = ", "is not TOML"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x = " + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "scenario.toml"
    path.write_bytes(content)
    with pytest.raises(FileError, match=sentence) as caught:
        read_scenario_file(path)
    assert str(path) in str(caught.value)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(FileError, match="at most 64 are read"):
        read_toml(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_toml(tmp_path / "none.toml")


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(FileError, match="is a named pipe"):
        read_toml(tmp_path / "pipe.toml")


@pytest.mark.parametrize(("text", "time_s"), [("54000", 54000.0), ("15:00", 54000.0), ("0:00:30", 30.0), ("1.5", 1.5)])
def test_times_are_numbers_or_clocks(text: str, time_s: float) -> None:
    assert time_of(text, "it") == time_s
