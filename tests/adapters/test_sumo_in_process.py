from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from signals.adapters.sumo import in_process
from signals.adapters.sumo.in_process import InProcess
from signals.errors import MissingDependencyError, ScenarioError, WorldError, WorldLostError
from tests.adapters.sumo_pair import drive, hands_off, pair_inputs, pair_world

pytestmark = pytest.mark.sumo


def test_one_at_a_time_in_a_process(tmp_path: Path) -> None:
    with pair_world(tmp_path, end_s=5.0) as first:
        with pytest.raises(WorldError, match="only room for one"), pair_world(tmp_path / "..", end_s=5.0):
            pass
        first.write(hands_off(first.network))
        with pair_world(tmp_path, end_s=5.0, traci=True) as second:
            second.write(hands_off(second.network))


def test_what_sumo_says_at_the_end_is_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    close = InProcess.close

    def failing(client: InProcess) -> None:
        close(client)
        raise WorldLostError("it would not end")

    def left_with(error: Exception | None) -> None:
        with pair_world(tmp_path, end_s=3.0):
            if error is not None:
                raise error

    monkeypatch.setattr(InProcess, "close", failing)
    with pytest.raises(WorldLostError, match="it would not end"):
        left_with(None)
    with pytest.raises(ZeroDivisionError):  # the first error counts
        left_with(ZeroDivisionError())


def test_libsumo_is_killed_by_nothing_but_the_process(tmp_path: Path) -> None:
    """What cannot be promised in process is promised out of it; this only shows that an interrupt gets through."""
    code = (
        "import os, signal; from pathlib import Path\n"
        "from tests.adapters.sumo_pair import hands_off, pair_world\n"
        f"world = pair_world(Path({str(tmp_path)!r}), end_s=100000.0)\n"
        "with world:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    while not world.finished: world.write(hands_off(world.network))\n"
    )
    pair_inputs(tmp_path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in done.stderr


def test_what_sumo_says_is_found_out_where_the_library_keeps_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["-n", str(tmp_path / "gone.net.xml")]
    with pytest.raises(ScenarioError, match=r"SUMO refuses the scenario: File '.*gone.net.xml' is not accessible"):
        InProcess(arguments, tmp_path)

    def nowhere() -> None:
        raise MissingDependencyError("not here")

    monkeypatch.setattr(in_process, "find_sumo", nowhere)
    with pytest.raises(WorldLostError, match="could not be started: Process Error"):
        InProcess(arguments, tmp_path)
    drive(pair_world(tmp_path, end_s=3.0))
