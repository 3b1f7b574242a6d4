from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import ClassVar

import pytest

from signals.adapters.sim.world import SimWorld
from signals.errors import InputError, RecordError, UnknownNameError, WorldLostError
from signals.model.network import Network
from signals.model.values import Command, Decision, Snapshot
from signals.record.files import locked
from signals.record.run_folder import NETWORK_FILE, is_whole, read_run
from signals.scenario import Scenario, load, read_network_file
from signals.trial import RunOptions, falls_of, notes_of, origin_of, run
from tests.stub_controllers import Mute, Nothing

STUB = "tests.stub_controllers"


@pytest.fixture
def scenario() -> Scenario:
    return load("crossroads", end_s=120.0)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_is_a_record_and_a_folder(tmp_path: Path, scenario: Scenario) -> None:
    shares: list[float] = []
    record = run(scenario, "actuated", seed=3, out=tmp_path / "run", on_tick=shares.append)
    assert (record.scenario, record.controller, record.seed) == ("crossroads", "actuated", 3)
    assert record.finished
    assert record.metrics["scheduled_veh"] > 20
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert len(shares) == 120
    assert is_whole(tmp_path / "run")
    assert read_run(tmp_path / "run").metrics["delay_s"] == pytest.approx(record.metrics["delay_s"])
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert not (tmp_path / "run" / ".lock").exists()


def test_nothing_is_kept_where_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(load("crossroads", end_s=10.0), "net").finished
    assert not list(tmp_path.iterdir())


class Weighing(Nothing):
    """Counts how often it is asked what it weighed, before its first decision and afterwards."""

    asked: ClassVar[list[int]] = []

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.decided = 0

    def decide(self, snapshot: Snapshot) -> Decision:
        self.decided += 1
        return super().decide(snapshot)

    def take_comparisons(self) -> tuple[()]:
        self.asked.append(self.decided)
        return ()


def test_what_was_weighed_is_asked_from_the_beginning_on_and_only_where_it_is_kept(tmp_path: Path) -> None:
    short = load("crossroads", end_s=3.0)
    Weighing.asked.clear()
    run(short, Weighing)
    assert Weighing.asked == []
    run(short, Weighing, out=tmp_path / "run")
    assert Weighing.asked == [0, 1, 2, 3]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, scenario: Scenario) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        run(scenario, "rolling_horizon", seed=seed, out=tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir() if path.suffix in (".csv", ".toml", ".json"))
    assert "run.json" in files
    assert "trips.csv" in files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    assert (tmp_path / "one" / "trips.csv").read_bytes() != (tmp_path / "three" / "trips.csv").read_bytes()


def test_every_controller_meets_the_same_travellers(tmp_path: Path, scenario: Scenario) -> None:
    for name in ("net", "max_pressure"):
        run(scenario, name, seed=5, out=tmp_path / name)
    one, two = ([row["scheduled_s"] for row in rows(tmp_path / name / "trips.csv")] for name in ("net", "max_pressure"))
    assert one == two


def test_the_warm_up_is_not_scored() -> None:
    whole = run(load("crossroads", end_s=120.0), "net")
    scored = run(load("crossroads", end_s=120.0, warmup_s=60.0), "net")
    assert 0 < scored.metrics["scheduled_veh"] < whole.metrics["scheduled_veh"]


