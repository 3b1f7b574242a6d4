from __future__ import annotations

import contextlib
import gzip
import json
import re
import subprocess
import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.adapters.sumo.letters import Letters
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.raw_net import read_raw
from signals.errors import InputError, NetworkError, UnknownNameError, UnsafePlanError
from signals.model.network import Detector, Network
from signals.model.values import Aspect
from tests.adapters.sumo_tee import additional, package, program, shipped, shipped_nets, tee, tee_text, write

NETS = shipped_nets()
UNSAFE: dict[str, int] = {}
"""Shipped networks with steps in which nobody yields: none."""
SAME = {("Y", "y"), ("o", "g"), ("o", "G")}
"""Other letters for the same lamp."""
KINDER = {("g", "G"), ("G", "g"), ("r", "s")}
"""No need to yield as nobody comes; yields by law; may turn on red for the whole of red."""


def name_of(net: tuple[Path, tuple[Path, ...]]) -> str:
    return "/".join(net[0].parts[-2:])


def test_the_whole_network(tmp_path: Path) -> None:
    loops = '<inductionLoop id="a" lane="in_n_0" pos="-10"/><e1Detector id="b" lane="in_w_0" pos="3" length="1"/>'
    network = read_network(tee(tmp_path), [additional(tmp_path, loops)])
    assert network.name == "tee"
    assert (len(network.lanes), len(network.movements), len(network.intersections)) == (13, 5, 1)
    assert network.detectors == (Detector("a", 0, 78.0, 2.0), Detector("b", 1, 3.0, 1.0))


def test_a_packed_network_is_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "tee.net.xml.gz"
    packed.write_bytes(gzip.compress(tee_text().encode()))
    assert read_network(packed) == read_network(tee(tmp_path))


def test_a_loop_stays_on_its_lane_or_is_reported(tmp_path: Path) -> None:
    loops = (
        '<e1Detector id="a" lane="in_n_0" pos="999"/><e1Detector id="b" lane="in_n_0" pos="-999"/>'
        '<e1Detector id="c" lane="gone_0" pos="1"/>'
    )
    network = read_network(tee(tmp_path), [additional(tmp_path, loops)])
    assert network.detectors == (Detector("a", 0, 88.0, 0.0), Detector("b", 0, 0.0, 2.0))
    lost = next(finding for finding in network.findings if finding.code == "lost-detector")
    assert (lost.level, '"c"' in lost.text, '"gone_0"' in lost.text) == ("warning", True, True)


def test_a_loop_defined_twice_is_refused(tmp_path: Path) -> None:
    loops = '<e1Detector id="a" lane="in_n_0" pos="1"/>' * 2
    with pytest.raises(NetworkError, match='detector "a" is defined twice'):
        read_network(tee(tmp_path), [additional(tmp_path, loops)])


def test_what_is_left_to_sumo_is_said(tmp_path: Path) -> None:
    programs = (
        program((("10", "OOOOO"),), name="night"),
        program((("10", "G"),), signal="elsewhere"),
    )
    more = '<connection from="in_n" to="out_e" fromLane="0" toLane="0" tl="rail" linkIndex="0" dir="l" state="M"/>'
    waut = additional(tmp_path, '<WAUT id="w" startProg="0"/>')
    network = read_network(tee(tmp_path, *programs, more=more), [waut])
    assert network.intersections == ()
    assert [(finding.code, finding.intersection) for finding in network.findings] == [
        ("not-controllable", ""),
        ("left-out", ""),
        ("not-controllable", "C"),
        ("no-links", "elsewhere"),
    ]
    assert {finding.level for finding in network.findings} == {"note"}


def test_a_signal_whose_links_are_all_off_controls_nothing(tmp_path: Path) -> None:
    network = read_network(tee(tmp_path, program((("10", "OOOOOG"),))))
    assert network.intersections == ()
    assert network.findings[0].code == "no-links"


def test_only_the_program_that_runs_counts(tmp_path: Path) -> None:
    generous = program((("30", "GGggG"), ("1", "ryyyr")), name="generated")
    names = [f"more {number}" for number in range(4)]
    network = read_network(tee(tmp_path, generous, *(program(name=name) for name in names), program(name="designed")))
    alone = read_network(tee(tmp_path, program(name="designed")))
    assert network.intersections == alone.intersections
    other = next(finding for finding in network.findings if finding.code == "other-programs")
    assert (other.level, other.intersection) == ("note", "C")
    assert other.text == (
        'signal "C": program "designed" runs and counts, 5 more do not ("generated", "more 0", "more 1", …)'
    )


