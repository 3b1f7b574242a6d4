"""A drive from its configuration to its end, against cabinets in memory."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from signals import plugins
from signals.drive.service import DriveOptions, drive
from signals.errors import InputError, RecordError
from signals.model.cabinets import CabinetLink
from signals.record.audit import read_audit

SPEED = 10

CONFIG = f"""
format = 1
[drive]
scenario = "crossroads"
controller = "fixed_time"
level = "direct"
speed = {SPEED}
deadline_s = 20.0
[[cabinets]]
intersection = "centre"
address = "virtual://localhost"
"""


def config_in(folder: Path, text: str = CONFIG) -> Path:
    path = folder / "drive.toml"
    path.write_text(text)
    return path


def options(ticks: int = 30, *, armed: bool = True, sentences: list[str] | None = None) -> DriveOptions:
    told = [] if sentences is None else sentences
    return DriveOptions(armed=armed, ticks=ticks, environment={}, on_event=told.append)


def test_a_cabinet_is_driven_and_given_back(tmp_path: Path) -> None:
    sentences: list[str] = []
    end = drive(config_in(tmp_path), options(sentences=sentences))
    (seat,) = end.seats
    assert (seat.intersection, seat.level, seat.standing) == ("centre", "direct", "ours"), sentences
    assert end.violations == 0
    assert end.ticks > 0
    assert 0.3 < seat.ours < 1.0
    assert any("release given-back: the drive ends" in sentence for sentence in sentences)
    story = read_audit(tmp_path / "audit")
    assert story.check == end.check
    assert story.entries > 5


def test_without_arming_it_only_looks(tmp_path: Path) -> None:
    end = drive(config_in(tmp_path), options(armed=False))
    (seat,) = end.seats
    assert (seat.level, seat.standing) == ("advise", "there")
    assert 0 <= seat.agreement <= 1
    kinds: set[object] = set()
    read_audit(tmp_path / "audit", lambda entry: kinds.add(entry.get("answer")))
    assert kinds == {None}


def test_what_drives_is_in_the_log(tmp_path: Path) -> None:
    drive(config_in(tmp_path), options(2))
    found: list[dict[str, object]] = []
    read_audit(tmp_path / "audit", lambda entry: found.append(dict(entry)))
    assert {"signals", "configuration", "scenario", "inputs", "controller"} <= set(found[0])


def test_what_a_controller_says_that_happened_is_written_down(tmp_path: Path) -> None:
    text, sentences, found = CONFIG.replace("fixed_time", "tests.stub_controllers:Tardy"), list[str](), list[object]()
    drive(config_in(tmp_path, text), options(4, armed=False, sentences=sentences))
    read_audit(tmp_path / "audit", lambda entry: found.append((entry["kind"], entry.get("code"), entry.get("cabinet"))))
    assert found.count(("event", "plan-late", "centre")) == 1
    assert "centre: event plan-late: no time" in sentences


def test_sigterm_ends_it_in_good_order(tmp_path: Path) -> None:
    threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    end = drive(config_in(tmp_path), options(100_000))
    assert end.ticks < 10_000
    assert end.seats[0].standing == "ours"
    assert end.let_go_s <= 2.0 * SPEED
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


class Deaf(list[str]):
    """Is told that something is late, and swallows the signal that comes just then, as a finaliser would."""

    def append(self, sentence: str) -> None:
        super().append(sentence)
        if "plan-late" in sentence:
            with suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_that_comes_within_a_finaliser_is_heard_after_the_tick(tmp_path: Path) -> None:
    text = CONFIG.replace("fixed_time", "tests.stub_controllers:Tardy")
    end = drive(config_in(tmp_path, text), options(1_000, armed=False, sentences=Deaf()))
    assert end.ticks < 5


def test_where_the_log_cannot_be_written_any_more_cabinets_are_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, full = os.write, threading.Event()

    def fills(handle: int, text: bytes) -> int:
        if b'"standing": "ours"' in text:
            full.set()
        return 0 if full.is_set() else write(handle, text)

    sentences: list[str] = []
    monkeypatch.setattr(os, "write", fills)
    with pytest.raises(RecordError, match="the disk is full; make room and run again"):
        drive(config_in(tmp_path), options(1_000, sentences=sentences))
    assert "centre: release given-back: the drive ends" in sentences


def test_a_log_that_cannot_be_begun_is_told_before_anybody_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences: list[str] = []
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(RecordError, match=r"audit-000001.jsonl.*the disk is full"):
        drive(config_in(tmp_path), options(sentences=sentences))
    assert len(sentences) == 1
    assert not list((tmp_path / "audit").iterdir())


def test_two_drives_do_not_write_one_log(tmp_path: Path) -> None:
    path = config_in(tmp_path)
    seen: list[BaseException] = []

    def second() -> None:
        try:
            drive(path, options(2))
        except RecordError as error:
            seen.append(error)

    other = threading.Timer(0.5, second)
    other.start()
    drive(path, options(25))
    other.join()
    assert len(seen) == 1


def broken(*_: object) -> CabinetLink:
    raise ValueError("no board\nfor canary")


class Bare:
    """No link at all."""

    site = capabilities = None

    def __init__(self, *_: object) -> None: ...


@pytest.mark.parametrize(
    ("maker", "sentence"),
    [
        (broken, r'cabinet of intersection "centre": "virtual" cannot be made: ValueError: no board for \*\*\*$'),
        (lambda: None, 'cabinet of intersection "centre": "virtual" cannot be made: TypeError'),
        (Bare, "Bare lacks parts of .*: close, connect, heartbeat, refresh, release, report, send, take$"),
    ],
)
def test_an_adapter_that_cannot_be_made_is_one_line(
    tmp_path: Path, maker: object, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = plugins.load
    monkeypatch.setattr(plugins, "load", lambda kind, name: maker if kind == "cabinets" else known(kind, name))
    text = CONFIG.replace('"virtual://localhost"', '"virtual://localhost"\nsecrets_env = { code = "CODE" }')
    told = DriveOptions(ticks=1, environment={"CODE": "canary"})
    with pytest.raises(InputError, match=sentence):
        drive(config_in(tmp_path, text), told)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("virtual://localhost", "nothing://localhost", 'unknown cabinet "nothing"'),
        ("fixed_time", "no_such", "unknown controller"),
        ('"centre"', '"center"', 'unknown intersection "center"; did you mean "centre"'),
        ('"crossroads"', '"nowhere"', "nowhere"),
        ("speed", "settings = { nonsense = 1 }\nspeed", "nonsense"),
        ('"virtual://localhost"', '"virtual://localhost"\noptions = { nonsense = 1 }', "nonsense"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_connected(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    before = threading.active_count()
    with pytest.raises(InputError, match=sentence):
        drive(config_in(tmp_path, CONFIG.replace(old, new)), options(1))
    assert threading.active_count() <= before
