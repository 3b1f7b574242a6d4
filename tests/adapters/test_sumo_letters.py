from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.sumo import letters as module
from signals.adapters.sumo.letters import Letters
from signals.adapters.sumo.network import read_network
from signals.model.values import Aspect, ByteArray
from tests.adapters.sumo_tee import SAFE, program, shipped, tee, tee_text, write

RED, STARTING, GREEN, AMBER, CLEARING = Aspect.RED, Aspect.RED_AMBER, Aspect.GREEN, Aspect.AMBER, Aspect.CLEARANCE


def shown(*aspects: Aspect) -> ByteArray:
    return np.array(aspects, np.int8)


def test_every_aspect_has_its_letter(tmp_path: Path) -> None:
    letters = Letters(read_network(tee(tmp_path)))
    # groups: north (0), west (1, 3), left (2), people (4)
    assert letters.state(0, shown(GREEN, RED, RED, RED)) == "Grrrr"
    assert letters.state(0, shown(AMBER, STARTING, RED, CLEARING)) == "yurur"
    assert letters.state(0, shown(Aspect.UNKNOWN, RED, RED, RED)) == "rrrrr"


def test_a_permissive_link_yields_only_while_somebody_may_come(tmp_path: Path) -> None:
    letters = Letters(read_network(tee(tmp_path)))
    assert letters.state(0, shown(RED, RED, GREEN, RED)) == "rrGrr", "nobody is coming"
    assert letters.state(0, shown(RED, GREEN, GREEN, RED)) == "rGgGr", "left yields to oncoming and to right"
    assert letters.state(0, shown(RED, GREEN, RED, GREEN)) == "rGrgG", "right yields to people"
    assert letters.state(0, shown(RED, AMBER, GREEN, RED)) == "rygyr"
    assert letters.state(0, shown(RED, RED, GREEN, CLEARING)) == "rrgrr", "somebody is still on the crossing"


def test_who_yields_to_those_whom_no_signal_stops_always_yields(tmp_path: Path) -> None:
    text = tee_text().replace('tl="C" linkIndex="1" ', "")
    letters = Letters(read_network(write(tmp_path, "free.net.xml", text)))
    assert letters.state(0, shown(GREEN, RED, RED, RED))[2] == "r"
    assert letters.state(0, shown(RED, GREEN, RED, RED))[2] == "g"


def test_links_that_turn_on_red_are_off_or_unused(tmp_path: Path) -> None:
    steps = tuple((step[0], "o" + step[1][1:3] + step[1][3].replace("r", "s") + step[1][4] + "r") for step in SAFE)
    letters = Letters(read_network(tee(tmp_path, program(steps))))
    # groups: west (1, 3), left (2), people (4); link 0 is off, link 5 is unused
    assert letters.state(0, shown(RED, RED, RED)) == "orrsrr"
    assert letters.state(0, shown(GREEN, RED, RED)) == "oGrGrr"


def test_reading_back(tmp_path: Path) -> None:
    letters = Letters(read_network(tee(tmp_path)))
    assert letters.aspects(0, "rGggG").tolist() == [RED, GREEN, GREEN, GREEN]
    assert letters.aspects(0, "yusur").tolist() == [AMBER, STARTING, RED, RED]
    assert letters.aspects(0, "YGoGr").tolist() == [AMBER, GREEN, GREEN, RED]
    assert letters.aspects(0, "rGryr").tolist() == [RED, Aspect.UNKNOWN, RED, RED], "links 1 and 3 do not agree"
    assert letters.aspects(0, "rG").tolist() == [RED, Aspect.UNKNOWN, Aspect.UNKNOWN, Aspect.UNKNOWN]
    assert letters.aspects(0, "oOooo").tolist() == [Aspect.UNKNOWN] * 4, "switched off"
    assert letters.aspects(0, "").tolist() == [Aspect.UNKNOWN] * 4
    with pytest.raises(ValueError, match="read-only"):
        letters.aspects(0, "rGggG")[0] = 1


def test_answers_are_kept_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FORGET_AT", 2)
    letters = Letters(read_network(tee(tmp_path)))
    states = ["Grrrr", "rrrrr", "rGggG", "yrrrr"]
    aspects = [letters.aspects(0, state) for state in states]
    assert letters.aspects(0, states[-1]) is aspects[-1]
    assert [letters.state(0, one) for one in aspects] == states
    assert len(letters._states[0]) <= 2
    assert len(letters._aspects[0]) <= 2


@pytest.fixture(scope="module")
def braunschweig() -> Letters:
    found = shipped("fokr_bs_demo/fokr_bs.net.xml.gz")
    if found is None:
        pytest.skip("eclipse-sumo is not installed")
    return Letters(read_network(*found))


@given(st.lists(st.sampled_from([RED, STARTING, GREEN, AMBER, CLEARING]), min_size=30, max_size=30))
def test_what_is_written_is_read_back(braunschweig: Letters, aspects: list[Aspect]) -> None:
    mine = aspects[: len(braunschweig.aspects(0, ""))]
    seen = braunschweig.aspects(0, braunschweig.state(0, shown(*mine)))
    assert seen.tolist() == [RED if aspect is CLEARING else aspect for aspect in mine]
