from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.network import read_network
from tests.adapters.sumo_tee import shipped, tee, tee_text, write


def names(path: Path) -> list[str]:
    return [group.id for group in read_network(path).intersections[0].groups]


def test_a_group_is_called_by_where_it_comes_from_and_goes(tmp_path: Path) -> None:
    assert names(tee(tmp_path)) == ["N.s", "W.sr", "E.l", "S.ped"]


def test_without_geometry_it_is_called_by_its_first_link(tmp_path: Path) -> None:
    text = tee_text()
    for edge in ("0,100 0,12", "-6,-9 6,-9"):
        text = text.replace(f'shape="{edge}"', "")
    assert names(write(tmp_path, "bare.net.xml", text)) == ["g0", "W.sr", "E.l", "g4"]


def test_a_shape_of_one_place_has_no_direction(tmp_path: Path) -> None:
    text = tee_text().replace('shape="0,100 0,12"', 'shape="0,12 0,12"')
    assert names(write(tmp_path, "point.net.xml", text))[0] == "g0"


def test_names_are_unique_and_tell_bicycles(tmp_path: Path) -> None:
    text = tee_text().replace('shape="100,2 12,2" ', 'shape="0,100 0,12" allow="bicycle"').replace('dir="l"', 'dir="s"')
    assert names(write(tmp_path, "twice.net.xml", text))[:3] == ["N.s", "W.sr", "N.s.bike"]
    text = tee_text().replace('shape="100,2 12,2"', 'shape="0,100 0,12"').replace('dir="l"', 'dir="s"')
    assert names(write(tmp_path, "twice.net.xml", text))[:3] == ["N.s", "W.sr", "N.s-2"]


def test_a_real_junction_reads_like_its_map() -> None:
    found = shipped("fokr_bs_demo/fokr_bs.net.xml.gz")
    if found is None:
        pytest.skip("eclipse-sumo is not installed")
    groups = [group.id for group in read_network(*found).intersections[0].groups]
    assert {"E.lsr.bike", "W.lsr.bike", "E.ped", "NE.ped", "W.ped", "SW.ped", "N.sr"} <= set(groups)
    assert len(groups) == len(set(groups))
    assert max(map(len, groups)) <= 12
