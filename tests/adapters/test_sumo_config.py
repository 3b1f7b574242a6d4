from __future__ import annotations

import os
from pathlib import Path

import pytest

from signals.adapters.sumo.config import RouteFile, SumoInputs, read_config
from signals.errors import FileError, InputError, ScenarioError
from tests.adapters.sumo_tee import package, write


def config(folder: Path, body: str, root: str = "configuration") -> Path:
    for name in ("n.net.xml", "a.rou.xml", "b.rou.xml", "c.add.xml"):
        write(folder, name, "<x/>")
    return write(folder, "x.sumocfg", f"<{root}>{body}</{root}>")


NET = '<input><net-file value="n.net.xml"/></input>'


def test_everything_that_is_taken(tmp_path: Path) -> None:
    path = config(
        tmp_path,
        '<input><net-file value="n.net.xml"/><route-files value="a.rou.xml, b.rou.xml,"/>'
        '<additional-files value="c.add.xml"/></input>'
        '<time><begin value="15:0:0"/><end value="16:30:0"/><step-length value="0.05"/></time>',
        "sumoConfiguration",
    )
    found = read_config(path)
    assert found.net == tmp_path / "n.net.xml"
    assert found.routes == (RouteFile(tmp_path / "a.rou.xml"), RouteFile(tmp_path / "b.rou.xml"))
    assert found.additionals == (tmp_path / "c.add.xml",)
    assert (found.begin_s, found.end_s) == (54000.0, 59400.0)
    assert found.notes == (f"{path}: <step-length> 0.05 is not used; the step is set by the scenario",)


def test_short_names_and_the_last_one_counts(tmp_path: Path) -> None:
    path = config(tmp_path, '<n v="n.net.xml"/><r v="a.rou.xml"/><b v="5"/><e v="7"/><e v="9"/>')
    found = read_config(path)
    assert (found.begin_s, found.end_s, len(found.routes)) == (5.0, 9.0, 1)


def test_what_could_do_harm_is_ignored_and_said(tmp_path: Path) -> None:
    path = config(
        tmp_path,
        f'{NET}<output><tripinfo-output value="../victim.xml"/><fcd-output value="evil.example:4444"/></output>'
        '<traci_server><remote-port value="8813"/></traci_server><report><log value="/tmp/evil"/></report>',
    )
    before = set(tmp_path.rglob("*"))
    (note, no_end) = read_config(path).notes
    assert note == f"{path}: ignored: fcd-output, log, remote-port, tripinfo-output"
    assert "one hour" in no_end
    assert set(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "victim.xml").exists()


@pytest.mark.parametrize("end", ["", '<end value="-1"/>'])
def test_without_an_end_it_lasts_an_hour(tmp_path: Path, end: str) -> None:
    found = read_config(config(tmp_path, f'{NET}<begin value="100"/>{end}'))
    assert (found.begin_s, found.end_s) == (100.0, 3700.0)
    assert "3700" in found.notes[-1]


def test_the_caller_knows_better(tmp_path: Path) -> None:
    path = config(tmp_path, f'{NET}<begin value="100"/><end value="50"/>')
    found = read_config(path, begin_s=10.0, end_s=20.0)
    assert (found.begin_s, found.end_s, found.notes) == (10.0, 20.0, ())


def test_paths_may_lead_elsewhere_to_files_that_are_there(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    path = config(inner, f'<net-file value="../m.net.xml"/><route-files value="{tmp_path}/r.xml"/>')
    write(tmp_path, "m.net.xml", "<x/>")
    write(tmp_path, "r.xml", "<x/>")
    found = read_config(path)
    assert found.net.resolve() == tmp_path / "m.net.xml"
    assert found.routes[0].path == tmp_path / "r.xml"


@pytest.mark.parametrize(
    "name", ["gone.xml", "/dev/zero", "pipe", ".", "http://evil.example/n.net.xml", "${HOME}/n.net.xml", "n" * 5000]
)
def test_only_regular_files_are_named(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"line 1: <net-file>: it names .*no such file"):
        read_config(config(tmp_path, f'<net-file value="{name}"/>'))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "one <net-file>, found 0"),
        ('<net-file value="n.net.xml,n.net.xml"/>', "one <net-file>, found 2"),
        (f'{NET}<begin value="9"/><end value="3"/>', "0 <= begin_s < end_s"),
    ],
)
def test_parts_that_do_not_fit(tmp_path: Path, body: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why) as caught:
        read_config(config(tmp_path, body))
    assert str(tmp_path / "x.sumocfg") in str(caught.value)


@pytest.mark.parametrize("value", ["noon", "1:2", "nan", "inf", "-5", ""])
def test_times_that_are_none(tmp_path: Path, value: str) -> None:
    with pytest.raises(FileError, match=r"line 1: <begin>"):
        read_config(config(tmp_path, f'{NET}<begin value="{value}"/>'))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<configuration>",
        "<net/>",
        '<!DOCTYPE x [<!ENTITY a "b">]><configuration>&a;</configuration>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><configuration/>',
        "<configuration/><configuration/>",
        "PK\x03\x04",
    ],
)
def test_files_that_are_no_configuration(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read_config(write(tmp_path, "x.sumocfg", text))


def test_inputs_are_checked_at_birth(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="flows must be"):
        RouteFile(tmp_path, "twice")
    for scale in (-1.0, float("nan")):
        with pytest.raises(ScenarioError, match="scale must be"):
            RouteFile(tmp_path, scale=scale)
    for begin_s, end_s in ((0.0, float("nan")), (-1.0, 5.0), (5.0, 5.0)):
        with pytest.raises(ScenarioError, match="begin_s < end_s"):
            SumoInputs(tmp_path, begin_s=begin_s, end_s=end_s)


def test_the_demo_that_comes_with_sumo() -> None:
    sumo = package("sumo")
    if sumo is None:
        pytest.skip("SUMO is not installed")
    found = read_config(sumo / "tools" / "game" / "fokr_bs_demo.sumocfg")
    assert [file.path.name[:9] for file in found.routes] == ["15_16_bic", "15_16_ped", "15_16_veh"]
    assert (found.begin_s, found.end_s, len(found.additionals)) == (54000.0, 57600.0, 2)
    assert "insertion-checks" in found.notes[-1]
