"""The command, with measurements by hand."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks.speed import simulator
from benchmarks.speed.courses import Course
from benchmarks.speed.engines import Measured
from benchmarks.speed.simulator import main, race

CPU_S = {"bare": 3.0, "meso": 0.1, "uxsim": 0.5, "signals": 0.004}
DELAYS_S = {"bare-delay": 91.0, "meso-delay": 74.0}
NAN = float("nan")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was measured, in order; nothing is really run."""
    done: list[tuple[str, str]] = []

    def measured(engine: str, course: Course) -> Measured:
        done.append((course.name, engine))
        if engine in DELAYS_S:
            return Measured(NAN, DELAYS_S[engine], 10)
        times = 10.0 if course.name == "grid30x30" and engine == "bare" else 1.0
        return Measured(times * CPU_S[engine], NAN if engine in ("bare", "meso") else 80.0, 10)

    monkeypatch.setattr(simulator, "measured", measured)
    monkeypatch.setattr(simulator, "made", lambda name, _folder, _grid: Course(name, "n", "r", 0.0, 100.0))
    monkeypatch.setattr(simulator, "has_uxsim", lambda: True)
    return done


def test_simulators_take_turns_and_the_delay_is_asked_once(asked: list[tuple[str, str]]) -> None:
    found = race(Course("x", "n", "r", 0.0, 100.0), ["bare", "signals"], 2)
    assert [engine for _, engine in asked] == ["bare", "signals", "bare", "signals", "bare-delay"]
    assert found.repeats == {"bare": [3.0, 3.0], "signals": [0.004, 0.004]}
    assert (found.told["bare"].delay_s, found.told["signals"].delay_s) == (91.0, 80.0)


def test_the_last_line_is_the_ratio_on_the_grid(
    asked: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--repeats", "1"]) == simulator.ALL_MET
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[-1] == "grid4x4: 750.0 x bare SUMO"
    assert sum("target" in line for line in lines) == 8
    assert not any("MISSED" in line for line in lines)
    assert {name for name, _ in asked} == set(simulator.NETWORKS)
    assert "[1/1] cologne8 bare: 3.0000 s, load average" in said.err


def test_a_missed_target_shows_in_the_exit_status(
    asked: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(CPU_S, "signals", 0.02)
    assert main(["--repeats", "1", "--networks", "grid4x4"]) == simulator.TARGET_MISSED
    lines = capsys.readouterr().out.splitlines()
    assert "grid4x4: 150 x bare, target 250 x: MISSED" in lines
    assert len(asked) == 6


@pytest.mark.usefixtures("asked")
def test_without_uxsim_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(simulator, "has_uxsim", lambda: False)
    assert main(["--repeats", "1"]) == simulator.NOT_WHOLE
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "uxsim is not installed and is left out: pip install uxsim"
    assert not any(line.strip().startswith("uxsim  ") for line in lines)


@pytest.mark.usefixtures("asked")
def test_some_networks_alone_are_not_the_whole() -> None:
    assert main(["--repeats", "1", "--networks", "grid4x4,cologne8"]) == simulator.NOT_WHOLE


@pytest.mark.usefixtures("asked")
def test_a_measurement_that_fails_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_engine: str, _course: Course) -> Measured:
        raise subprocess.CalledProcessError(3, ["python", "-m", "benchmarks.speed.engines", "bare"])

    monkeypatch.setattr(simulator, "measured", broken)
    assert main([]) == simulator.NOT_WHOLE
    assert "error: a measurement failed with status 3: -m benchmarks.speed.engines bare" in capsys.readouterr().err


@pytest.mark.parametrize("part", ["city", "linearity", "replicas"])
def test_the_other_parts(part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(simulator.PARTS, part, lambda: iter([f"the {part}"]))
    assert main([f"--{part}"]) == simulator.ALL_MET
    assert capsys.readouterr().out.splitlines()[-1] == f"the {part}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--networks", "grid4x4,utopia"], 'no network "utopia"; there are grid4x4'),
        (["--repeats", "0"], 'expected a number >= 1, got "0"'),
        (["--city", "--replicas"], "not allowed with"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert said in capsys.readouterr().err
