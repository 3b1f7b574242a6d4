"""An audit log keeps everything, in order, over many files, and shows what was done to it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signals.errors import FileError, RecordError
from signals.record.audit import AuditLog, audit_files, read_audit


def now() -> datetime:
    return datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


def log_in(folder: Path, **about: object) -> AuditLog:
    return AuditLog(folder, about, segment_bytes=400, now=now)


def filled(folder: Path, count: int = 12) -> tuple[Path, ...]:
    with log_in(folder, version="1") as log:
        for number in range(count):
            log.note([{"kind": "command", "number": number}])
        log.sync()
    return audit_files(folder)


def numbers(path: Path) -> list[object]:
    found: list[object] = []
    read_audit(path, lambda entry: found.append(entry["number"]) if entry["kind"] == "command" else None)
    return found


def test_all_entries_are_there_over_several_files(tmp_path: Path) -> None:
    files = filled(tmp_path / "audit")
    assert len(files) > 2
    story = read_audit(tmp_path / "audit")
    assert (story.files, story.entries, story.torn) == (files, 12, False)
    assert numbers(tmp_path / "audit") == list(range(12))


def test_every_file_says_what_made_it_and_every_entry_when(tmp_path: Path) -> None:
    filled(tmp_path)
    found: list[dict[str, object]] = []
    read_audit(tmp_path, lambda entry: found.append(dict(entry)))
    assert all(entry["at"] == "2026-11-29T08:00:00.000+00:00" for entry in found)
    assert all(entry["version"] == "1" for entry in found if entry["kind"] == "file")


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    check = read_audit(tmp_path).check
    with log_in(tmp_path) as log:
        assert log.check == check
        log.note([])
        assert log.check == check
        log.note([{"kind": "command", "number": 99}])
    assert numbers(tmp_path) == [0, 1, 2, 99]


def test_a_disk_that_is_full_is_told_by_the_next_save_and_what_was_noted_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    with log_in(tmp_path) as log:
        log.note([{"kind": "command", "number": 0}])
        log.sync()
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            log.note([{"kind": "command", "number": 1}])
            log.save()
            log.note([{"kind": "command", "number": 2}])
            with pytest.raises(RecordError, match="the disk is full; make room"):
                log.save()
    assert numbers(tmp_path) == [0, 1, 2]


@pytest.mark.parametrize("left", [b"", b'{"check": "0123'])
@pytest.mark.parametrize("count", [0, 12])
def test_a_file_that_was_never_begun_is_nothing_and_is_begun_anew(tmp_path: Path, left: bytes, count: int) -> None:
    files = filled(tmp_path, count) if count else ()
    before = read_audit(tmp_path).check if count else ""
    (tmp_path / f"audit-{len(files) + 1:06d}.jsonl").write_bytes(left)
    story = read_audit(tmp_path)
    assert (story.entries, story.torn, story.check) == (count, bool(left), before)
    with log_in(tmp_path) as log:
        log.note([{"kind": "command", "number": 99}])
    assert numbers(tmp_path) == [*range(count), 99]


def test_a_disk_that_is_full_when_a_file_is_begun_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with log_in(tmp_path) as log:
        log.note([{"kind": "command", "number": number} for number in range(24)])  # more than a file shall have
        log.sync()
        files = audit_files(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda *_: 0)
            log.note([{"kind": "command", "number": 24}])
            with pytest.raises(RecordError, match="the disk is full"):
                log.sync()
        assert audit_files(tmp_path) == files
    assert len(audit_files(tmp_path)) == len(files) + 1
    assert numbers(tmp_path) == list(range(25))


def test_nobody_waits_for_the_disk_and_all_is_there_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may, fsync = threading.Event(), os.fsync

    def slow(handle: int) -> None:
        assert may.wait(10)  # whoever waited for this would never let it go on
        fsync(handle)

    with log_in(tmp_path) as log:
        monkeypatch.setattr(os, "fsync", slow)
        log.note([{"kind": "command", "number": 0}])
        log.save()
        log.note([{"kind": "command", "number": 1}])
        may.set()
    assert numbers(tmp_path) == [0, 1]


def test_a_file_that_is_missing_or_cut_is_noticed(tmp_path: Path) -> None:
    files = filled(tmp_path)
    text = files[1].read_bytes()
    files[1].unlink()
    with pytest.raises(FileError, match="does not follow the file before it"):
        read_audit(tmp_path)
    files[1].write_bytes(text[: text[:-1].rfind(b"\n") + 1])
    with pytest.raises(FileError, match="does not follow the file before it"):
        read_audit(tmp_path)


def test_one_file_can_be_looked_at_alone(tmp_path: Path) -> None:
    files = filled(tmp_path)
    assert read_audit(files[1]).entries == numbers_in(files[1])


def numbers_in(path: Path) -> int:
    return len(path.read_bytes().splitlines()) - 1


def test_an_entry_that_was_changed_is_noticed(tmp_path: Path) -> None:
    files = filled(tmp_path)
    files[0].write_bytes(files[0].read_bytes().replace(b'"number": 1', b'"number": 5'))
    with pytest.raises(FileError, match=r"line 3 is damaged: what follows cannot be trusted"):
        read_audit(tmp_path)


def test_a_torn_end_is_left_out_and_said(tmp_path: Path) -> None:
    files = filled(tmp_path, 2)
    files[0].write_bytes(files[0].read_bytes()[:-10])
    story = read_audit(tmp_path)
    assert (story.entries, story.torn) == (1, True)


@pytest.mark.parametrize("entry", ['{"kind": 7, "at": ""}', '{"at": ""}'])
def test_what_is_no_entry_is_refused(tmp_path: Path, entry: str) -> None:
    program = (
        "import json, sys; from pathlib import Path; from signals.record import audit, chain;"
        "f = chain.ChainFile(Path(sys.argv[1]), audit.KIND, lambda _: None, lambda: {'at': '', 'after': ''});"
        "f.add([json.loads(sys.argv[2])])"
    )
    path = tmp_path / "audit-000001.jsonl"
    subprocess.run([sys.executable, "-c", program, str(path), entry], check=True)
    with pytest.raises(FileError, match="line 2 is damaged"):
        read_audit(tmp_path)


def test_places_that_are_no_logs(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="has no audit log in it"):
        read_audit(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match='file" is a file, and a folder is expected there'):
        log_in(tmp_path / "file" / "audit")


KILLED = """
import sys
from pathlib import Path
from signals.record.audit import AuditLog
log = AuditLog(Path(sys.argv[1]), {}, segment_bytes=2_000)
number = 0
while True:
    log.note([{"kind": "command", "number": number}, {"kind": "reply", "number": number}])
    log.sync()
    print(number, flush=True)
    number += 1
"""


def test_killed_at_any_time_nothing_that_was_synced_is_lost(tmp_path: Path) -> None:
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(10 + 7 * attempt):
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read().split()
        child.wait()
        child.stdout.close()
        synced = int(rest[-1]) if rest and rest[-1].isdigit() else 9 + 7 * attempt
        assert numbers(folder)[: synced + 1] == list(range(synced + 1))
        with AuditLog(folder, {}) as log:
            log.note([{"kind": "command", "number": -1}])
        assert numbers(folder)[-1] == -1
