"""The commands drive and audit, as a user calls them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from signals.cli import app

CONFIG = """
format = 1
[drive]
scenario = "crossroads"
controller = "fixed_time"
speed = 10
deadline_s = 20.0
[[cabinets]]
intersection = "centre"
address = "virtual://localhost"
level = "direct"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "drive.toml"
    path.write_text(CONFIG)
    return path


def called(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_a_drive_shows_what_became_of_each_cabinet(config: Path) -> None:
    code, out, err = called("drive", config, "--arm", "--ticks", "20")
    assert code == 0, err
    assert "centre" in out
    assert "ours" in out
    assert "0 violations" in out
    assert "given-back" in err


def test_as_json(config: Path) -> None:
    code, out, _ = called("drive", config, "--ticks", "4", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["seats"][0]["level"] == "advise"


def test_plug_ins_are_shown_as_what_would_allow_them(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called("drive", config, "--plugins")[1] == "[plugins.cabinets]\n[plugins.controllers]\n"
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "somebodys.py").write_text("raise RuntimeError('imported')")
    config.write_text(CONFIG.replace("fixed_time", "somebodys:Mine"))
    code, out, _ = called("drive", config, "--plugins")
    assert code == 0
    assert f"somebodys:Mine: {tmp_path / 'somebodys.py'}" in out
    (line,) = re.findall(r'^"somebodys:Mine" = "[0-9a-f]{64}"$', out, re.MULTILINE)
    (row,) = json.loads(called("drive", config, "--plugins", "--json")[1])["plugins"]
    assert line == f'"somebodys:Mine" = "{row["sha256"]}"'
    assert not (tmp_path / "audit").exists()
    config.write_text(config.read_text() + out)
    code, _, err = called("drive", config, "--arm", "--ticks", "1")
    assert code != 0
    assert "cannot be imported: RuntimeError: imported" in err


def test_the_audit_log_is_verified_before_it_is_shown(config: Path) -> None:
    called("drive", config, "--arm", "--ticks", "12")
    code, out, err = called("audit", config.parent / "audit")
    assert code == 0
    assert "entries, whole; last checksum" in err
    assert any(" tick centre " in line for line in out.splitlines())
    _, only, _ = called("audit", config.parent / "audit", "--kind", "release", "--cabinet", "centre", "--json")
    assert [json.loads(line)["code"] for line in only.splitlines()] == ["given-back"]
    assert called("audit", config.parent / "audit", "--verify")[1] == ""
    code, out, err = called("audit", config.parent / "audit", "--kind", "tik", "--cabinet", "center")
    assert (code, out) == (0, "")
    assert re.search('no entry has the kind "tik"; there are: .*release, tick', err)
    assert 'no entry has the cabinet "center"; there are: centre' in err
    (log,) = (config.parent / "audit").glob("audit-*.jsonl")
    written = log.read_bytes()
    tampered = written.replace(b'"standing": "ours"', b'"standing": "lost"', 1)
    assert tampered != written
    log.write_bytes(tampered)
    code, out, err = called("audit", config.parent / "audit")
    assert (code, out) == (2, "")
    assert "is damaged" in err


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("speed = 10", "sped = 10", 'unknown key in .*"drive.sped"; did you mean "drive.speed"'),
        ("virtual://localhost", "tlcfi://10.1.2.3/J", "plain text"),
        ('"direct"', '"drive"', "unknown value of cabinets"),
    ],
)
def test_wrong_input_is_one_line(config: Path, old: str, new: str, sentence: str) -> None:
    config.write_text(CONFIG.replace(old, new))
    code, _, err = called("drive", config)
    assert code == 2
    assert re.search(sentence, err)
    assert len(err.splitlines()) == 1


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert called("drive", tmp_path / "no.toml")[0] == 2
    assert called("audit", tmp_path)[0] == 2


def started(config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "signals.cli", "drive", str(config), "--arm"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = config.parent / "audit" / "audit-000001.jsonl"
    for _ in range(600):
        if log.exists() and '"ours"' in log.read_text():
            return child
        time.sleep(0.1)
    child.kill()
    raise AssertionError(f"it never drove: {child.communicate()}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_gives_back_within_two_seconds(config: Path, number: signal.Signals) -> None:
    child = started(config)
    begun = time.monotonic()
    child.send_signal(number)
    child.wait(30)
    spent = time.monotonic() - begun
    _, err = child.communicate()
    assert child.returncode == 0, err
    assert "release given-back: the drive ends" in err
    assert "did not confirm" not in err
    assert spent < 10  # the interpreter's own end included, on a machine that is busy


def test_killed_its_log_is_whole_and_it_drives_again(config: Path) -> None:
    child = started(config)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    code, _, err = called("audit", config.parent / "audit", "--verify")
    assert code == 0, err
    assert called("drive", config, "--ticks", "3")[0] == 0
