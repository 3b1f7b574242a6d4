from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from signals.adapters.sumo import install, remote
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.process import SumoProcess, free_port
from signals.adapters.sumo.remote import Remote
from signals.errors import MissingDependencyError, ScenarioError, WorldError, WorldLostError, WorldTimeoutError
from tests.adapters.sumo_pair import hands_off, pair_net, pair_world
from tests.adapters.sumo_tee import write

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def exists(process: int) -> bool:
    """Whether a process is there and more than a corpse."""
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


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
        assert exists(orphan)
        parent.kill()
    assert until(lambda: not exists(orphan))


def test_ports_are_free() -> None:
    port = free_port()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


# ---------------------------------------------------------------------------- SUMO itself


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    return ["-n", str(pair_net(tmp_path)), "--no-step-log", "true", "--log", str(tmp_path / "sumo.log")]


@pytest.fixture
def sumo(tmp_path: Path, arguments: list[str]) -> Iterator[Remote]:
    client = Remote(arguments, tmp_path, SumoOptions(step_timeout_s=0.5))
    yield client
    client.close()
    assert not exists(client.process.id)


def children() -> set[int]:
    """Processes that this one started."""
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


@pytest.mark.sumo
def test_it_is_the_program_itself(sumo: Remote) -> None:
    assert Path(f"/proc/{sumo.process.id}/exe").readlink() == install.find_sumo().binary.resolve()
    sumo.step()
    assert sumo.api.simulation.getTime() == 1.0
    sumo.close()
    assert sumo.process.exit_code == 0
    sumo.close()


@pytest.mark.sumo
def test_a_refused_command_is_no_death(sumo: Remote) -> None:
    with pytest.raises(sumo.errors) as caught:
        sumo.api.lane.getLength("gone")
    assert "refused a command: Lane 'gone' is not known" in str(sumo.lost(caught.value))


@pytest.mark.sumo
@pytest.mark.parametrize(("number", "error"), [(signal.SIGKILL, WorldLostError), (signal.SIGSTOP, WorldTimeoutError)])
def test_dead_or_hung_it_is_noticed_in_time(tmp_path: Path, number: int, error: type[WorldError]) -> None:
    world = pair_world(tmp_path, traci=True, step_timeout_s=0.5)
    with world:
        world.read()
        process = world._client.process  # type: ignore[union-attr]
        os.kill(process.id, number)
        begin = time.monotonic()
        with pytest.raises(error):
            world.read()
        assert time.monotonic() - begin < 2
        with pytest.raises(WorldError):
            world.write(hands_off(world.network))
        raised = ZeroDivisionError()
        world.__exit__(type(raised), raised, None)
    assert not exists(process.id)
    with pytest.raises(WorldError, match="not left in good order"):
        world.outcome()


@pytest.mark.sumo
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_no_orphan_is_left_by_an_exception(tmp_path: Path, error: type[BaseException]) -> None:
    before = children()

    def run() -> None:
        with pair_world(tmp_path, traci=True):
            assert children() > before
            raise error

    with pytest.raises(error):
        run()
    assert children() == before


@pytest.mark.sumo
def test_no_orphan_is_left_when_starting_fails(
    tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = children()
    monkeypatch.setattr(Remote, "_knock", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Remote(arguments, tmp_path, SumoOptions())
    assert children() == before


@pytest.mark.sumo
def test_what_it_refuses_is_said_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    routes = write(tmp_path, "x.rou.xml", "<routes><vehicle id='v' depart='0'><route edges='gone'/></vehicle></routes>")
    with pytest.raises(
        ScenarioError, match=r"^SUMO refuses the scenario: .*'gone'.*The route can not be build"
    ) as caught:
        Remote([*arguments, "-r", str(routes)], tmp_path, SumoOptions())
    assert "\n" not in str(caught.value)


@pytest.mark.sumo
def test_when_it_crashes_that_is_said(tmp_path: Path) -> None:
    net = write(tmp_path, "broken.net.xml", "<net><edge id='a'>")  # SUMO 1.28 ends with a segmentation fault
    with pytest.raises(WorldError, match="SUMO"):
        Remote(["-n", str(net)], tmp_path, SumoOptions())


@pytest.mark.sumo
def test_it_must_load_in_time(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never.net.xml")
    before = children()
    with pytest.raises(WorldTimeoutError, match=r"did not start and load within 0\.5 s"):
        Remote(["-n", str(tmp_path / "never.net.xml")], tmp_path, SumoOptions(start_timeout_s=0.5))
    assert children() == before


@pytest.mark.sumo
def test_a_port_that_was_taken_meanwhile(tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as rival:
        rival.bind(("0.0.0.0", 0))  # noqa: S104  as SUMO does
        ports = iter([rival.getsockname()[1], free_port()])
        monkeypatch.setattr(remote, "free_port", lambda: next(ports))
        client = Remote(arguments, tmp_path, SumoOptions())
        client.close()
        assert next(ports, None) is None
        ports = iter([rival.getsockname()[1]] * 3)
        with pytest.raises(WorldLostError, match="none of 3 ports free"):
            Remote(arguments, tmp_path, SumoOptions())


def test_sumo_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def program(folder: Path, head: str) -> Path:
        (folder / "bin").mkdir(parents=True)
        path = write(folder / "bin", "sumo", f"{head}\n")
        path.chmod(0o755)
        return path

    home, wheel, path = (tmp_path / name for name in ("home", "wheel", "path"))
    binaries = [program(folder, "\x7fELF") for folder in (home, wheel, path)]
    monkeypatch.setenv("SUMO_HOME", str(home))
    monkeypatch.setenv("PATH", str(path / "bin"))
    monkeypatch.setattr(install, "_package_folder", lambda _: wheel)
    found = install.find_sumo()
    assert (found.binary, found.home, found.source) == (binaries[0], home, "SUMO_HOME")
    assert found.gui == home / "bin" / "sumo-gui"
    binaries[0].write_text("#!/usr/bin/env python3\n")  # a script that starts it is not it
    assert install.find_sumo().source == "wheel"
    monkeypatch.setattr(install, "_package_folder", lambda _: None)
    assert install.find_sumo().source == "PATH"
    binaries[2].chmod(0o644)
    with pytest.raises(MissingDependencyError, match=r'pip install "signals\[sumo\]"'):
        install.find_sumo()
    assert [row.what for row in install.check() if row.advice] == ["SUMO", "libsumo", "traci"]


def test_files_of_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert install.package_path("pytest", "__init__.py").name == "__init__.py"
    with pytest.raises(install.FileError, match="has no file"):
        install.package_path("pytest", "gone.xml")
    with pytest.raises(install.FileError, match="leads out"):
        install.package_path("pytest", "../../../etc/passwd")
    with pytest.raises(MissingDependencyError, match="pip install no-such-package"):
        install.package_path("no-such-package", "x")


@pytest.mark.sumo
def test_the_check_up_finds_what_is_installed() -> None:
    rows = {row.what: row for row in install.check()}
    assert rows["SUMO"].advice == ""
    assert rows["SUMO"].found[0].isdigit()
    assert install.package_path("eclipse-sumo", "data/xsd").is_dir()


def test_a_program_that_does_not_run(tmp_path: Path) -> None:
    broken = write(tmp_path, "sumo", "\x7fELF")
    broken.chmod(0o755)
    with pytest.raises(MissingDependencyError, match="cannot be run"):
        install.version(broken)
