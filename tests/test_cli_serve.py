"""The command serve, as a user calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from signals.cli import app
from signals.drive.config import address_of, read_drive_file

PROTOCOL = """
class Server:
    def __init__(self, firmware, address, clock):
        self.firmware, self.address, self.port = firmware, address, address.port
        assert address.secrets == {"password": "canary"} and address.options == {"peers": ["10.0.0.0/8"], "slow": 2}
    async def start(self): pass
    async def stop(self): pass
    def ticked(self): pass
    def cut(self): pass
"""


def called(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_it_says_and_writes_what_became_of_everybody(tmp_path: Path) -> None:
    code, out, err = called("serve", "crossroads", "--end", "60", "--speed", "1000", "--protocol", "virtual",
                            "--out", tmp_path / "served.json", "--misbehave", "centre:flash@5-20")  # fmt: skip
    assert code == 0, err
    assert "60 ticks, to the end" in out
    assert "0 violations" in out
    found = json.loads((tmp_path / "served.json").read_text())
    assert (found["protocol"], found["ticks"]) == ("virtual", 60)


def test_a_configuration_is_written_that_drive_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_protocol.py").write_text(PROTOCOL)
    (tmp_path / "mine.toml").write_text('password = "canary"\n')
    (tmp_path / "mine.toml").chmod(0o600)
    code, out, err = called(
        "serve", "crossroads", "--end", "5", "--speed", "1000", "--protocol", "a_protocol:Server", "--port", "4711",
        "--secrets", "mine.toml", "--set", 'peers=["10.0.0.0/8"]', "--set", "slow=2", "--write-config", "drive.toml",
    )  # fmt: skip
    assert code == 0, err
    assert tomllib.loads(out.partition("\n\n")[0])["cabinets"][0]["intersection"] == "centre"
    assert "signals drive drive.toml" in err
    text = (tmp_path / "drive.toml").read_text()
    assert "canary" not in text + out + err
    (tmp_path / "drive.toml").write_text(text.replace("a_protocol:Server://", "tlcfi://"))
    file = read_drive_file(tmp_path / "drive.toml")
    address = address_of(file.cabinets[0], tmp_path, {})
    assert (address.host, address.port, address.name) == ("127.0.0.1", 4711, "centre")
    assert address.secrets == {"password": "canary"}
    assert file.drive.speed == 1000.0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--controller-tick", "0.25"), "must be a multiple of 0.1 s"),
        (("--controller-tick", "0.3"), "must divide that of the world"),
        (("--at", "centre"), "expected intersection=protocol"),
        (("--at", "nowhere=ntcip"), 'unknown intersection "nowhere"'),
        (("--at", "centre=nothing"), "nothing"),
        (("--misbehave", "centre:sleeps@1"), "unknown misbehaviour"),
        (("--set", "peers"), "expected key=value"),
        (("--secrets", "not_there.toml"), "not_there.toml"),
        (("--world", "mars"), 'unknown adapter "mars"'),
        (("--write-config", "/dev/null/drive.toml"), 'cannot write "/dev/null/drive.toml": '),
        (("--write-config", "/"), 'cannot write "/": Is a directory'),
        (("--out", "/"), 'cannot write "/": Is a directory'),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(words: tuple[str, ...], what: str) -> None:
    code, out, err = called("serve", "crossroads", "--protocol", "virtual", "--end", "5", "--speed", "1000", *words)
    assert code == 2
    assert what in err
    assert err.count("\n") == 1
    assert out == ""


def test_control_c_ends_it_in_order(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "signals.cli", "serve", "crossroads", "--protocol", "virtual", "--speed", "5",
               "--out", "served.json", "--write-config", "drive.toml"]  # fmt: skip
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert "drive.toml" in running.stderr.readline()  # it runs
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
    assert json.loads((tmp_path / "served.json").read_text())["finished"] is False