def test_an_earlier_run_is_replaced_by_a_whole_one_only(tmp_path: Path, scenario: Scenario) -> None:
    out = tmp_path / "run"
    run(scenario, "net", out=out)
    run(scenario, "actuated", out=out)
    assert read_run(out).controller == "actuated"
    with pytest.raises(KeyboardInterrupt):
        run(scenario, f"{STUB}:Interrupts", out=out)
    assert read_run(out).controller == "actuated"
    assert is_whole(out)
    run(scenario, "net", out=out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_what_was_recorded_before_an_interruption_is_kept(tmp_path: Path, scenario: Scenario) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(scenario, f"{STUB}:Interrupts", out=tmp_path / "run")
    partial = tmp_path / "run.partial"
    record = read_run(partial)
    assert (record.finished, record.note) == (False, "interrupted")
    assert not is_whole(partial)
    assert max(float(row["time_s"]) for row in rows(partial / "queues.csv")) >= 10
    assert not (tmp_path / "run").exists()


class Breaks(SimWorld):
    def write(self, command: Command) -> None:
        if self.progress > 0.5:
            raise WorldLostError("the connection broke")
        super().write(command)

    def outcome(self) -> object:
        raise RecordError("nobody knows")


def test_what_was_recorded_before_the_world_was_lost_is_kept(
    tmp_path: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signals.adapters.sim.world.SimWorld", Breaks)
    with pytest.raises(WorldLostError, match="the connection broke"):
        run(scenario, "net", out=tmp_path / "run")
    record = read_run(tmp_path / "run.partial")
    assert record.note == "the connection broke"
    assert not record.metrics
    assert rows(tmp_path / "run.partial" / "signals.csv")
    assert not (tmp_path / "run.partial" / "trips.csv").exists()


class KeepsNoAccount(SimWorld):
    def outcome(self) -> object:
        raise RecordError("tripinfo.xml is cut off")


def test_a_run_without_an_account_is_not_whole(
    tmp_path: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signals.adapters.sim.world.SimWorld", KeepsNoAccount)
    with pytest.raises(RecordError, match=r"tripinfo.xml is cut off"):
        run(scenario, "net", out=tmp_path / "run")
    assert read_run(tmp_path / "run.partial").note == "tripinfo.xml is cut off"


def test_a_controller_that_fails_is_replaced_and_the_record_says_so(tmp_path: Path, scenario: Scenario) -> None:
    record = run(scenario, f"{STUB}:Raises", out=tmp_path / "run")
    assert record.finished
    assert record.violations == 0
    (text,) = falls_of(record)
    assert "not followed" in text
    assert "controller-raised" in text
    assert "too hard" in text
    assert falls_of(read_run(tmp_path / "run")) == (text,)


class Talks(Nothing):
    """Has something to say, and something that nobody asked for."""

    notes = ("it rained", 7)


def test_what_a_controller_notes_is_in_the_record(tmp_path: Path, scenario: Scenario) -> None:
    record = run(scenario, Talks, out=tmp_path / "run")
    assert notes_of(record) == notes_of(read_run(tmp_path / "run")) == ("it rained",)
    assert notes_of(run(scenario, "net")) == ()


@pytest.mark.parametrize("kind", ["file", "foreign", "below a file"])
def test_what_is_not_a_run_is_not_replaced(tmp_path: Path, scenario: Scenario, kind: str) -> None:
    out = tmp_path / "out"
    if kind == "foreign":
        out.mkdir()
        (out / "thesis.tex").write_text("years of work")
    else:
        out.write_text("a file")
    with pytest.raises(RecordError, match=r"is not a folder|not a run|is a file, and a folder is expected there"):
        run(scenario, "net", out=out / "deeper" if kind == "below a file" else out)
    assert (out / "thesis.tex" if kind == "foreign" else out).read_text() in ("a file", "years of work")


def test_an_empty_folder_will_do(tmp_path: Path, scenario: Scenario) -> None:
    run(scenario, "net", out=tmp_path)
    assert is_whole(tmp_path)


def test_a_folder_has_one_writer(tmp_path: Path, scenario: Scenario) -> None:
    with locked(tmp_path / "run.partial"), pytest.raises(RecordError, match="another run writes into"):
        run(scenario, "net", out=tmp_path / "run")
    assert (tmp_path / "run.partial").is_dir()  # it is the other one's


@pytest.mark.parametrize(
    ("controller", "sentence"),
    [
        ("actuatd", 'did you mean "actuated"'),
        (f"{STUB}:Unmade", "cannot be made from a network and {}: .*needed"),
        (f"{STUB}:Mute", r'controller "Mute" has no method decide\(snapshot\)'),
        (Mute, r"has no method decide\(snapshot\)"),
    ],
)
def test_wrong_controllers_leave_no_folder(
    tmp_path: Path, scenario: Scenario, controller: object, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        run(scenario, controller, out=tmp_path / "run")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_settings_reach_the_controller_and_the_record(scenario: Scenario) -> None:
    record = run(scenario, Nothing, options=RunOptions(settings={"patience_s": 3.0}))
    assert record.controller == "Nothing"
    assert record.settings["controller_settings"] == {"patience_s": 3.0}
    with pytest.raises(InputError, match="unknown setting"):
        run(scenario, "net", options=RunOptions(settings={"patience_s": 3.0}))


def test_windows_are_for_sumo_only(scenario: Scenario) -> None:
    with pytest.raises(InputError, match="only sumo can be watched"):
        run(scenario, "net", options=RunOptions(gui=True))


def test_the_origin_knows_what_a_strangers_controller_was(
    tmp_path: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "a_file_of_mine.py"

    def origin(controller: str) -> object:
        return origin_of(scenario, controller, 1, RunOptions())["settings"]["controller_sha256"]  # type: ignore[index]

    file.write_text("class Mine: pass\n")
    first = origin("a_file_of_mine:Mine")
    file.write_text("class Mine: 'other'\n")
    assert first != origin("a_file_of_mine:Mine") is not None
    assert origin("net") is None
    assert origin("no_such_module_at_all:Mine") is None
    with pytest.raises(UnknownNameError):
        origin("nett")


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    code = (
        "import resource, signals; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        f"signals.run(signals.load('crossroads', end_s=900.0), 'net', out={str(tmp_path / 'run')!r})"
    )
    pid = os.fork()
    if pid == 0:  # a limit cannot be taken back
        try:
            exec(code)  # noqa: S102
        except RecordError as error:
            os._exit(7 if "cannot write" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert not (tmp_path / "run").exists()


def test_an_optimiser_that_has_no_time_to_plan_says_so_in_its_record(tmp_path: Path) -> None:
    short = load("crossroads", end_s=30.0)
    options = RunOptions(settings={"deadline_ms": 1e-6, "horizon_s": 20})
    record = run(short, "rolling_horizon", options=options, out=tmp_path / "run")
    events = rows(tmp_path / "run" / "events.csv")
    assert [(row["code"], row["intersection"]) for row in events] == [("plan-late", "centre")]
    (note,) = notes_of(record)
    assert "made without a plan: deadline_ms = 1e-06 was too short" in note
    assert falls_of(record) == ()  # it was followed all the same


@pytest.mark.parametrize(("controller", "stages"), [("rolling_horizon", 13), ("greedy", 4)])
def test_who_weighs_every_stage_has_more_of_them_and_the_record_knows(
    tmp_path: Path, controller: str, stages: int
) -> None:
    run(load("crossroads", end_s=5.0), controller, out=tmp_path / "run")
    assert len(read_network_file(tmp_path / "run" / NETWORK_FILE).intersections[0].stages) == stages
