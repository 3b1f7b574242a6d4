"""A chained file is what was written, or is refused; and a crash at any byte loses nothing that was whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from signals.errors import FileError, RecordError
from signals.record.chain import ChainFile, ChainKind, read_chain

PLAIN = ChainKind("things/1", "list of things", "restore it")
TALKATIVE = PLAIN._replace(says_more=True)

Body = dict[str, object]


def written(path: Path, kind: ChainKind, count: int, header: Body | None = None) -> bytes:
    file = ChainFile(path, kind, lambda _: None, lambda: header or {})
    file.add([{"kind": "thing", "number": number} for number in range(count)], sync=False)
    file.sync()
    file.close()
    return path.read_bytes()


def read(path: Path, kind: ChainKind = PLAIN) -> list[Body]:
    found: list[Body] = []
    read_chain(path, kind, lambda body: found.append(dict(body)))
    return found


def test_what_was_added_is_read_in_order(tmp_path: Path) -> None:
    written(tmp_path / "f", PLAIN, 3)
    assert [body["number"] for body in read(tmp_path / "f")] == [0, 1, 2]


def test_a_first_line_that_says_more_is_read_too(tmp_path: Path) -> None:
    written(tmp_path / "f", TALKATIVE, 1, {"after": "abc"})
    assert read(tmp_path / "f", TALKATIVE)[0]["after"] == "abc"
    with pytest.raises(FileError, match=r"line 1 is not how one of its kind begins \(list of things"):
        read(tmp_path / "f", PLAIN)


@pytest.mark.parametrize("kind", [PLAIN, TALKATIVE])
def test_cut_off_at_any_byte_it_is_what_was_whole(tmp_path: Path, kind: ChainKind) -> None:
    path = tmp_path / "f"
    text = written(path, kind, 2, None if kind is PLAIN else {"after": ""})
    ends = [at + 1 for at, byte in enumerate(text) if byte == ord("\n")]
    for length in range(1, len(text)):
        path.write_bytes(text[:length])
        whole = sum(end <= length + 1 for end in ends)  # a line that lacks only its end is whole
        assert len(read(path, kind)) == max(0, whole - 1) + (whole > 0 and kind is TALKATIVE)
        file = ChainFile(path, kind, lambda _: None)
        file.add([{"kind": "thing", "number": 7}])
        file.close()
        assert read(path, kind)[-1] == {"kind": "thing", "number": 7}


def test_any_byte_that_is_changed_is_noticed_unless_it_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "f"
    text = written(path, PLAIN, 2)
    last = text[:-1].rfind(b"\n") + 1
    for at in range(last):
        path.write_bytes(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])
        with pytest.raises(FileError, match="restore it"):
            read(path)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    file = ChainFile(tmp_path / "f", PLAIN, lambda _: None)
    with pytest.raises(RecordError, match="another process"):
        ChainFile(tmp_path / "f", PLAIN, lambda _: None)
    file.close()


def test_a_disk_that_fails_to_sync_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    file = ChainFile(tmp_path / "f", PLAIN, lambda _: None)
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(RecordError, match="Input/output error"):
        file.sync()
    file.close()


@pytest.mark.parametrize("left", [b"", b'{"check": "0123'])
def test_a_file_that_cannot_be_begun_is_not_left_behind(
    tmp_path: Path, left: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    (tmp_path / "f").write_bytes(left)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, text: write(handle, text[:20]))
        with pytest.raises(RecordError, match='f": the disk is full; make room and run again'):
            ChainFile(tmp_path / "f", PLAIN, lambda _: None)
    assert not (tmp_path / "f").exists()
    assert written(tmp_path / "f", PLAIN, 1)
