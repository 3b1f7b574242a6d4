from __future__ import annotations

import re
from pathlib import Path

import pytest

from signals.adapters.sumo.additionals import check_net, read_additionals
from signals.adapters.sumo.demand import VehicleTypes
from signals.errors import FileError, ScenarioError
from tests.adapters.sumo_tee import additional, tee, write


def test_a_network_only_describes(tmp_path: Path) -> None:
    assert {"in_n", "out_s", ":C_c0"} <= check_net(tee(tmp_path))
    for more in (
        '<timedEvent type="SaveTLSStates" dest="../x"/>',
        '<inductionLoop id="i" lane="in_n_0" pos="1" file="../x"/>',
        '<include href="../x"/>',
        '<trip id="t" depart="0" from="in_n" to="out_s"/>',
        '<tlLogic id="C" programID="9" type="actuated" offset="0"><param key="file" value="../x"/></tlLogic>',
    ):
        with pytest.raises(FileError, match=r"tee.net.xml, line \d+: <"):
            check_net(tee(tmp_path, more=more))
    with pytest.raises(FileError, match="must say what its function is"):
        check_net(tee(tmp_path, more='<edge id=":x"><lane id=":x_0"/></edge>'))
    with pytest.raises(FileError, match='<junction> "J": attribute "incLanes" is missing'):
        check_net(tee(tmp_path, more='<junction id="J" type="priority" x="0" y="0" intLanes=""/>'))
    with pytest.raises(FileError, match='programs of type "swarm" are not supported'):
        check_net(tee(tmp_path, more='<tlLogic id="C" programID="9" type="swarm" offset="0"/>'))
    with pytest.raises(ScenarioError, match="move the file"):
        check_net(write(tmp_path, "a,b.net.xml", "<net/>"))


def test_of_additional_files_only_the_harmless_is_taken(tmp_path: Path) -> None:
    path = additional(
        tmp_path,
        '<vType id="t" vClass="tram"/><vTypeDistribution id="d"><vType id="u" vClass="bicycle"/></vTypeDistribution>'
        '<busStop id="s" lane="a_0" startPos="1" endPos="9"/><taz id="z" edges="a"/><poly id="p" imgFile="x.png"/>'
        '<inductionLoop id="i" lane="a_0" pos="3" file="../victim"/><e2Detector id="e" lane="a_0" pos="3" file="host:99"/>'
        '<instantInductionLoop id="n" lane="a_0" pos="3" file="../victim"/><include href="x"/><rerouter id="r" file="v"/>'
        '<timedEvent type="SaveTLSStates" source="C" dest="../victim"/><calibrator id="c" output="../victim"/>'
        '<calibrator id="c2" output="../victim"/><tlLogic id="C" programID="p" type="actuated" offset="0">'
        '<phase duration="9" state="GG"/><param key="file" value="victim"/><param key="max-gap" value="2"/></tlLogic>',
    )
    more = additional(tmp_path, '<trip id="x" depart="1" from="a" to="b"/><flow id="y"/>', "trips.add.xml")
    types = VehicleTypes()
    found = read_additionals([path, more], types)
    text = "\n".join(found.lines)
    assert not re.search("victim|href|host|poly|rerouter", text)
    assert text.count('file="NUL"') == 2
    assert '<param key="max-gap" value="2"/>' in text
    assert found.loops == {"i"}
    assert found.with_travellers == (more,)
    assert (types.vclass["t"], types.vclass["u"]) == ("tram", "bicycle")
    left_out = "2 <calibrator>, 1 <include>, 1 <instantInductionLoop>, 1 <rerouter>, 1 <timedEvent>"
    assert found.notes == (f"{path}: left out, as it could write or read other files: {left_out}",)


def test_a_program_that_would_write_a_log_is_refused(tmp_path: Path) -> None:
    path = additional(tmp_path, '<tlLogic id="C" programID="p" type="swarm" offset="0"/>')
    with pytest.raises(FileError, match=r'line 2: signal programs of type "swarm" are not supported'):
        read_additionals([path], VehicleTypes())
