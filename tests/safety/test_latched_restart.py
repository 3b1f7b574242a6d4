"""What displays something that was not commanded is let go, and stays so through a crash until a person resets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from signals import cli
from signals.adapters.sim.world import SimWorld
from signals.errors import InputError, RecordError
from signals.model.values import Aspect, Command, Readings
from signals.record.latches import LatchFile, read_latches, reset_latches
from signals.record.run_folder import read_run
from signals.scenario import load
from signals.trial import RunOptions, latched_of, run

LIES_AT_S = 20.0

# In a process of its own, which is killed in the tick after the one in which the lie was seen.
CRASH = """
import os, sys
from pathlib import Path
from tests.safety import test_latched_restart as here
from signals.adapters.sim import world
world.SimWorld = here.LyingWorld
end_share = (here.LIES_AT_S + 1) / 60
here.run(
    here.load("crossroads", end_s=60.0), "net", options=here.RunOptions(latches=Path(sys.argv[1])),
    on_tick=lambda share: os._exit(9) if share >= end_share else None,
)
"""


class NotedWorld(SimWorld):
    """Keeps whether it was written."""

    writes: ClassVar[list[bool]] = []

    def write(self, command: Command) -> None:
        self.writes.append(bool(command.write[0]))
        super().write(command)


class LyingWorld(NotedWorld):
    """Once, shows the opposite of what it was told."""

    def read(self) -> Readings:
        told = super().read()
        if told.time_s != LIES_AT_S:
            return told
        return told._replace(aspect=np.where(told.aspect == Aspect.GREEN, Aspect.RED, Aspect.GREEN).astype(np.int8))


@pytest.fixture
def latches(tmp_path: Path) -> Path:
    return tmp_path / "latches.jsonl"


def crash(latches: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", CRASH, str(latches)], check=False, cwd=root, capture_output=True)
    assert done.returncode == 9, done.stderr.decode()


def writes(monkeypatch: pytest.MonkeyPatch, world: type[NotedWorld], latches: Path | None) -> list[bool]:
    """Run for a minute, and tell in which ticks the intersection was written."""
    monkeypatch.setattr(world, "writes", [], raising=False)
    monkeypatch.setattr("signals.adapters.sim.world.SimWorld", world)
    run(load("crossroads", end_s=60.0), "net", options=RunOptions(latches=latches))
    return world.writes


def test_a_latch_survives_a_crash_until_a_person_resets_it(latches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert writes(monkeypatch, NotedWorld, latches) == [True] * 60
    crash(latches)
    (latch, *_) = read_latches(latches).latches["centre"]
    assert (latch.rule, latch.time_s) == ("display", LIES_AT_S)
    assert writes(monkeypatch, NotedWorld, latches) == [False] * 60
    assert writes(monkeypatch, NotedWorld, latches) == [False] * 60
    reset_latches(latches, ["centre"], "R. Roe")
    assert writes(monkeypatch, NotedWorld, latches) == [True] * 60


def test_a_latch_takes_effect_in_the_tick_in_which_it_is_seen(latches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [time_s < LIES_AT_S for time_s in range(60)]
    assert writes(monkeypatch, LyingWorld, latches) == expected
    assert writes(monkeypatch, LyingWorld, None) == expected


def test_the_run_says_what_is_latched_and_why(tmp_path: Path, latches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LyingWorld, "writes", [])
    monkeypatch.setattr("signals.adapters.sim.world.SimWorld", LyingWorld)
    scenario = load("crossroads", end_s=60.0)
    first = run(scenario, "net", out=tmp_path / "run", options=RunOptions(latches=latches))
    (text,) = latched_of(first)
    assert text.startswith('intersection "centre" is latched and not written: display of intersection "centre"')
    assert text.endswith("; a person may reset it: signals latches FILE --reset ID --by NAME")
    assert latched_of(read_run(tmp_path / "run")) == (text,)
    assert first.settings["latched"] == []
    second = run(scenario, "net", options=RunOptions(latches=latches))
    assert latched_of(second) == (text,)
    assert second.settings["latched"] == ["centre"]
    assert second.violations == 0
    (text,) = latched_of(run(scenario, "net"))
    assert text.startswith('intersection "centre" is latched and not written: display of intersection "centre"')
    assert "latches FILE" not in text


def test_from_the_command_line(
    tmp_path: Path, latches: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(NotedWorld, "writes", [], raising=False)
    monkeypatch.setattr("signals.adapters.sim.world.SimWorld", NotedWorld)

    def ask(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["signals", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capsys.readouterr()

    crash(latches)
    name = str(latches)
    code, out, err = ask("run", "crossroads", "--controller", "net", "--end", "60", "--latches", name)
    assert code == 1
    assert "violations" in out
    assert 'intersection "centre" is latched and not written' in err
    code, out, _ = ask("latches", name)
    assert code == 1
    assert "latches.jsonl: not written until reset" in out
    assert "centre" in out
    assert "display" in out
    code, out, _ = ask("latches", name, "--json")
    found = json.loads(out)
    assert (code, found["latched"]) == (1, ["centre"])
    assert {latch["rule"] for latch in found["latches"]} >= {"display"}
    assert set(found["latches"][0]) == {"intersection", "rule", "detail", "time_s", "at"}
    for words, sentence in (
        (("--reset", "centre"), "who resets centre?"),
        (("--by", "R. Roe"), "--by and --reason belong to --reset ID"),
        (("--reset", "center", "--by", "R. Roe"), 'did you mean "centre"'),
    ):
        code, out, err = ask("latches", name, *words)
        assert (code, out) == (2, "")
        assert sentence in err
        assert err.count("\n") == 1
    reset = ("--reset", "centre", "--by", "R. Roe", "--reason", "lamp replaced")
    assert ask("latches", name, *reset) == (0, "nothing is latched\n", "")
    code, _, err = ask("run", "crossroads", "--controller", "net", "--end", "60", "--latches", name)
    assert (code, err) == (0, "")
    latches.write_bytes(latches.read_bytes()[:-5])
    code, out, err = ask("latches", name)
    assert code == 1  # the reset was never finished
    assert "its last line was never finished and is left out" in err
    code, out, err = ask("latches", "nothing")
    assert (code, out) == (2, "")
    assert 'cannot read "nothing"' in err


def test_every_network_has_its_own_file(latches: Path) -> None:
    with LatchFile(latches) as file:
        file._file.add([{"kind": "latch", "intersection": "J9", "rule": "", "detail": "", "time_s": 0.0, "at": ""}])
    with pytest.raises(InputError, match=r'latches.jsonl": intersection "J9" is latched, but network "crossroads" has'):
        run(load("crossroads", end_s=60.0), "net", options=RunOptions(latches=latches))


def test_two_runs_do_not_share_a_file(latches: Path) -> None:
    with LatchFile(latches), pytest.raises(RecordError, match="another process"):
        run(load("crossroads", end_s=60.0), "net", options=RunOptions(latches=latches))


def test_a_latch_that_cannot_be_kept_ends_the_run_and_what_was_recorded_is_kept(
    tmp_path: Path, latches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RecordError("the disk is full")

    monkeypatch.setattr(LyingWorld, "writes", [])
    monkeypatch.setattr("signals.adapters.sim.world.SimWorld", LyingWorld)
    monkeypatch.setattr(LatchFile, "note", full)
    with pytest.raises(RecordError, match="the disk is full"):
        run(load("crossroads", end_s=60.0), "net", out=tmp_path / "run", options=RunOptions(latches=latches))
    record = read_run(tmp_path / "run.partial")
    assert (record.finished, record.note) == (False, "the disk is full")
    (text,) = latched_of(record)
    assert text.startswith('intersection "centre" is latched and not written: it violated a rule; a person may')
