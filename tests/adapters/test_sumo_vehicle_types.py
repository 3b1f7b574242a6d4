from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.safe_xml import Element, events
from signals.adapters.sumo.vehicle_types import CLASSES, DEFAULT, DEFAULT_PERSON, SpeedFactor, TypeBook, VehicleType
from signals.errors import FileError
from signals.model.demand import BICYCLE, BUS
from signals.model.lanes import User
from signals.model.travel import CAR, VehicleKind
from tests.adapters.sumo_tee import shipped, write

PROBE = """
import json, sys
import libsumo
libsumo.start(["sumo", "-n", sys.argv[1], "-r", sys.argv[2], "--xml-validation", "never", "--xml-validation.net", "never", "--no-warnings"])
t = libsumo.vehicletype
print(json.dumps({name: [t.getLength(name), t.getMinGap(name), t.getMaxSpeed(name), t.getAccel(name), t.getDecel(name),
    t.getImperfection(name), t.getSpeedDeviation(name), t.getTau(name)] for name in sys.argv[3].split()}))
"""


def elements(folder: Path, body: str) -> list[Element]:
    return list(events(write(folder, "t.xml", f"<routes>{body}</routes>"), {"vType", "vTypeDistribution", "trip"}))


def read(folder: Path, attributes: str, inside: str = "") -> VehicleType:
    book = TypeBook()
    book.take(elements(folder, f'<vType id="x" {attributes}>{inside}</vType>')[0])
    return book.choose(trip("x"), DEFAULT, np.random.default_rng(1))


def trip(name: str = "") -> Element:
    return Element("trip", {"id": "a", **({"type": name} if name else {})}, [], 3, Path("x.xml"))


@pytest.mark.sumo
def test_defaults_are_those_of_sumo(tmp_path: Path) -> None:
    """Read back from SUMO, one type per class."""
    net = shipped("cross/cross.net.xml")
    if net is None:
        pytest.skip("needs the package eclipse-sumo")
    types = "".join(f'<vType id="{name}" vClass="{name}"/>' for name in CLASSES)
    arguments = (str(net[0]), str(write(tmp_path, "x.rou.xml", f"<routes>{types}</routes>")), " ".join(CLASSES))
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    found = json.loads(done.stdout.splitlines()[-1])
    for name, values in found.items():
        assert values == pytest.approx([*CLASSES[name][:7], 1.0]), name


def test_predefined_types() -> None:
    book, stream = TypeBook(), np.random.default_rng(1)
    car = book.choose(trip(), DEFAULT, stream)
    assert car.speed_factor == SpeedFactor(1.0, 0.1)
    assert car.kind is not None
    assert (car.kind.id, car.kind.length_m, car.kind.speed_mps) == (
        DEFAULT,
        CAR.length_m,
        pytest.approx(CAR.speed_mps, 0.001),
    )
    person = book.choose(trip(), DEFAULT_PERSON, stream)
    assert (person.kind, person.walking_mps) == (None, pytest.approx(1.389, 0.001))
    assert book.choose(trip("DEFAULT_BIKETYPE"), DEFAULT, stream).kind.user is User.BICYCLE  # type: ignore[union-attr]


def test_what_a_type_says_counts_and_the_rest_is_that_of_its_class(tmp_path: Path) -> None:
    found = read(tmp_path, 'vClass="truck" length="9" minGap="1" maxSpeed="20" accel="1" decel="3" sigma="0" tau="1.5"')
    assert found.kind == VehicleKind(
        id="x", length_m=9.0, gap_m=1.0, speed_mps=20.0, accel_mps2=1.0, decel_mps2=3.0, imperfection=0.0, headway_s=1.5
    )
    assert read(tmp_path, 'vClass="emergency"').kind.emergency  # type: ignore[union-attr]
    for vclass, usual in (("bicycle", BICYCLE), ("bus", BUS)):
        kind = read(tmp_path, f'vClass="{vclass}"').kind
        assert kind is not None
        for field in VehicleKind.__dataclass_fields__.keys() - {"id"}:
            assert getattr(kind, field) == pytest.approx(getattr(usual, field), rel=1e-3)
    older = read(tmp_path, 'accel="2"', '<carFollowing-Krauss accel="1" decel="2" sigma="0.3"/>').kind
    assert older is not None
    assert (older.accel_mps2, older.decel_mps2, older.imperfection) == (2.0, 2.0, 0.3)
    assert read(tmp_path, 'vClass="pedestrian" maxSpeed="1.1"').walking_mps == 1.1