def test_a_rail_signal_is_left_to_sumo(tmp_path: Path) -> None:
    network = read_network(tee(tmp_path, program(kind="rail_crossing")))
    assert network.intersections == ()
    assert network.findings[0].code == "not-controllable"


def test_names_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match='unknown timing profile "rilza"; did you mean "rilsa"'):
        read_network(tee(tmp_path), profile="rilza")
    with pytest.raises(UnknownNameError, match='unknown kind of stages "files"; did you mean "file"'):
        read_network(tee(tmp_path), stages="files")


TEXT = tee_text().encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.binary(min_size=0, max_size=3)), min_size=1, max_size=4),
)
def test_a_damaged_network_is_read_or_refused(tmp_path: Path, damage: list[tuple[int, bytes]]) -> None:
    content = bytearray(TEXT)
    for place, new in damage:
        content[place : place + len(new)] = new
    path = tmp_path / "damaged.net.xml"
    path.write_bytes(content)
    with contextlib.suppress(InputError):  # anything else is a fault of the reader
        read_network(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 40), st.text("Ggrysuo", min_size=5, max_size=5)), min_size=1, max_size=6),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["file", "derived"]),
    st.booleans(),
)
def test_whatever_programs_show_what_is_read_is_safe(
    tmp_path: Path, programs: list[list[tuple[int, str]]], stages: str, respect_plans: bool
) -> None:
    texts = [
        program(tuple((str(length), state) for length, state in steps), name=str(number))
        for number, steps in enumerate(programs)
    ]
    with contextlib.suppress(UnsafePlanError):
        check(read_network(tee(tmp_path, *texts), stages=stages, respect_plans=respect_plans))


def check(network: Network) -> None:
    """What holds of every network (that plans and stages are compatible is checked when they are made)."""
    assert network.arrays.matrix_offset[-1] == len(network.arrays.intergreen_ds)
    for intersection in network.intersections:
        links = [link for group in intersection.groups for link in group.links]
        off = [link for link, _ in intersection.off_links]
        assert len({*links, *off}) == len(links) + len(off)
        green = {group for plan in intersection.plans for step in plan.steps for group in step.groups}
        assert green <= {group for stage in intersection.stages for group in stage.groups}
        for i, group in enumerate(intersection.groups):
            assert {network.movements[movement].link for movement in group.movements} == set(group.links)
            assert set(group.permissive_links) | set(group.turn_on_red_links) <= set(group.links)
            for cell in intersection.intergreen_ds[i]:
                assert cell is None or cell >= group.amber_ds
        for first, second in combinations(range(len(intersection.groups)), 2):
            if not intersection.conflict(first, second):
                check_pair(network, intersection.groups[first].movements, intersection.groups[second].movements)


def check_pair(network: Network, one: tuple[int, ...], two: tuple[int, ...]) -> None:
    """Movements that meet and may be green together are neighbours, or at least one of them may show yielding."""
    permissive = {link for i in network.intersections for group in i.groups for link in group.permissive_links}
    for a in one:
        for b in two:
            first, second = network.movements[a], network.movements[b]
            neighbours = network.lanes[first.from_lane].edge == network.lanes[second.from_lane].edge
            if b in first.foes and not (neighbours and first.user is second.user):
                assert {first.link, second.link} & permissive


@pytest.mark.skipif(not NETS, reason="neither eclipse-sumo nor sumo-rl is installed")
@pytest.mark.parametrize("net", NETS, ids=name_of)
def test_every_network_that_comes_with_a_package_is_read(net: tuple[Path, tuple[Path, ...]]) -> None:
    begin = time.perf_counter()
    network = read_network(*net)
    assert time.perf_counter() - begin < 5.0
    check(network)
    raw = read_raw(*net)
    assert len(network.lanes) == sum(len(edge.lanes) for edge in raw.edges)
    controlled = Counter(connection.signal for connection in raw.connections if connection.link >= 0)
    for intersection in network.intersections:
        movements = {movement for group in intersection.groups for movement in group.movements}
        off = dict(intersection.off_links)
        assert controlled[intersection.id] == len(movements) + sum(
            connection.signal == intersection.id and connection.link in off for connection in raw.connections
        )
        assert intersection.plans[0].id == raw.programs[intersection.id][-1].id
        for plan in intersection.plans:
            phases = next(one for one in raw.programs[intersection.id] if one.id == plan.id).phases
            assert plan.cycle_ds == round(sum(phase.duration_s for phase in phases) * 10)
    errors = Counter(finding.intersection for finding in network.findings if finding.level == "error")
    assert errors == UNSAFE.get(name_of(net), {})


