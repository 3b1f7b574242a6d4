from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.config import RouteFile, SumoInputs
from signals.adapters.sumo.detectors import place_detectors
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.world import SumoWorld
from signals.errors import RecordError, ScenarioError, WorldError, WorldLostError
from signals.model.feeders import feeders
from signals.model.lanes import User
from signals.model.trips import Incidents, Trips, TripState
from signals.model.values import Readings
from signals.model.vehicle_classes import VehicleClass
from signals.testing import check_world
from tests.adapters.sumo_pair import BOTH, all_red, drive, hands_off, pair_inputs, pair_world
from tests.adapters.sumo_tee import additional, package

pytestmark = pytest.mark.sumo


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Readings], Trips, Incidents]:
    """One whole run in process with SUMO's own programs."""
    folder = tmp_path_factory.mktemp("run")
    return folder, *drive(pair_world(folder, end_s=520.0))


@pytest.fixture(scope="module")
def remote_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Readings], Trips, Incidents]:
    """The same over TraCI."""
    folder = tmp_path_factory.mktemp("remote")
    return folder, *drive(pair_world(folder, end_s=520.0, traci=True))


Run = tuple[Path, list[Readings], Trips, Incidents]


def body(folder: Path, name: str) -> str:
    """A file of SUMO without the comment on top, in which times and paths stand."""
    return (folder / "run" / name).read_text().partition("-->")[2]


def in_order(readings: Readings) -> list[tuple[float, ...]]:
    return sorted(zip(*(column.tolist() for column in readings[3:7]), strict=True))


def test_both_ways_are_the_same_to_the_byte(run: Run, remote_run: Run) -> None:
    assert body(run[0], "tripinfo.xml") == body(remote_run[0], "tripinfo.xml")
    assert body(run[0], "tls_states.xml") == body(remote_run[0], "tls_states.xml")
    assert len(run[1]) == len(remote_run[1]) == 521
    for here, there in zip(run[1], remote_run[1], strict=True):
        assert here.time_s == there.time_s
        for column, other in zip(here[1:], there[1:], strict=True):
            assert column.dtype == other.dtype
            assert np.array_equal(column, other)
    assert run[3] == remote_run[3]


def test_everybody_has_the_class_of_its_type(run: Run) -> None:
    told: dict[int, set[int]] = {}
    for readings in run[1]:
        assert readings.vehicle_class is not None
        for handle, vehicle_class in zip(readings.vehicle_handle, readings.vehicle_class, strict=True):
            told.setdefault(int(handle), set()).add(int(vehicle_class))
    assert all(len(classes) == 1 for classes in told.values())
    found = [vehicle_class for classes in told.values() for vehicle_class in classes]
    assert found.count(VehicleClass.BUS) == found.count(VehicleClass.BICYCLE) == 1
    assert found.count(VehicleClass.MOTOR) == len(found) - 2 > 50


def test_what_is_seen_has_the_right_shapes(run: Run) -> None:
    network = pair_world(run[0]).network
    watched = set(feeders(network, 200.0).watched_lanes.tolist())
    lengths = network.arrays.lane_length_m
    seen: set[int] = set()
    for tick, readings in enumerate(run[1]):
        assert readings.time_s == tick
        assert readings.aspect.shape == readings.call.shape == network.arrays.group_user.shape
        assert len(set(readings.vehicle_handle.tolist())) == len(readings.vehicle_handle)
        assert (readings.vehicle_position_m <= lengths[readings.vehicle_lane] + 0.01).all()
        assert (readings.vehicle_speed_mps >= 0).all()
        assert len(readings.detector_count) == len(readings.detector_occupied) == 0
        seen.update(readings.vehicle_lane.tolist())
    assert seen <= watched
    assert len(seen) > 10


def test_a_handle_stays_with_its_vehicle(run: Run) -> None:
    before: dict[int, tuple[int, float]] = {}
    moved = 0
    for readings in run[1]:
        now = {h: (lane, p) for lane, p, _, h in zip(*(c.tolist() for c in readings[3:7]), strict=True)}
        for handle in now.keys() & before.keys():
            if now[handle][0] == before[handle][0]:
                moved += 1
                assert -0.01 <= now[handle][1] - before[handle][1] < 20
        before = now
    assert moved > 1000


def test_everybody_is_accounted_for(run: Run) -> None:
    _, _, trips, incidents = run
    counts = {user: int((trips.user == user).sum()) for user in User}
    # bus, bike, two on foot; the parker, the late one, and of the flows one every 7 s and every 11 s
    assert counts == {User.VEHICLE: 2 + 56 + 36, User.PEDESTRIAN: 2, User.BICYCLE: 1, User.TRANSIT: 1}
    assert (trips.state == TripState.NEVER_INSERTED).sum() == 0
    assert (trips.state == TripState.DRIVING).sum() >= 1  # the late one
    assert incidents.teleports == incidents.collisions == 0
    assert 10 < incidents.longest_wait_s < 90


