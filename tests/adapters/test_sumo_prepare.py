from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.prepare import prepare
from signals.adapters.sumo.world import SumoWorld
from signals.errors import FileError, ScenarioError
from tests.adapters.sumo_pair import drive, pair_inputs, pair_net
from tests.adapters.sumo_tee import additional, write

pytestmark = pytest.mark.sumo


def test_foreign_files_write_nothing_outside(tmp_path: Path) -> None:
    evil = additional(
        tmp_path,
        '<inductionLoop id="i" lane="tc_0" pos="9" file="../victim1"/><laneAreaDetector id="l" lane="tc_0" pos="9" '
        'endPos="20" file="../victim2"/><edgeData id="e" file="../victim3"/><instantInductionLoop id="n" lane="tc_0" '
        'pos="3" file="../victim4"/><timedEvent type="SaveTLSStates" source="b" dest="../victim5"/>'
        '<tlLogic id="b" type="actuated" programID="evil" offset="0"><param key="file" value="../victim6"/>'
        + "".join(f'<phase duration="20" minDur="5" maxDur="30" state="{state}"/>' for state in ("GGrrrrr", "rrGGGrr"))
        + "</tlLogic>",
    )
    demand = (
        '<vType id="t"><param key="has.ssm.device" value="true"/><param key="device.ssm.file" value="../victim7"/></vType>'
        '<flow id="f" begin="0" end="50" period="3" type="t" from="ab" to="cd"/>'
        '<flow id="g" begin="0" end="50" period="3" type="t" from="sb" to="cm"/>'
    )
    inside = tmp_path / "inside"
    inside.mkdir()
    inputs = pair_inputs(tmp_path, demand, end_s=100.0, additionals=[evil])
    world = SumoWorld(read_network(inputs.net, [evil]), inputs, inside / "run", SumoOptions(controlled=frozenset()))
    before, here = set(tmp_path.rglob("*")), set(Path.cwd().iterdir())
    drive(world)
    made = set(tmp_path.rglob("*")) - before
    assert {path.name for path in made} == {"run", "tripinfo.xml", "statistics.xml", "sumo.log", "tls_states.xml"}
    assert all(path.is_relative_to(inside / "run") for path in made)
    assert set(Path.cwd().iterdir()) == here
    assert sum("left out" in note for note in world.notes) == 2


@pytest.mark.parametrize("name", ["a:b", "a,b", "a;b", "${HOME}"])
def test_folders_that_sumo_would_misread(tmp_path: Path, name: str) -> None:
    inputs = pair_inputs(tmp_path)
    with pytest.raises(ScenarioError, match="SUMO cannot write"):
        prepare(read_network(inputs.net), inputs, tmp_path / name, SumoOptions())


def test_a_network_that_acts_is_refused(tmp_path: Path) -> None:
    net = pair_net(tmp_path)
    network = read_network(net)
    evil = write(
        tmp_path, "evil.net.xml", net.read_text().replace("</net>", '<timedEvent type="SaveTLSStates" dest="x"/></net>')
    )
    with pytest.raises(FileError, match="would make SUMO act"), SumoWorld(network, SumoInputs(evil), tmp_path / "run"):
        pass


def test_the_command_line_is_ours(tmp_path: Path) -> None:
    inputs = pair_inputs(tmp_path, end_s=90.0)
    run = tmp_path / "run"
    run.mkdir()
    for name in ("tripinfo.xml", "statistics.xml", "sumo.log", "tls_states.xml"):
        write(run, name, "of an earlier run")
    prepared = prepare(read_network(inputs.net), inputs, run, SumoOptions(seed=7, scale=0.5, record_states=False))
    assert [path.name for path in run.iterdir()] == ["additional.add.xml"]
    settings = dict(zip(prepared.arguments[::2], prepared.arguments[1::2], strict=True))
    assert settings["--net-file"] == str(inputs.net)
    assert settings["--route-files"] == str(inputs.routes[0].path)
    assert (settings["--begin"], settings["--end"], settings["--step-length"]) == ("0.000", "90.000", "1.0")
    assert (settings["--seed"], settings["--scale"], settings["--time-to-teleport"]) == ("7", "0.5", "-1.0")
    written = {settings[key] for key in ("--tripinfo-output", "--statistic-output", "--log", "--additional-files")}
    assert all(Path(path).parent == run for path in written)
    assert prepared.copies == (run / "additional.add.xml",)
    assert "SaveTLSStates" not in prepared.copies[0].read_text()
    assert prepared.vclass["line"] == "bus"


def test_a_run_without_demand(tmp_path: Path) -> None:
    inputs = SumoInputs(pair_net(tmp_path), end_s=5.0)
    _, trips, _ = drive(SumoWorld(read_network(inputs.net), inputs, tmp_path / "run"))
    assert len(trips) == 0