@pytest.mark.parametrize(
    ("attributes", "factor"),
    [
        ("", SpeedFactor(1.0, 0.1)),
        ('vClass="bus"', SpeedFactor(1.0, 0.0)),
        ('speedFactor="1.2"', SpeedFactor(1.2, 0.1)),
        ('speedFactor="1.2" speedDev="0.05"', SpeedFactor(1.2, 0.05)),
        ('speedFactor="normc(1.1, 0.2, 0.5, 1.5)"', SpeedFactor(1.1, 0.2, 0.5, 1.5)),
        ('speedFactor="normc(1.1,0.2)" speedDev="0"', SpeedFactor(1.1, 0.0, 0.2, np.inf)),
    ],
)
def test_speed_factors(tmp_path: Path, attributes: str, factor: SpeedFactor) -> None:
    assert read(tmp_path, attributes).speed_factor == factor


def test_speed_factors_are_drawn_between_their_bounds() -> None:
    drawn = SpeedFactor(1.0, 0.5, 0.9, 1.2).draw(4000, np.random.default_rng(1))
    assert 0.9 <= drawn.min() < drawn.max() <= 1.2
    assert drawn.mean() == pytest.approx(1.05, abs=0.01)  # cut off, not pressed against the bounds
    assert np.mean(drawn == 0.9) < 0.01
    assert (SpeedFactor(1.2, 0.0).draw(3, np.random.default_rng(1)) == 1.2).all()
    assert (SpeedFactor(1.0, 1e9, 1.0, 1.0).draw(3, np.random.default_rng(1)) == 1.0).all()


def test_types_are_drawn_from_distributions(tmp_path: Path) -> None:
    book, stream = TypeBook(), np.random.default_rng(1)
    for element in elements(
        tmp_path,
        '<vType id="a" probability="1"/><vTypeDistribution id="m" vTypes="a"><vType id="b" probability="3"/></vTypeDistribution>',
    ):
        book.take(element)
    drawn = [book.choose(trip("m"), DEFAULT, stream).kind.id for _ in range(2000)]  # type: ignore[union-attr]
    assert set(drawn) == {"a", "b"}
    assert drawn.count("a") == pytest.approx(500, abs=80)
    assert book.choose(trip("b"), DEFAULT, stream).kind.id == "b"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ('vClass="spaceship"', 'of the class "spaceship" are not simulated'),
        ('length="0"', "must be > 0"),
        ('sigma="2"', "imperfection 0 to 1"),
        ('accel="fast"', "must be a number"),
        ('speedFactor="fast"', "speedFactor must be a number or normc"),
        ('speedFactor="normc(1,nan)"', "speedFactor must be a number or normc"),
        ('speedFactor="2.5"', "must lie between its bounds"),
        ('speedDev="-1"', "speedDev must be >= 0"),
        ('vClass="pedestrian" maxSpeed="0"', "its speed must be > 0"),
    ],
)
def test_types_that_make_no_sense(tmp_path: Path, attributes: str, sentence: str) -> None:
    with pytest.raises(FileError, match=f'line 1: <vType> "x": .*{sentence}'):
        read(tmp_path, attributes)


def test_a_type_must_exist() -> None:
    with pytest.raises(FileError, match='line 3: <trip> "a": there is no vehicle type "car"'):
        TypeBook().choose(trip("car"), DEFAULT, np.random.default_rng(1))