def test_a_person_at_the_kerb_calls(run: Run) -> None:
    network = pair_world(run[0]).network
    people = network.arrays.group_user == User.PEDESTRIAN
    calls = np.array([readings.call for readings in run[1]])
    assert not calls[:, ~people].any()
    assert calls[:, people].any(axis=0).all()  # both crossings were used
    assert not calls[0].any()
    assert not calls[-1].any()


def test_a_parked_vehicle_is_not_on_the_lane(run: Run) -> None:
    folder, readings, _, _ = run
    network = pair_world(folder).network
    lane = network.lane_index["bc_1"]
    stood = sum(
        bool(((one.vehicle_lane == lane) & (one.vehicle_speed_mps == 0) & (one.vehicle_position_m < 200)).any())
        for one in readings
    )
    assert stood <= 2  # it parks for 60 s, from one or two steps after it has stopped


def test_the_signals_are_read_back(run: Run) -> None:
    folder, readings, _, _ = run
    network = pair_world(folder).network
    lines = [line for line in body(folder, "tls_states.xml").splitlines() if '<tlsState time="100.00"' in line]
    from signals.adapters.sumo.letters import Letters  # noqa: PLC0415

    letters = Letters(network)
    for line in lines:
        name, state = line.split('id="')[1].split('"')[0], line.split('state="')[1].split('"')[0]
        index = network.intersection_index[name]
        first, end = network.arrays.group_offset[index : index + 2]
        # SUMO writes at 100 what is shown during (100, 101].
        assert readings[101].aspect[first:end].tolist() == letters.aspects(index, state).tolist()
    assert len(lines) == 2


def test_who_finds_no_room_was_never_inserted(tmp_path: Path) -> None:
    crowd = "".join(f'<trip id="{n}" depart="{n / 4}" from="sb" to="bn"/>' for n in range(400))
    world = pair_world(tmp_path, crowd, end_s=100.0)
    _, trips, _ = drive(world, all_red(world.network))
    never = trips.state == TripState.NEVER_INSERTED
    assert len(trips) == 400
    assert 300 < never.sum() < 400
    assert trips.scheduled_s[never] + trips.departure_delay_s[never] == pytest.approx(
        np.full(never.sum(), 100.0), abs=0.01
    )


def test_detectors_are_needed_to_sense_with_them(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="place_detectors"):
        pair_world(tmp_path, sensing="detectors")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        drive(pair_world(tmp_path / name, seed=seed))
        texts.append(body(tmp_path / name, "tripinfo.xml"))
    assert texts[0] == texts[1] != texts[2]


def test_a_world_that_is_not_running(tmp_path: Path) -> None:
    world = pair_world(tmp_path, end_s=3.0)
    with pytest.raises(WorldError, match="not running"):
        world.read()
    with pytest.raises(WorldError, match="no results"):
        world.outcome()
    drive(world)
    world.__exit__(None, None, None)
    with pytest.raises(WorldError, match="not running"):
        world.write(hands_off(world.network))
    assert len(world.outcome()[0]) == len(drive(world)[1])  # it may be entered again


@BOTH
def test_it_keeps_the_contract_of_a_world(tmp_path: Path, traci: bool) -> None:
    pair_inputs(tmp_path)
    for sensing in ("full", "detectors"):
        inputs = pair_inputs(tmp_path, end_s=100.0)
        network = place_detectors(read_network(inputs.net))
        options = SumoOptions(sensing=sensing, traci=traci)
        check_world(lambda: SumoWorld(network, inputs, tmp_path / "run", options))  # noqa: B023  called at once


def test_a_run_that_is_broken_off_has_results(tmp_path: Path) -> None:
    world = pair_world(tmp_path)

    def interrupted() -> None:
        with world:
            for _ in range(40):
                world.write(hands_off(world.network))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    trips, _ = world.outcome()
    assert (trips.scheduled_s < 40).all()
    assert len(trips) > 5
    assert not list((tmp_path / "run").glob("*.add.xml"))


@BOTH
def test_demand_that_turns_out_wrong_in_the_middle(tmp_path: Path, traci: bool) -> None:
    demand = '<trip id="x" depart="1" from="ab" to="cd"/><trip id="y" depart="300" from="cd" to="ab"/>'
    world = pair_world(tmp_path, demand, end_s=400.0, traci=traci)
    with pytest.raises(WorldLostError, match=r"SUMO (failed|died): Vehicle 'y' has no valid route"):
        drive(world)
    with pytest.raises(WorldError):
        world.outcome()
    drive(pair_world(tmp_path, end_s=3.0))


