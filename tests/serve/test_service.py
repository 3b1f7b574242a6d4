"""A scenario is served in time: controllers that can be spoken to, and what became of everybody."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from signals.errors import InputError, UnknownNameError
from signals.model.cabinets import CabinetAddress
from signals.scenario import Scenario, load
from signals.serve.service import NOBODY, ServeOptions, serve

SERVER = """
from signals.model.values import Aspect

SEEN = []

class Server:
    def __init__(self, firmware, address, clock):
        self.firmware, self.address, self.clock, self.port, self.told = firmware, address, clock, address.port, 0
        SEEN.append(self)

    async def start(self):
        self.utc_s = self.clock.utc_s()
        if hasattr(self, "on_warning"):
            self.on_warning("somebody")
            self.on_warning("somebody")

    async def stop(self):
        self.stopped = True

    def ticked(self):
        self.told += 1
        if self.told == 1:
            self.first_ds = self.firmware._clock_ds()

    def cut(self):
        pass
"""


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list]:
    """A protocol of somebody else, and its servers once they are made."""
    (tmp_path / "a_protocol.py").write_text(SERVER)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("a_protocol").SEEN
    del sys.modules["a_protocol"]


MINE = "a_protocol:Server"


def crossroads(end_s: float = 60.0) -> Scenario:
    return load("crossroads", world="sim", end_s=end_s, warmup_s=0.0, sensing="detectors")


def test_each_controller_has_a_server_that_is_told_of_every_tick(servers: list) -> None:
    told: list[tuple[CabinetAddress, ...]] = []
    options = ServeOptions(protocol=MINE, port=4_000, speed=500.0, options={"a": 1}, secrets={"b": "c"})
    served = serve(crossroads(), options, told.append)
    (server,) = servers
    assert told == [(server.address,)]
    assert (server.address.name, server.address.port, server.port) == ("centre", 4_000, 4_000)
    assert (server.address.options, server.address.secrets) == ({"a": 1}, {"b": "c"})
    assert server.told == served.hosted.ticks == 60
    assert server.stopped
    assert abs(server.first_ds / 10 - server.utc_s) < 100  # the clock is set to the true time
    assert served.hosted.finished
    assert served.violations == ()
    assert served.metrics["delay_s"] > 0


def test_what_was_made_before_is_not_looked_through_while_it_ticks(servers: list) -> None:
    found: list[int] = []
    options = ServeOptions(protocol=MINE, port=4_000, speed=1_000.0)
    serve(crossroads(), options, lambda _: found.append(gc.get_freeze_count()))
    assert found[0] > 10_000
    assert gc.get_freeze_count() == 0


def test_a_server_that_can_warn_is_heard_once_a_minute(servers: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["a_protocol"].Server, "on_warning", print, raising=False)
    warned: list[str] = []
    serve(crossroads(), ServeOptions(protocol=MINE, port=4_000, speed=1_000.0, on_warning=warned.append))
    assert warned == ["somebody"]


def test_the_outcome_is_written_without_nan(tmp_path: Path) -> None:
    options = ServeOptions(protocol=NOBODY, speed=1_000.0)
    serve(crossroads(), options).write(tmp_path / "served.json")
    text = (tmp_path / "served.json").read_text()
    assert "NaN" not in text
    found = json.loads(text)
    assert found["scenario"] == "crossroads"
    assert found["metrics"]["queue_veh"] is None
    assert (found["ticks"], found["finished"], found["violations"]) == (60, True, [])


def test_another_protocol_is_spoken_elsewhere(servers: list) -> None:
    options = ServeOptions(protocol=NOBODY, elsewhere={"centre": MINE}, speed=1_000.0)
    with pytest.raises(InputError, match="no port is left"):
        serve(crossroads(), options)
    with pytest.raises(UnknownNameError, match='unknown intersection "center"'):
        serve(crossroads(), ServeOptions(protocol=NOBODY, elsewhere={"center": MINE}))
    with pytest.raises(UnknownNameError, match='unknown server "morse"'):
        serve(crossroads(), ServeOptions(protocol="morse"))


def test_a_signal_ends_it_early_and_what_there_is_is_scored(servers: list) -> None:
    def stop(_: tuple[CabinetAddress, ...]) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    served = serve(crossroads(), ServeOptions(protocol=MINE, port=4_000, speed=50.0), stop)
    assert not served.hosted.finished
    assert served.hosted.ticks < 60
    assert servers[0].stopped


def test_what_goes_wrong_is_read_before_anything_starts() -> None:
    with pytest.raises(UnknownNameError, match="misbehaviour"):
        serve(crossroads(), ServeOptions(protocol=NOBODY, mischief=("centre:sleeps@3",)))


def test_secrets_are_in_no_repr() -> None:
    assert "canary" not in repr(ServeOptions(protocol="tlcfi", secrets={"password": "canary"}))
