from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.results import Account, read_outcome
from signals.errors import RecordError
from signals.model.lanes import User
from signals.model.trips import Incidents, Trips, TripState

VEHICLE = (
    '<tripinfo id="{id}" depart="{depart}" departDelay="{delay}" arrival="{arrival}" duration="{duration}" '
    'waitingTime="{waiting}" waitingCount="{stops}" timeLoss="{loss}" vType="{type}" vaporized=""/>'
)
FINISHED = {"id": "a", "depart": 20, "delay": 4, "arrival": 70, "duration": 50, "waiting": 12, "stops": 2, "loss": 18.5}
DRIVING = {**FINISHED, "id": "b", "depart": 80, "delay": 0, "arrival": -1, "duration": 20, "waiting": 20, "loss": 19}
WAITING = {
    **FINISHED,
    "id": "c",
    "depart": -1,
    "delay": 30,
    "arrival": -1,
    "duration": 0,
    "waiting": 0,
    "loss": 0,
    "stops": 0,
}
AFTERWARDS = {**WAITING, "id": "d", "delay": 0}

WALK = '<walk depart="10" arrival="{arrival}" duration="{duration}" timeLoss="{loss}" waitingTime="{waiting}"/>'
STATISTICS = (
    '<vehicles loaded="9" inserted="{inserted}" running="1" waiting="{waiting}"/><teleports total="3" jam="3"/>'
    '<safety collisions="1" emergencyStops="2" emergencyBraking="4"/><persons loaded="2"/>'
)
COUNTS = {"inserted": 2, "waiting": 2}


def row(values: dict[str, object], kind: str = "car") -> str:
    return VEHICLE.format(**values, type=kind)


def results(folder: Path, rows: str, statistics: str = STATISTICS.format(**COUNTS), log: str = "") -> Path:
    (folder / "tripinfo.xml").write_text(f"<tripinfos>{rows}</tripinfos>")
    (folder / "statistics.xml").write_text(f"<statistics>{statistics}</statistics>")
    (folder / "sumo.log").write_text(log)
    return folder


ROWS = row(FINISHED) + row(DRIVING) + row(WAITING) + row(AFTERWARDS)


def test_every_scheduled_vehicle_is_accounted_for(tmp_path: Path) -> None:
    trips, incidents = read_outcome(results(tmp_path, ROWS), Account(100.0, 2, longest_wait_s=77.0))
    assert trips.state.tolist() == [TripState.FINISHED, TripState.DRIVING, TripState.NEVER_INSERTED]
    assert trips.scheduled_s.tolist() == [16, 80, 70]
    assert trips.departure_delay_s.tolist() == [4, 0, 30]
    assert trips.time_loss_s.tolist() == [18.5, 19, 0]
    assert trips.duration_s.tolist() == [50, 20, 0]
    assert trips.waiting_s.tolist() == [12, 20, 0]
    assert trips.stops.tolist() == [2, 2, 0]
    assert set(trips.user.tolist()) == {User.VEHICLE}
    assert incidents == Incidents(3, 1, 4, 2, 77.0)


def test_people_count_for_what_they_walk(tmp_path: Path) -> None:
    done = WALK.format(arrival=40, duration=30, loss=5, waiting=3)
    more = WALK.format(arrival=90, duration=10, loss=1, waiting=0)
    on_the_way = WALK.format(arrival=-1, duration=60, loss=0, waiting=0)
    to_come = WALK.format(arrival=-1, duration=-1, loss=0, waiting=0)
    rows = (
        f'<personinfo id="p" depart="10" duration="80">{done}<ride arrival="60"/>{more}</personinfo>'
        f'<personinfo id="q" depart="40" duration="-1">{on_the_way}<stop duration="-1"/>{to_come}</personinfo>'
        '<personinfo id="passenger" depart="5" duration="80"><ride arrival="60"/></personinfo>'
        f'<personinfo id="afterwards" depart="-1" duration="0">{to_come}</personinfo>'
    )
    counts = STATISTICS.format(inserted=0, waiting=0)
    trips, _ = read_outcome(results(tmp_path, rows, counts), Account(100.0, standing_s={"q": 25.0, "p": 9.0}))
    assert trips.user.tolist() == [User.PEDESTRIAN] * 2
    assert trips.state.tolist() == [TripState.FINISHED, TripState.DRIVING]
    assert trips.scheduled_s.tolist() == [10, 40]
    assert trips.duration_s.tolist() == [40, 60]
    assert trips.time_loss_s.tolist() == [6, 25]
    assert trips.waiting_s.tolist() == [3, 25]
    assert np.isnan(trips.stops).all()


