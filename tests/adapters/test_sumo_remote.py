from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from signals.adapters.sumo import install, remote
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.process import free_port
from signals.adapters.sumo.remote import Remote
from signals.errors import ScenarioError, WorldError, WorldLostError, WorldTimeoutError
from tests.adapters.sumo_pair import exists, hands_off, pair_net, pair_world
from tests.adapters.sumo_tee import write


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
    pytest.importorskip("libsumo")  # its import replaces a class of traci
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