@BOTH
def test_a_signal_that_sumo_refuses_at_the_start(tmp_path: Path, traci: bool) -> None:
    twice = additional(
        tmp_path, '<tlLogic id="b" type="static" programID="0" offset="0"><phase duration="9" state="GG"/></tlLogic>'
    )
    inputs = pair_inputs(tmp_path, additionals=[twice])
    world = SumoWorld(read_network(inputs.net), inputs, tmp_path / "run", SumoOptions(traci=traci))
    with pytest.raises(ScenarioError, match=r"SUMO refuses the scenario: .*program"), world:
        pass


def test_edges_that_do_not_exist(tmp_path: Path) -> None:
    with (
        pytest.raises(ScenarioError, match=r'pair.rou.xml, line 1: <trip> "x" uses the edge "gone"'),
        pair_world(tmp_path, '<trip id="x" depart="1" from="ab" to="gone"/>'),
    ):
        pass


def test_demand_in_additional_files_travels_too(tmp_path: Path) -> None:
    more = additional(
        tmp_path,
        '<vType id="t" vClass="bicycle"/><trip id="x" type="t" depart="9" from="tc" to="cm"/>'
        '<trip id="y" type="t" depart="1" from="tc" to="cm"/>',
    )
    inputs = pair_inputs(tmp_path, "", end_s=30.0, additionals=[more])
    _, trips, _ = drive(SumoWorld(read_network(inputs.net), inputs, tmp_path / "run"))
    assert trips.user.tolist() == [User.BICYCLE] * 2


def test_scale_applies_to_everything(tmp_path: Path) -> None:
    crowd = "".join(f'<trip id="{n}" depart="{n}" from="tc" to="cm"/>' for n in range(60))
    counts = {s: len(drive(pair_world(tmp_path, crowd, end_s=100.0, scale=s))[1]) for s in (0.5, 1.0, 2.0)}
    assert counts == {0.5: 30, 1.0: 60, 2.0: 120}


def test_shorter_steps(tmp_path: Path) -> None:
    world = pair_world(tmp_path, end_s=10.0, step_s=0.5)
    readings, _, _ = drive(world)
    assert world.tick_ds == 5
    assert [one.time_s for one in readings] == [tick / 2 for tick in range(21)]


def test_a_full_disk_is_noticed(tmp_path: Path) -> None:
    world = pair_world(tmp_path)
    run = tmp_path / "run"
    drive(world)
    for name in ("tripinfo.xml", "statistics.xml"):
        (run / name).unlink()
        with world:
            (run / name).unlink()
            (run / name).symlink_to("/dev/full")
        (run / name).unlink(missing_ok=True)
        with pytest.raises(RecordError):
            world.outcome()


def limited(folder: Path, bytes_: int) -> Iterator[str]:
    """Run in a process that may not write larger files."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from tests.adapters.sumo_pair import drive, pair_world\n"
        f"world = pair_world(Path({str(folder)!r}), record_states=False)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_}, {bytes_}))\n"
        "try: print(len(drive(world)[1]))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    yield from done.stdout.splitlines()


def test_results_that_did_not_fit_are_not_believed(tmp_path: Path) -> None:
    pair_inputs(tmp_path)
    assert list(limited(tmp_path, 1_000_000))[-1].isdigit()
    assert list(limited(tmp_path, 12_000))[-1].startswith("RecordError")


@pytest.mark.slow
def test_the_braunschweig_hour(tmp_path: Path) -> None:
    sumo = package("sumo")
    if sumo is None:
        pytest.skip("SUMO is not installed")
    demo = sumo / "tools" / "game" / "fokr_bs_demo"
    additionals = (demo / "vtypes_default.add.xml", demo / "signalPlan.add.xml")
    files = [RouteFile(demo / f"15_16_{name}.trips.xml", "single") for name in ("bicycle", "ped")]
    inputs = SumoInputs(
        demo / "fokr_bs.net.xml.gz", (RouteFile(demo / "15_16_veh.trips.xml.gz"), *files), additionals, 54000.0, 57600.0
    )
    _, trips, incidents = drive(SumoWorld(read_network(inputs.net, additionals), inputs, tmp_path / "run"))
    counts = {user: int((trips.user == user).sum()) for user in User}
    assert counts == {User.VEHICLE: 2323, User.PEDESTRIAN: 10, User.BICYCLE: 152, User.TRANSIT: 0}
    small = trips.user != User.VEHICLE
    assert (trips.state[small] == TripState.FINISHED).all()
    assert (trips.state == TripState.NEVER_INSERTED).sum() <= 5
    assert incidents.collisions == incidents.teleports == 0
