"""Files are whole or absent; a folder has one writer."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from signals.errors import RecordError
from signals.record.files import check_writable, locked, sha256_of, write_whole


def test_writes_bytes_and_makes_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


def test_whether_a_file_can_be_written_is_known_before(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b.txt")
    assert not list((tmp_path / "a").iterdir())
    (tmp_path / "file").write_text("old")
    check_writable(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "old"
    for wrong, why in ((tmp_path, "Is a directory"), (tmp_path / "file" / "b.txt", "is a file")):
        with pytest.raises(RecordError, match=f"cannot write .*{why}"):
            check_writable(wrong)


def test_a_function_may_write(tmp_path: Path) -> None:
    write_whole(tmp_path / "x", lambda file: file.write(b"abc"))
    assert (tmp_path / "x").read_bytes() == b"abc"


def test_a_full_disk_is_reported_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_whole(path, b"old")

    def fail(file: BinaryIO) -> None:
        file.write(b"ha")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(RecordError, match=r"x\".*disk is full"):
        write_whole(path, fail)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_an_error_of_the_caller_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_whole(path, b"old")

    def fail(file: BinaryIO) -> None:
        file.write(b"ha")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_whole(path, fail)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RecordError, match="file/x"):
        write_whole(tmp_path / "file" / "x", b"")


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_of(tmp_path / "x").startswith("ba7816bf8f01cfea")
    with pytest.raises(RecordError, match="cannot read"):
        sha256_of(tmp_path / "missing")


def test_the_second_writer_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with locked(folder):
        with pytest.raises(RecordError, match="another run writes"), locked(folder):
            pass
        with pytest.raises(RecordError, match="another run writes"), locked(folder):
            pass
    with locked(folder):
        pass
    assert list(folder.iterdir()) == []


def test_a_killed_writer_does_not_keep_the_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\nfrom signals.record.files import locked\n"
        f"with locked(pathlib.Path({str(tmp_path)!r})):\n print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(RecordError), locked(tmp_path):
            pass
        writer.kill()
        writer.wait()
    with locked(tmp_path):
        pass


def test_a_lock_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(RecordError, match='file" is a file, and a folder is expected there'), locked(folder):
            pass


def test_a_lock_file_that_was_replaced_meanwhile_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock

    def late(handle: int, how: int) -> None:
        (tmp_path / ".lock").rename(tmp_path / "old")
        (tmp_path / ".lock").touch()
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(RecordError, match="another run writes"), locked(tmp_path):
        pass