def test_users_come_from_vehicle_classes(tmp_path: Path) -> None:
    rows = row(FINISHED, "bike") + row(FINISHED, "tram") + row(FINISHED, "lorry") + row(FINISHED, "unknown")
    vclass = {"bike": "bicycle", "tram": "tram", "lorry": "truck"}
    trips, _ = read_outcome(
        results(tmp_path, rows, STATISTICS.format(inserted=4, waiting=0)), Account(100.0, vclass=vclass)
    )
    assert trips.user.tolist() == [User.BICYCLE, User.TRANSIT, User.VEHICLE, User.VEHICLE]


def test_whom_sumo_gave_up_was_never_inserted(tmp_path: Path) -> None:
    log = (
        "Loading done.\nWarning: first\n"
        "Error: Vehicle 'x' will not be able to depart using the given velocity (slow lane ahead), time=60.00.\n"
        + "".join(f"Warning: number {n}\n" for n in range(30))
    )
    trips, incidents = read_outcome(results(tmp_path, ROWS, log=log), Account(100.0))
    assert trips.state[-1] == TripState.NEVER_INSERTED
    assert (trips.scheduled_s[-1], trips.departure_delay_s[-1]) == (60, 40)
    assert len(trips) == 4
    assert incidents.warnings[:2] == (
        "first",
        "Vehicle 'x' will not be able to depart using the given velocity (slow lane ahead), time=60.00.",
    )
    assert len(incidents.warnings) == 21
    assert incidents.warnings[-1] == "and 12 more in sumo.log"


def test_nobody_at_all(tmp_path: Path) -> None:
    trips, _ = read_outcome(results(tmp_path, "", STATISTICS.format(inserted=0, waiting=0)), Account(100.0))
    assert isinstance(trips, Trips)
    assert len(trips) == 0


@pytest.mark.parametrize("name", ["tripinfo.xml", "statistics.xml", "sumo.log"])
def test_a_missing_file_is_noticed(tmp_path: Path, name: str) -> None:
    (results(tmp_path, ROWS) / name).unlink()
    with pytest.raises(RecordError, match=name):
        read_outcome(tmp_path, Account(100.0))


@pytest.mark.parametrize("name", ["tripinfo.xml", "statistics.xml"])
def test_a_file_that_is_cut_off_anywhere_is_noticed(tmp_path: Path, name: str) -> None:
    path = results(tmp_path, ROWS) / name
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(RecordError, match=f"{name}.*not whole"):
            read_outcome(tmp_path, Account(100.0))


@pytest.mark.parametrize(
    ("rows", "departed"),
    [
        (row(FINISHED) + row(WAITING) + row(AFTERWARDS), -1),
        (row(FINISHED) + row(DRIVING) + row(WAITING), -1),
        (ROWS, 3),
    ],
)
def test_a_row_too_few_is_noticed(tmp_path: Path, rows: str, departed: int) -> None:
    with pytest.raises(RecordError, match="not complete"):
        read_outcome(results(tmp_path, rows), Account(100.0, departed))


@pytest.mark.parametrize(
    ("rows", "statistics"),
    [
        (ROWS.replace('depart="20"', ""), STATISTICS.format(**COUNTS)),
        (ROWS.replace('timeLoss="19"', 'timeLoss="nan"'), STATISTICS.format(**COUNTS)),
        (ROWS.replace('duration="50"', 'duration="x"'), STATISTICS.format(**COUNTS)),
        (ROWS, STATISTICS.format(**COUNTS).replace("<teleports", "<teleport")),
        (ROWS, STATISTICS.format(inserted="many", waiting=2)),
        (ROWS, ""),
    ],
)
def test_numbers_that_are_missing_are_noticed(tmp_path: Path, rows: str, statistics: str) -> None:
    with pytest.raises(RecordError, match="not whole"):
        read_outcome(results(tmp_path, rows, statistics), Account(100.0))


def test_a_version_that_does_not_count_emergency_braking_has_it_in_its_log(tmp_path: Path) -> None:
    old = STATISTICS.format(**COUNTS).replace(' emergencyBraking="4"', "")
    braked = "Warning: Vehicle 'a' performs emergency braking with decel=9.00 wished=4.50 severity=1.00, time=9.00.\n"
    log = f"{braked}Warning: something else\nError: Vehicle 'b' performs emergency braking\n{braked}"
    _, incidents = read_outcome(results(tmp_path, ROWS, old, log), Account(100.0))
    assert incidents.emergency_braking == 2
    assert incidents.emergency_stops == 2
    _, incidents = read_outcome(results(tmp_path, ROWS, log=log), Account(100.0))
    assert incidents.emergency_braking == 4
