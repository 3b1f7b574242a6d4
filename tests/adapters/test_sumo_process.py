from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from signals.adapters.sumo.process import SumoProcess, free_port
from signals.errors import WorldLostError
from tests.adapters.sumo_pair import exists, until

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_it_has_a_group_of_its_own_and_is_ended(tmp_path: Path) -> None:
    with SumoProcess(["sleep", "60"], tmp_path) as process:
        assert process.alive
        assert process.exit_code is None
        assert os.getpgid(process.id) == process.id != os.getpgid(0)
    assert not exists(process.id)
    assert process.exit_code == -signal.SIGTERM
    process.kill()


def test_deaf_and_stopped_ones_are_ended_too(tmp_path: Path) -> None:
    deaf = SumoProcess([sys.executable, "-c", STUBBORN], tmp_path)
    assert until(lambda: "up" in deaf.console.read_text())
    begin = time.monotonic()
    deaf.kill()
    assert deaf.exit_code == -signal.SIGKILL
    stopped = SumoProcess(["sleep", "60"], tmp_path)
    os.kill(stopped.id, signal.SIGSTOP)
    stopped.kill()
    assert not stopped.alive
    assert time.monotonic() - begin < 3


def test_what_it_prints_is_kept(tmp_path: Path) -> None:
    process = SumoProcess(
        [sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"], tmp_path
    )
    assert process.wait(10)
    assert (process.exit_code, process.alive) == (3, False)
    assert sorted(process.console.read_text().split()) == ["err", "out"]


def test_a_program_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(WorldLostError, match="could not be started"):
        SumoProcess([str(tmp_path / "gone")], tmp_path)


@pytest.mark.skipif(not Path("/usr/bin/setpriv").exists(), reason="needs setpriv")
def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import time; from pathlib import Path; from signals.adapters.sumo.process import SumoProcess\n"
        f"print(SumoProcess(['sleep', '60'], Path({str(tmp_path)!r})).id, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        assert until(lambda: Path(f"/proc/{orphan}/exe").readlink().name == "sleep")  # setpriv has done its work
        parent.kill()
    assert until(lambda: not exists(orphan))


def test_ports_are_free() -> None:
    port = free_port()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


# ---------------------------------------------------------------------------- SUMO itself
