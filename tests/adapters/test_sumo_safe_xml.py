from __future__ import annotations

import gzip
import os
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.sumo.safe_xml import Limits, events
from signals.errors import FileError

TEXT = b'<?xml version="1.0" encoding="UTF-8"?>\n<net>\n <a id="1"><b x="&lt;"/><a id="2"/></a>\n text <c/>\n <a id="3"/>\n</net>\n'
A_SECOND = 1.0


def read(path: Path, **settings_of: object) -> list[str]:
    return [element.attributes["id"] for element in events(path, {"a"}, **settings_of)]  # type: ignore[arg-type]


def file(folder: Path, content: bytes, name: str = "x.xml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_elements_come_whole_and_in_order(tmp_path: Path) -> None:
    path = file(tmp_path, TEXT)
    first, last = events(path, {"a"}, root={"net"})
    assert (first.tag, first.attributes, first.line, first.path) == ("a", {"id": "1"}, 3, path)
    assert [(child.tag, child.attributes) for child in first.children] == [("b", {"x": "<"}), ("a", {"id": "2"})]
    assert (last.attributes, last.line, last.children) == ({"id": "3"}, 5, [])


def test_a_packed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    assert read(file(tmp_path, gzip.compress(TEXT), "odd-name.txt")) == ["1", "3"]


def test_a_packed_file_may_have_several_members_and_padding(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT[:40]) + gzip.compress(TEXT[40:]) + b"\0" * 512
    assert read(file(tmp_path, packed)) == ["1", "3"]


def test_more_than_one_chunk(tmp_path: Path) -> None:
    many = b"<net>" + b"".join(b'<a id="%d"/>' % number for number in range(50_000)) + b"</net>"
    for content in (many, gzip.compress(many)):
        assert read(file(tmp_path, content)) == [str(number) for number in range(50_000)]


def test_a_byte_order_mark_of_utf_8_is_no_harm(tmp_path: Path) -> None:
    assert read(file(tmp_path, b"\xef\xbb\xbf" + TEXT)) == ["1", "3"]


HOSTILE = {
    "empty": (b"", "the file is empty"),
    "empty after unpacking": (gzip.compress(b""), "the file is empty"),
    "only spaces": (b"  \n \n", "not an XML file"),
    "text": (b"hello", "not an XML file"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0", "not an XML file"),
    "cut off": (TEXT[:80], "cut off"),
    "cut off inside a tag": (TEXT[:50], "cut off"),
    "two roots": (b"<net/><net/>", "line 1: not well-formed"),
    "wrong nesting": (b"<net>\n<a>\n</net>", "line 3: not well-formed"),
    "bad letter": (b"<net>\n\xff\xff</net>", "line 2: not well-formed"),
    "null inside": (b"<net>\n\0</net>", "line 2: not well-formed"),
    "null first": (b"\0<net/>", "UTF-16, UTF-32 or binary"),
    "utf-16": ("<net/>".encode("utf-16"), "UTF-16, UTF-32 or binary"),
    "utf-32": ("<net/>".encode("utf-32"), "UTF-16, UTF-32 or binary"),
    "other encoding": (b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><net/>', 'encoding "EBCDIC-CP-US"'),
    "other root": (b"<routes/>", "expected <net> as the outermost element, found <routes>"),
    "document type": (b"<!DOCTYPE net><net/>", "document types and entities"),
    "entity bomb": (
        b'<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><net>&b;</net>',
        "document types and entities",
    ),
    "foreign file": (b'<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]><net>&a;</net>', "document types"),
    "unknown entity": (b"<net>&nothing;</net>", "not well-formed"),
    "damaged packing": (gzip.compress(TEXT)[:10] + b"\xff" * 30, "damaged gzip data"),
    "cut off packing": (gzip.compress(TEXT)[:-9], "cut off"),
    "wrong checksum": (gzip.compress(TEXT)[:-8] + b"\0" * 8, "damaged gzip data"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, what: str) -> None:
    content, sentence = HOSTILE[what]
    path = file(tmp_path, content)
    with pytest.raises(FileError) as refusal:
        read(path, root={"net"})
    said = str(refusal.value)
    assert sentence in said
    assert said.startswith(str(path))
    assert "\n" not in said


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, sentence in (
        (tmp_path / "missing.xml", "no such file"),
        (tmp_path, "not a file"),
        (tmp_path / "pipe", "not a file"),
        (Path("/dev/zero"), "not a file"),
        (Path("http://localhost/x.net.xml"), "no such file"),
        (tmp_path / "x\0y", "cannot be read"),
        (file(tmp_path, TEXT) / "below", "cannot be read"),
    ):
        with pytest.raises(FileError, match=sentence):
            read(path)


SMALL = Limits(size_bytes=400, ratio=3, depth=5, elements=10, subtree=4, attributes=3, names=6, tag_bytes=50)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<net>" + b" " * 400 + b"</net>", "larger than 400 bytes"),
        (b"<b>" * 6, "more than 5 deep"),
        (b"<net>" + b"<b/>" * 10 + b"</net>", "more than 10 elements"),
        (b"<net><a>" + b"<b/>" * 5 + b"</a></net>", "more than 4 elements within <a>"),
        (b'<net a="" b="" c="" d=""/>', "more than 3 attributes"),
        (b"<net><b/><c/><d/><e/><f/><g/></net>", "more than 6 different names"),
        (b"<net><!--" + b"x" * 60, "a tag of more than 50 bytes"),
    ],
)
def test_what_grows_is_counted(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(FileError, match=sentence):
        read(file(tmp_path, content), limits=SMALL)


def bomb(size: int, inside: bytes) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    block = inside * ((1 << 20) // len(inside))
    parts = [packer.compress(b"<net>")]
    parts += [packer.compress(block) for _ in range(size >> 20)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize("inside", [b" ", b"<b/>", b'<b x="1">text</b>'])
def test_a_packed_bomb_is_refused_at_once_and_in_little_memory(tmp_path: Path, inside: bytes) -> None:
    path = file(tmp_path, bomb(64 << 20, inside), "bomb.net.xml.gz")
    begin = time.process_time()
    with pytest.raises(FileError, match="gzip bomb"):
        read(path)
    assert time.process_time() - begin < A_SECOND
    tracemalloc.start()
    with pytest.raises(FileError, match="gzip bomb"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


def test_a_tag_without_end_is_refused_at_once(tmp_path: Path) -> None:
    path = file(tmp_path, b'<net x="' + b"y" * (64 << 20))
    begin = time.process_time()
    with pytest.raises(FileError, match="a tag of more than"):
        read(path)
    assert time.process_time() - begin < A_SECOND


@settings(max_examples=60, deadline=None)
@given(st.integers(1, len(TEXT) - 2))
def test_wherever_a_file_is_cut_off_it_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    with pytest.raises(FileError):
        read(file(tmp_path_factory.mktemp("cut"), TEXT[:length].rstrip() or b"<"))