@pytest.mark.skipif(not NETS, reason="neither eclipse-sumo nor sumo-rl is installed")
@pytest.mark.parametrize("net", NETS, ids=name_of)
def test_every_state_of_the_running_program_is_written_as_it_was_read(net: tuple[Path, tuple[Path, ...]]) -> None:
    network, raw = read_network(*net), read_raw(*net)
    letters = Letters(network)
    for index, intersection in enumerate(network.intersections):
        used = {link for group in intersection.groups for link in group.links} | dict(intersection.off_links).keys()
        for phase in raw.programs[intersection.id][-1].phases:
            aspects = letters.aspects(index, phase.state)
            assert Aspect.UNKNOWN not in aspects
            written = letters.state(index, aspects)
            pairs = {(phase.state[link], written[link]) for link in used if phase.state[link] != written[link]}
            assert pairs <= SAME | KINDER
            assert (letters.aspects(index, written) == aspects).all()


@pytest.mark.parametrize("part", ["cologne1", "cologne3", "cologne8", "grid4x4", "ingolstadt1", "ingolstadt7"])
def test_the_states_of_the_benchmarks_are_the_same_letter_for_letter(part: str) -> None:
    net = shipped(f"RESCO/{part}/{part}.net.xml")
    if net is None:
        pytest.skip("sumo-rl is not installed")
    network, raw = read_network(*net), read_raw(*net)
    letters = Letters(network)
    for index, intersection in enumerate(network.intersections):
        stages = set()
        for phase in raw.programs[intersection.id][0].phases:
            assert letters.state(index, letters.aspects(index, phase.state)) == phase.state
            if not set(phase.state) & set("yu") and set(phase.state) & set("Gg"):
                stages.add(phase.state)
        assert len(intersection.stages) == len(stages)


def test_a_city_is_read_in_a_moment() -> None:
    net = shipped("RESCO/ingolstadt21/ingolstadt21.net.xml")
    if net is None:
        pytest.skip("sumo-rl is not installed")
    begin = time.process_time()
    network = read_network(*net)
    assert time.process_time() - begin < 1.0
    assert len(network.intersections) == 21


RUNNING = """
import json, sys
import libsumo
net, additionals = sys.argv[1], sys.argv[2]
libsumo.start(["sumo", "-n", net, "--no-step-log", "--no-warnings", *(["-a", additionals] if additionals else [])])
print(json.dumps({name: libsumo.trafficlight.getProgram(name) for name in libsumo.trafficlight.getIDList()}))
"""


@pytest.mark.sumo
@pytest.mark.parametrize(
    "part", ["fkk_in/ingolstadt.net.xml.gz", "fokr_bs_demo/fokr_bs.net.xml.gz", "cross/cross.net.xml"]
)
@pytest.mark.parametrize("with_additionals", [True, False])
def test_the_first_plan_is_the_program_that_sumo_runs(part: str, with_additionals: bool) -> None:
    net = shipped(part)
    if net is None:
        pytest.skip("eclipse-sumo is not installed")
    additionals = net[1] if with_additionals else ()
    done = subprocess.run(
        [sys.executable, "-c", RUNNING, str(net[0]), ",".join(map(str, additionals))],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    running = json.loads(done.stdout.splitlines()[-1])
    network = read_network(net[0], additionals)
    assert {i.id: i.plans[0].id for i in network.intersections} == running


@pytest.mark.sumo
@pytest.mark.parametrize(
    "part", ["fokr_bs_demo/fokr_bs.net.xml.gz", "RiLSA1/rilsa1.net.xml", "ingolstadt7.net.xml", "ingolstadt21.net.xml"]
)
def test_where_sumo_warns_of_an_unsafe_green_we_have_something_to_say(part: str) -> None:
    net, home = shipped(part), package("sumo")
    if net is None or home is None:
        pytest.skip("eclipse-sumo or sumo-rl is not installed")
    command = [str(home / "bin" / "sumo"), "-n", str(net[0]), "--no-step-log", "-e", "1"]
    if net[1]:
        command += ["-a", ",".join(map(str, net[1]))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    warned = set(re.findall(r"Unsafe green \w+ \d+ in tlLogic '([^']*)'", done.stderr))
    assert warned
    doubtful = {"unsafe-stage", "implied-yield", "merging-lanes", "shared-signal"}
    assert warned <= {finding.intersection for finding in read_network(*net).findings if finding.code in doubtful}


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected <net>"):
        read_network(write(tmp_path, "x.rou.xml", "<routes/>"))
