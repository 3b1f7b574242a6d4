"""The file of latches: what is in it is on the disk, what was never finished is cut off, and damage is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signals.errors import FileError, InputError, RecordError, UnknownNameError
from signals.model.values import Violation
from signals.record import chain
from signals.record.latches import LATCH_HEADINGS, LatchFile, latch_rows, read_latches, reset_latches

NAMES = ("J1", 'J"2\n', "J3")
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def violation(intersection: int, rule: str = "display", time_s: float = 7.5) -> Violation:
    return Violation(time_s, intersection, rule, 3, -1, f"{rule} of {intersection}")


def opened(path: Path) -> LatchFile:
    return LatchFile(path, lambda: NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "latches.jsonl"


@pytest.fixture
def full(path: Path) -> Path:
    """A file in which much has happened."""
    with opened(path) as file:
        file.note([violation(0), violation(1, "conflict"), violation(1, "intergreen")], NAMES)
        file.reset(["J1"], "R. Roe", "lamp replaced")
        file.note([violation(2), violation(1)], NAMES)
    return path


def test_a_new_file_latches_nobody(path: Path) -> None:
    with opened(path) as file:
        assert file.log.latched == ()
    assert read_latches(path).latched == ()
    with opened(path) as file:
        assert not file.log.torn
    assert path.read_bytes().count(b"\n") == 1


def test_what_was_latched_is_latched_and_what_was_reset_is_not(full: Path) -> None:
    log = read_latches(full)
    assert log.latched == (NAMES[1], "J3")
    assert [latch.rule for latch in log.latches[NAMES[1]]] == ["conflict", "intergreen"]
    assert log.latches["J3"] == [("J3", "display", "display of 2", 7.5, "2026-11-25T12:00:00+00:00")]
    with opened(full) as file:
        assert file.log.latches == log.latches
    lines = [json.loads(line) for line in full.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["file", "latch", "latch", "latch", "reset", "latch"]
    assert lines[4]["by"] == "R. Roe"
    assert lines[4]["why"] == "lamp replaced"


def test_people_are_shown_the_first_of_a_kind_and_how_many(full: Path) -> None:
    with opened(full) as file:
        file.note([Violation(9.0, 0, rule, 0, 1, f"{rule} {k}") for k in range(3) for rule in ("a", "b")], ["J9"])
        rows = latch_rows(latch for latches in file.log.latches.values() for latch in latches)
    assert {len(row) for row in rows} == {len(LATCH_HEADINGS)}
    assert [(row[0], *row[2:]) for row in rows] == [
        (NAMES[1], "7.5", "conflict", "1", "conflict of 1"),
        (NAMES[1], "7.5", "intergreen", "1", "intergreen of 1"),
        ("J3", "7.5", "display", "1", "display of 2"),
        ("J9", "9.0", "a", "3", "a 0"),
        ("J9", "9.0", "b", "3", "b 0"),
    ]


def test_who_is_latched_already_is_not_latched_again(full: Path) -> None:
    before = full.read_bytes()
    with opened(full) as file:
        file.note([violation(2, "conflict")] * 1000, NAMES)
        file.note([], NAMES)
    assert full.read_bytes() == before


def test_the_clock_on_the_wall_is_utc(path: Path) -> None:
    with LatchFile(path) as file:
        file.note([violation(0)], NAMES)
        (latch,) = file.log.latches["J1"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(latch.at)).total_seconds()) < 60


def test_only_a_person_resets_and_only_what_is_latched(full: Path) -> None:
    before = full.read_bytes()
    with pytest.raises(UnknownNameError, match=r'unknown latched intersection "J1".*known: J"2'):
        reset_latches(full, ["J3", "J1"], "R. Roe")
    for nobody in ("", "  "):
        with pytest.raises(InputError, match=r"who resets J3\?"):
            reset_latches(full, ["J3"], nobody)
    with pytest.raises(FileError, match="cannot read"):
        reset_latches(full.with_name("other"), ["J3"], "R. Roe")
    assert full.read_bytes() == before
    assert reset_latches(full, ["J3", NAMES[1], "J3"], "R. Roe").latched == ()
    assert read_latches(full).latched == ()


def test_whatever_a_crash_leaves_of_the_last_lines_is_recovered(full: Path) -> None:
    """Cut at every byte: all that is whole is kept, the rest is cut off, and the file goes on."""
    text = full.read_bytes()
    states, ends = [()], [0]
    for line in text.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
        full.write_bytes(text[: ends[-1]])
        states.append(read_latches(full).latched)
    for length in range(len(text) + 1):
        full.write_bytes(text[:length])
        whole = max(k for k, end in enumerate(ends) if end <= length or end - 1 == length > 0)
        log = read_latches(full)
        assert log.latched == states[whole]
        assert log.torn == (length not in ends and length + 1 not in ends)
        assert full.read_bytes() == text[:length]
        with opened(full) as file:
            assert file.log.latched == states[whole]
            assert full.read_bytes() == text[: ends[max(whole, 1)]]
            file.note([Violation(1.0, 3, "conflict", 0, 1, "")], (*NAMES, "J4"))
        assert read_latches(full).latched == (*states[whole], "J4")


def test_every_flipped_bit_is_noticed(full: Path) -> None:
    text = full.read_bytes()
    for place in range(len(text)):
        broken = bytearray(text)
        broken[place] ^= 1 << place % 8
        full.write_bytes(broken)
        with pytest.raises(FileError, match=r'"[^"]*latches.jsonl", line \d+ is .*restore the file'):
            read_latches(full)
        if place % 50 == 0:
            with pytest.raises(FileError):
                opened(full)
            assert full.read_bytes() == broken
    for bit in range(8):  # the end of the last line
        full.write_bytes(text[:-1] + bytes([text[-1] ^ 1 << bit]))
        with pytest.raises(FileError):
            read_latches(full)


@pytest.mark.parametrize("line", range(5))
def test_a_line_that_is_missing_is_noticed(full: Path, line: int) -> None:
    lines = full.read_bytes().splitlines(keepends=True)
    full.write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    with pytest.raises(FileError, match=f"line {line + 1} is"):
        read_latches(full)


@pytest.mark.parametrize(
    "text",
    [
        b"no newline",
        b"\n",
        b"[]\n",
        b"{}\n",
        b"null\n",
        b"\xff\xfe\n",
        b"[" * 100_000,
        b"[" * 100_000 + b"\n",
        b"7",
    ],
)
def test_another_file_is_neither_read_nor_changed(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    for read in (read_latches, opened):
        with pytest.raises(FileError, match="line 1 is"):
            read(path)
    assert path.read_bytes() == text


HEADER: dict[str, object] = {"kind": "file", "schema": "signals-latches/1"}


def forged(*bodies: dict[str, object]) -> bytes:
    check, text = "", b""
    for body in bodies:
        check, line = chain._line(check, body)
        text += line
    return text


@pytest.mark.parametrize(
    "bodies",
    [
        ({"kind": "file", "schema": "signals-latches/2"},),
        ({"kind": "reset", "intersection": "J1"},),
        ({"kind": "latch", "intersection": "J1", "rule": "", "detail": "", "time_s": 1.0, "at": ""},),
        (HEADER, HEADER),
        (HEADER, {"kind": "reset", "intersection": "J1"}),
        (HEADER, {"kind": "latch", "intersection": "J1"}),
        (HEADER, {"kind": "pardon"}),
        (HEADER, {"intersection": "J1"}),
    ],
)
def test_what_this_version_does_not_know_is_refused(path: Path, bodies: tuple[dict[str, object], ...]) -> None:
    path.write_bytes(forged(*bodies))
    with pytest.raises(FileError, match=f"line {len(bodies)} is"):
        read_latches(path)


def test_one_process_at_a_time(full: Path) -> None:
    with opened(full):
        with pytest.raises(RecordError, match=r"another process has .* open"):
            opened(full)
        with pytest.raises(RecordError, match=r"another process has .* open"):
            reset_latches(full, ["J3"], "R. Roe")
        assert read_latches(full).latched
    opened(full).__exit__()


def test_places_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not a file"):
        read_latches(tmp_path)
    with pytest.raises(RecordError, match=r"cannot write .*: Is a directory"):
        opened(tmp_path)
    with pytest.raises(FileError, match="is not a file"):
        opened(Path("/dev/null"))
    with pytest.raises(RecordError, match=r"cannot write .*: No such file or directory"):
        opened(tmp_path / "nowhere" / "latches")


def test_a_full_disk_adds_nothing(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = full.read_bytes()
    write = os.write
    with opened(full) as file:
        monkeypatch.setattr(os, "write", lambda handle, text: write(handle, text[:20]))
        with pytest.raises(RecordError, match=r"cannot write .*: the disk is full; make room"):
            file.reset(["J3"], "R. Roe")
        assert file.log.latched == (NAMES[1], "J3")
        monkeypatch.undo()
        assert full.read_bytes() == before
        file.reset(["J3"], "R. Roe")
    assert read_latches(full).latched == (NAMES[1],)


def test_a_disk_that_cannot_even_cut_off_leaves_an_unfinished_line(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with opened(full) as file:
        monkeypatch.setattr(os, "fsync", fail)
        monkeypatch.setattr(os, "ftruncate", fail)
        with pytest.raises(RecordError, match="Input/output error"):
            file.reset(["J3"], "R. Roe")
    monkeypatch.undo()
    monkeypatch.setattr(os, "ftruncate", fail)
    with pytest.raises(RecordError, match="Input/output error"):
        opened(full)


KILLED = """
import os, sys
from pathlib import Path
from signals.model.values import Violation
from signals.record.latches import LatchFile
file = LatchFile(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    file.note([Violation(1.0, 0, "conflict", 0, 1, "")], [f"K{number}"])
os._exit(9)
"""


def test_what_was_noted_is_there_when_the_process_is_killed_right_after(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), "5"], check=False)
    assert done.returncode == 9
    assert read_latches(path).latched == tuple(f"K{number}" for number in range(5))
    with opened(path) as file:
        assert len(file.log.latched) == 5
